"""What stations, robots, operators and buffers did with their time."""

from collections.abc import Sequence
from dataclasses import replace

from twin.report import sentences
from twin.report.charts.buffers import buffers_chart
from twin.report.charts.gantt import first_activity, gantt, shown_until
from twin.report.charts.states import StateRow, state_bars
from twin.report.clock import Clock
from twin.report.figure import figure
from twin.report.markup import Markup, element
from twin.report.study import Study
from twin.results.model import CarrierResult, Results, StationResult, Timeline


def work(study: Study) -> Markup:
    """Return state bars, the Gantt chart of the first cycles and the buffers."""
    results, timeline = study.results, study.timeline
    parts: list[Markup] = []
    if results.stations:
        parts.append(_states(results.stations, "Stations"))
    if results.carriers:
        parts.append(_states(results.carriers, sentences.who(results.carriers)))
    if timeline and any(lane.bars for lane in timeline.lanes):
        parts.append(_gantt(timeline, study.clock))
    if results.buffers:
        parts.append(_buffers(results))
    return element("section", element("h2", "Where the time goes"), *parts) if parts else Markup()


def _states(resources: Sequence[StationResult | CarrierResult], who: str) -> Markup:
    rows = [
        StateRow(name=r.name, shares={state: e.mean for state, e in r.states.items()})
        for r in resources
    ]
    return figure(
        lambda width: state_bars(rows, width, f"{who}: share of the time on shift by state"),
        f"{who}: time on shift by state",
    )


def _gantt(timeline: Timeline, clock: Clock) -> Markup:
    busy = replace(timeline, start=first_activity(timeline))
    return figure(
        lambda width: gantt(replace(busy, end=shown_until(busy, width)), width),
        "The first cycles",
        f"One replication from {clock.time(busy.start)} on; numbers on the bars are those of the"
        " parts, counted from 1 as they come in.",
    )


def _buffers(results: Results) -> Markup:
    unlimited = [buffer.name for buffer in results.buffers if buffer.capacity is None]
    words = f" Unlimited: {', '.join(unlimited)}." if unlimited else ""
    return figure(
        lambda width: buffers_chart(results.buffers, width),
        "Mean content of buffers and conveyors",
        f"Filled: mean content with interval; outlined: capacity.{words}",
    )

"""What stations, robots, operators and buffers did with their time."""

from collections.abc import Sequence
from dataclasses import replace

from twin.report.charts.buffers import buffers_chart
from twin.report.charts.gantt import gantt, shown_until
from twin.report.charts.states import StateRow, state_bars
from twin.report.figure import figure
from twin.report.markup import Markup, element
from twin.results.model import CarrierResult, Results, StationResult, Timeline


def work(results: Results, timeline: Timeline | None) -> Markup:
    """Return state bars, the Gantt chart of the first cycles and the buffers."""
    parts: list[Markup] = []
    if results.stations:
        parts.append(_states(results.stations, "Stations"))
    if results.carriers:
        parts.append(_states(results.carriers, "Robots and operators"))
    if timeline and any(lane.bars for lane in timeline.lanes):
        parts.append(_gantt(timeline))
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


def _gantt(timeline: Timeline) -> Markup:
    return figure(
        lambda width: gantt(_until(timeline, width), width),
        "The first cycles",
        "One replication from its start; numbers on the bars are those of the parts, counted from"
        " 1 as they come in.",
    )


def _until(timeline: Timeline, width: float) -> Timeline:
    return replace(timeline, end=shown_until(timeline, width))


def _buffers(results: Results) -> Markup:
    unlimited = [buffer.name for buffer in results.buffers if buffer.capacity is None]
    words = f" Unlimited: {', '.join(unlimited)}." if unlimited else ""
    return figure(
        lambda width: buffers_chart(results.buffers, width),
        "Mean content of buffers and conveyors",
        f"Filled: mean content with interval; outlined: capacity.{words}",
    )

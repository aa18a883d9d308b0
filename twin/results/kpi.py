"""The figures of one candidate, from the tally of its replications."""

import math
from collections.abc import Iterator
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from cells.overload import overloads
from cells.schema import Cell
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.states import NodeKind, State
from twin.kernel.tally import STOPPED, Tally
from twin.results.bottleneck import find_bottleneck
from twin.results.carriers import buffer_results, carrier_results
from twin.results.conventions import conventions
from twin.results.costs import cost_result
from twin.results.energy import energy_notes, energy_result
from twin.results.estimates import Floats, estimate, ratio
from twin.results.flow import (
    lead_time,
    product_results,
    scrap_share,
    series,
    takt_result,
    throughput,
)
from twin.results.labour import labour_results
from twin.results.model import (
    Estimate,
    LeadTime,
    ProductResult,
    Results,
    Series,
    WarmUp,
    Window,
)
from twin.results.observed import Observed, observe
from twin.results.schedule import HOUR, weekly_time
from twin.results.stations import station_results
from twin.results.student import normal_quantile, t_quantile

_PRECISE = 0.05  # relative half-width above which a note asks for more replications


def summarise(
    cell: Cell,
    line: Line,
    tally: Tally,
    *,
    seed: int | None = None,
    warm_up: WarmUp | None = None,
    notes: tuple[str, ...] = (),
) -> Results:
    """Return what a tally says about a cell; stacked over replications, with intervals.

    Parameters
    ----------
    cell : Cell
    line : Line
        Built from the cell.
    tally : Tally
    seed : int, optional
        Of the runs; default: the one of the cell file.
    warm_up : WarmUp, optional
        How the start of the window was found.
    notes : tuple of str
        What the reader should know of how the tally came about.
    """
    seen = observe(cell, line, tally)
    flow = _flow(seen)
    rate = flow["throughput"]
    return Results(
        name=cell.name,
        title=cell.title or cell.name,
        model_id=line.model_id,
        seed=cell.run.seed if seed is None else seed,
        replications=seen.n,
        window=_window(seen),
        warm_up=warm_up or _given(seen),
        stations=station_results(seen),
        carriers=carrier_results(seen),
        labour=labour_results(seen),
        buffers=buffer_results(seen),
        energy=energy_result(seen),
        costs=cost_result(seen),
        bottleneck=find_bottleneck(seen),
        takt=takt_result(seen, rate),
        conventions=conventions(line),
        notes=(*notes, *_overload(cell), *_notes(seen, rate), *energy_notes(seen)),
        **flow,
    )


class _Flow(TypedDict):
    """The figures of `Results` that are about parts."""

    throughput: Estimate
    output: Estimate
    weekly: Estimate
    scheduled_hours_per_week: float
    scrap: Estimate
    scrap_share: Estimate
    lead_time: LeadTime
    wip: Estimate
    outside: Estimate
    wait_outside: Estimate
    products: tuple[ProductResult, ...]
    series: Series | None


def _flow(seen: Observed) -> _Flow:
    finished, scrapped = seen.tally.finished.sum(axis=1), seen.tally.scrapped.sum(axis=1)
    weekly = weekly_time(seen.line, seen.end) / HOUR
    return {
        "throughput": throughput(seen, finished),
        "output": _parts(finished),
        "weekly": throughput(seen, finished * weekly, "parts/week"),
        "scheduled_hours_per_week": weekly,
        "scrap": _parts(scrapped),
        "scrap_share": scrap_share(scrapped, finished),
        "lead_time": lead_time(seen),
        "wip": _parts(seen.tally.wip_seconds() / seen.seconds),
        "outside": _parts(seen.tally.outside),
        "wait_outside": _wait_outside(seen),
        "products": product_results(seen),
        "series": series(seen),
    }


def _parts(values: Floats | NDArray[np.int64]) -> Estimate:
    return estimate(values, "parts", bounds=(0.0, math.inf))


def _window(seen: Observed) -> Window:
    start = seen.tally.start / NS_PER_S
    return Window(start=start, end=start + seen.seconds, scheduled=seen.scheduled)


def _given(seen: Observed) -> WarmUp:
    length = seen.tally.start / NS_PER_S
    how = f"Set to {length / 3600:.4g} h." if length else "Nothing is left out, as asked."
    return WarmUp(length=length, found=True, how=how)


def _wait_outside(seen: Observed) -> Estimate:
    of = np.isin(seen.line.resource_node, seen.nodes(NodeKind.SOURCE))
    return ratio(seen.time(of)[:, State.ENTERED], seen.count(of)[:, State.ENTERED], "s")


def _overload(cell: Cell) -> Iterator[str]:
    for name, load in overloads(cell):
        yield (
            f"This line cannot reach a steady state: what comes in is {load:.2f}x the capacity of"
            f" {name}, before failures, shifts and waiting; parts pile up as long as it runs."
        )


def _article(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"


def _notes(seen: Observed, rate: Estimate) -> Iterator[str]:
    for kind, name in enumerate(STOPPED[1:], start=1):
        stops = int((seen.tally.stopped == kind).sum())
        if stops:
            yield (
                f"{stops} of {seen.n} replications ended in {_article(name)} {name};"
                " they count as standing still from then on."
            )
    if rate.mean == 0:
        yield "Not one good part was finished in the window."
    elif seen.n == 1:
        yield "One replication: the figures have no interval; run at least 2, better 10 or more."
    elif rate.relative > _PRECISE:
        yield (
            f"The throughput is known to {100 * rate.relative:.2g} % only;"
            f" about {needed_replications(rate, _PRECISE)} replications would give"
            f" {100 * _PRECISE:g} %."
        )
    outside = float(seen.tally.outside.mean())
    if outside > max(10.0, 0.05 * float(seen.left.mean())):
        yield (
            f"On average {outside:.3g} parts wait outside at the end: more arrive than the line"
            " takes in, and waiting grows with the length of the run."
        )


def needed_replications(found: Estimate, precision: float) -> int:
    """Return about how many replications bring the relative half-width down to a precision.

    Parameters
    ----------
    found : Estimate
        From some replications, at least 2.
    precision : float
        A share of the mean.
    """
    if found.n < 2 or found.relative <= precision:
        return found.n
    tail = (1 + found.confidence) / 2
    # The spread of one replication, in units of the precision; t shrinks as replications are added.
    spread = found.relative / t_quantile(tail, found.n - 1) * math.sqrt(found.n) / precision
    count = max(found.n, math.ceil((normal_quantile(tail) * spread) ** 2))
    while t_quantile(tail, count - 1) * spread > math.sqrt(count):
        count += 1
    return count

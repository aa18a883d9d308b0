"""Take process times, failures and repairs of a cell from the log of the real one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cells.expand import machines
from cells.schema import Cell, Station
from twin.kernel.log import Log
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import simulate
from twin.kernel.states import Ending, State
from twin.results.cycles import Operations, leavings, operations
from twin.results.downtime import APART, kinds_of, lives, stops_of
from twin.results.estimates import welch
from twin.results.fitting import Durations, Fit, fit_best, from_log

Floats = NDArray[np.float64]
FEWEST = 30  # durations for a fit that is worth writing down
_DRAWS = 40
_FINE = 1e-3  # s; stamps finer than this are taken for exact
_DIFFERENT = 0.001  # chance below which machines are said to differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """One distribution of a cell, fitted to a log."""

    path: tuple[str, ...]  # keys in the cell file, such as (stations, lathe, process)
    fit: Fit
    n: int  # whole durations
    cut: int  # durations cut short
    error: float  # standard error of the mean, bootstrap, as a share of it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One station as it is written and as a log shows it."""

    name: str
    written: Station
    line: Line
    log: Log
    operations: Operations
    nodes: list[int]  # its machines
    scan: float  # s
    blur: float  # s, resolution of the stamps

    def durations(self, seen: Floats) -> Durations:
        """Return durations as intervals: behind the scan, or as coarse as the stamps."""
        return from_log(seen, self.scan, blur=self.blur)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a cell makes with what was fitted."""

    mean: float  # good parts an hour
    low: float
    high: float  # 95 %: luck, and what the fits leave open
    seen: float  # in the log


def calibrate(cell: Cell, line: Line, log: Log, *, scan: int) -> tuple[Calibrated, ...]:
    """Return what a log tells of a cell's stations: process times, failures, repairs.

    Several failure modes of a station are told apart by the length of their repairs, where these
    differ enough; machines of one station share what is fitted.  See `notes`.

    Parameters
    ----------
    cell : Cell
        As written, shorthands included.
    line : Line
        Built from it.
    log : Log
        Of the plant.
    scan : int
        Of the plant's controller, ns.
    """
    found: list[Calibrated] = []
    for station in _stations(cell, line, log, scan):
        found += _process(station) + _failures(station)
    return tuple(found)


def notes(cell: Cell, line: Line, log: Log) -> tuple[str, ...]:
    """Return what calibration could not do, or did for several machines at once."""
    said: list[str] = []
    for station in _stations(cell, line, log, 0):
        said += _pooled(station) + _alike(station)
    return tuple(said)


def _stations(cell: Cell, line: Line, log: Log, scan: int) -> list[_Seen]:
    done, blur = operations(line, log), 0.0 if scan else _resolution(log)
    return [
        _Seen(
            name=name,
            written=station,
            line=line,
            log=log,
            operations=done,
            nodes=[line.node_names.index(machine) for machine in machines(name, station)],
            scan=scan / NS_PER_S,
            blur=blur,
        )
        for name, station in cell.stations.items()
    ]


def _resolution(log: Log) -> float:
    """Return the steps in which a log's clock counts, s; 0: finer than a millisecond."""
    stamps = log.activities["t1"][log.activities["cause"] != Ending.CUT]
    step = int(np.gcd.reduce(stamps)) / NS_PER_S if stamps.size else 0.0
    return step if step >= _FINE else 0.0


def _pooled(station: _Seen) -> list[str]:
    """Say of machines of one station that they share a distribution, and how alike they are."""
    names = [station.line.node_names[node] for node in station.nodes]
    cycles = [station.operations.at(node).cycle for node in station.nodes]
    if len(names) < 2 or min(cycle.size for cycle in cycles) < FEWEST:
        return []
    means = ", ".join(f"{n} {c.mean():.4g} s" for n, c in zip(names, cycles, strict=True))
    pairs = [(a, b) for k, a in enumerate(cycles) for b in cycles[k + 1 :]]
    p = min(1.0, len(pairs) * min(welch(a, b).p_two_sided() for a, b in pairs))
    if p < _DIFFERENT:
        return [
            f"{station.name}: its machines differ ({means}), but a station has one process time for"
            " all of them: write them as stations of their own to tell them apart"
        ]
    return [f"{station.name}: one distribution for its machines, which do not differ ({means})"]


def _alike(station: _Seen) -> list[str]:
    """Say of failure modes that they cannot be told apart in a log."""
    modes = station.written.failures
    resources = np.flatnonzero(np.isin(station.line.resource_node, station.nodes)).tolist()
    repairs = [s.repair for r in resources for s in stops_of(station.log, r)[0]]
    if len(modes) < 2 or not repairs or _kinds(station, repairs) is not None:
        return []
    return [
        f"{station.name}: {' and '.join(modes)} stay as written: a log tells stops apart by the"
        f" length of the repair only, and theirs are less than {APART:g} times as long as another's"
        f" ({len(repairs)} stops, {np.nanmean(repairs):.4g} s in the mean)"
    ]


def predict(
    line: Line,
    log: Log,
    found: tuple[Calibrated, ...],
    cell: Cell,
    *,
    seed: int,
    draws: int = _DRAWS,
) -> Prediction:
    """Return what a calibrated line makes in the time of the log, again and again.

    Each run has its own luck and its own draw of the fitted means within their errors.

    Parameters
    ----------
    line : Line
        Built from the calibrated cell.
    cell : Cell
        The calibrated cell.
    seed : int
    draws : int
        Runs.
    """
    rng = np.random.default_rng(seed)
    errors = {c.path[1]: c.error for c in found if c.path[2] == "process"}
    parts = []
    for draw in range(draws):
        nodes = line.nodes.copy()
        for name, error in errors.items():
            factor = max(0.1, 1 + error * rng.standard_normal())
            for machine in machines(name, cell.stations[name]):
                nodes["pace"][line.node_names.index(machine)] *= factor
        outcome = simulate(replace(line, nodes=nodes), seed=seed, replication=draw, end=log.end)
        assert outcome.log is not None
        parts.append(leavings(outcome.log, State.FINISHED, log.end).size)
    hours = log.end / NS_PER_S / 3600
    rates = np.array(parts) / hours
    low, high = np.quantile(rates, [0.025, 0.975])
    seen = leavings(log, State.FINISHED, log.end).size / hours
    return Prediction(mean=float(rates.mean()), low=float(low), high=float(high), seen=seen)


def _process(station: _Seen) -> list[Calibrated]:
    mine = np.isin(station.operations.node, station.nodes)
    order = np.flatnonzero(mine)[np.argsort(station.operations.end[mine], kind="stable")]
    cycle, product = station.operations.cycle[order], station.operations.product[order]
    path = ("stations", station.name, "process")
    if not isinstance(station.written.process, dict):
        return _fitted(path, station.durations(cycle))
    found: list[Calibrated] = []
    products = station.log.products
    for key in station.written.process:
        own = cycle[product == products.index(key)] if key in products else cycle[:0]
        found += _fitted((*path, key), station.durations(own))
    return found


def _failures(station: _Seen) -> list[Calibrated]:
    resources = np.flatnonzero(np.isin(station.line.resource_node, station.nodes)).tolist()
    seen = [stops_of(station.log, resource) for resource in resources]
    modes = station.written.failures
    kinds = _kinds(station, [stop.repair for stops, _ in seen for stop in stops])
    if kinds is None:
        return []
    found: list[Calibrated] = []
    for number, (mode, description) in enumerate(modes.items()):
        whole, cut, repairs, first = list[float](), list[float](), list[float](), 0
        for stops, end in seen:
            own = [s for k, s in enumerate(stops) if kinds[first + k] == number]
            some = lives(own, end, calendar=description.clock == "calendar")
            whole, repairs = whole + some.whole, repairs + some.repairs
            cut.append(some.cut)
            first += len(stops)
        path = ("stations", station.name, "failures", mode)
        # Failures strike when they strike; repairs are noticed at a scan.
        after = from_log(np.array(whole), 0.0, np.array(cut), blur=station.blur)
        found += _fitted((*path, "after"), after)
        found += _fitted((*path, "repair"), station.durations(np.array(repairs)))
    return found


def _kinds(station: _Seen, repairs: list[float]) -> NDArray[np.int64] | None:
    """Return of which failure mode each stop is; None: a log does not tell."""
    modes = station.written.failures
    if len(modes) < 2:
        return np.zeros(len(repairs), np.int64) if modes else None
    means = np.array([mode.repair.mean() / NS_PER_S for mode in modes.values()])
    return kinds_of(np.array(repairs), means)


def _fitted(path: tuple[str, ...], durations: Durations) -> list[Calibrated]:
    n = durations.middle.size
    if n < FEWEST:
        return []
    rng = np.random.default_rng(n)
    picks = rng.integers(0, n, (200, n))
    means = durations.middle[picks].mean(axis=1)
    error = float(means.std() / means.mean())
    fit = fit_best(durations)
    return [Calibrated(path=path, fit=fit, n=n, cut=durations.low.size - n, error=error)]

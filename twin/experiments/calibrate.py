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
from twin.results.cycles import leavings, operations
from twin.results.fitting import Durations, Fit, fit_best, from_log

Floats = NDArray[np.float64]
FEWEST = 30  # durations for a fit that is worth writing down
_DRAWS = 40
_DOWN = (State.FAILED, State.UNDER_REPAIR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """One distribution of a cell, fitted to a log."""

    path: tuple[str, ...]  # keys in the cell file, such as (stations, lathe, process)
    fit: Fit
    n: int  # whole durations
    cut: int  # durations cut short
    error: float  # standard error of the mean, bootstrap, as a share of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a cell makes with what was fitted."""

    mean: float  # good parts an hour
    low: float
    high: float  # 95 %: luck, and what the fits leave open
    seen: float  # in the log


def calibrate(cell: Cell, line: Line, log: Log, *, scan: int) -> tuple[Calibrated, ...]:
    """Return what a log tells of a cell's stations: process times, failures, repairs.

    Failures only of stations with one failure mode: a log does not tell modes apart.

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
    for name, station in cell.stations.items():
        nodes = [line.node_names.index(machine) for machine in machines(name, station)]
        found += _process(name, station, line, log, nodes, scan)
        if len(station.failures) == 1:
            found += _failures(name, station, line, log, nodes, scan)
    return tuple(found)


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


def _process(
    name: str, station: Station, line: Line, log: Log, nodes: list[int], scan: int
) -> list[Calibrated]:
    all_of_them = operations(line, log)
    mine = np.isin(all_of_them.node, nodes)
    order = np.flatnonzero(mine)[np.argsort(all_of_them.end[mine], kind="stable")]
    cycle, product = all_of_them.cycle[order], all_of_them.product[order]
    if not isinstance(station.process, dict):
        return _fitted(("stations", name, "process"), from_log(cycle, scan / NS_PER_S))
    found: list[Calibrated] = []
    for key in station.process:
        own = cycle[product == log.products.index(key)] if key in log.products else cycle[:0]
        path = ("stations", name, "process", key)
        found += _fitted(path, from_log(own, scan / NS_PER_S))
    return found


def _failures(
    name: str, station: Station, line: Line, log: Log, nodes: list[int], scan: int
) -> list[Calibrated]:
    ((mode, description),) = station.failures.items()
    calendar = description.clock == "calendar"
    lives, cut, repairs = [], [], []
    for resource in np.flatnonzero(np.isin(line.resource_node, nodes)).tolist():
        rows = log.activities[log.activities["resource"] == resource]
        rows = rows[np.argsort(rows["t0"], kind="stable")]
        a, b, c = _lives(rows, calendar=calendar)
        lives += a
        cut.append(b)
        repairs += c
    path = ("stations", name, "failures", mode)
    # Failures strike when they strike; repairs are noticed at a scan.
    found = _fitted((*path, "after"), from_log(np.array(lives), 0.0, np.array(cut)))
    return found + _fitted((*path, "repair"), from_log(np.array(repairs), scan / NS_PER_S))


def _lives(rows: NDArray[np.void], *, calendar: bool) -> tuple[list[float], float, list[float]]:
    """Return the times to failure, the time since the last one, and the repairs of a server, s."""
    lives, repairs, since = [], [], 0
    for t0, t1, state, cause in rows[["t0", "t1", "state", "cause"]].tolist():
        if state == State.UNDER_REPAIR:
            if cause != Ending.CUT:
                repairs.append((t1 - t0) / NS_PER_S)
            lives.append(since / NS_PER_S)
            since = 0
        elif state == State.WORKING or (calendar and state not in _DOWN):
            since += t1 - t0
    return [life for life in lives if life > 0], since / NS_PER_S, repairs


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

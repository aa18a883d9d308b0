"""Facts of single operations and parts, read from a log."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernel.log import Log
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.states import PART_STATES, Ending, NodeKind, State
from twin.results.schedule import Schedule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_DOWN = (State.FAILED, State.UNDER_REPAIR, State.MAINTENANCE)


class Operations(NamedTuple):
    """Finished operations, in order of resource and end."""

    node: Ints  # (n,)
    product: Ints  # (n,)
    cycle: Floats  # (n,) s, working time, interruptions left out
    end: Ints  # (n,) ns

    def at(self, node: int) -> "Operations":
        """Return the operations of one station, in order of their end."""
        mine = np.flatnonzero(self.node == node)
        order = mine[np.argsort(self.end[mine], kind="stable")]
        return Operations(self.node[order], self.product[order], self.cycle[order], self.end[order])


def pooled(several: Sequence[Operations]) -> Operations:
    """Return the operations of several logs together."""
    return Operations(*(np.concatenate(columns) for columns in zip(*several, strict=True)))


def operations(line: Line, log: Log) -> Operations:
    """Return the working time of each finished operation: its pieces up to the one that is done.

    Parameters
    ----------
    line : Line
    log : Log
        Of the line, whoever wrote it.
    """
    rows = log.activities[log.activities["state"] == State.WORKING]
    lane, part = _lanes(line, rows)
    order = np.lexsort([rows["t1"], part, lane])
    rows, lane = rows[order], lane[order]
    if not len(rows):
        none = np.empty(0, np.int64)
        return Operations(none, none, np.empty(0), none)
    # A piece begins an operation if the one before it ended one, or belongs to another part (its
    # operation was cut short: the part was scrapped) or server.
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = rows["cause"][:-1] == Ending.DONE
    for key in (rows["part"], lane):
        begins[1:] |= key[1:] != key[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rows)) - 1
    worked = np.add.reduceat(rows["t1"] - rows["t0"], first)
    done = rows["cause"][last] == Ending.DONE
    last, worked = last[done], worked[done]
    again = np.lexsort([rows["t1"][last], rows["resource"][last]])
    ends, worked = rows[last[again]], worked[again]
    return Operations(
        node=np.asarray(line.resource_node[ends["resource"]], dtype=np.int64),
        product=np.asarray(ends["product"], dtype=np.int64),
        cycle=np.asarray(worked / NS_PER_S, dtype=np.float64),
        end=np.asarray(ends["t1"], dtype=np.int64),
    )


def _lanes(line: Line, rows: NDArray[np.void]) -> tuple[Ints, Ints]:
    """Return where the pieces of an operation follow each other: at a server, or of a part.

    They do so at a server, unless more urgent parts came between them; then they do so among those
    of one part at one station.
    """
    if (rows["cause"] == Ending.PREEMPTED).any():
        return line.resource_node[rows["resource"]], rows["part"]
    return rows["resource"], np.zeros(len(rows), np.int64)


def since(log: Log, begin: int) -> Log:
    """Return the part of a log that comes after an instant, ns.

    What was going on then is cut there; an operation begun before is left out, as nobody knows how
    long it had been going on.
    """
    if begin <= 0:
        return log
    rows = log.activities[log.activities["t1"] > begin].copy()
    begun = rows["t0"] < begin
    works = rows["state"] == State.WORKING
    facts = np.isin(rows["state"], PART_STATES)
    rows["t0"][begun & ~facts] = begin
    # An interruption has no length that counts, and no operation ends with it.
    rows["cause"][begun & works] = Ending.INTERRUPTED
    return replace(log, activities=rows)


def leavings(log: Log, how: State, end: int) -> Ints:
    """Return when parts left, up to `end`, ns, in order.

    Parameters
    ----------
    log : Log
    how : State
        FINISHED or SCRAPPED.
    end : int
        ns.
    """
    rows = log.activities
    return np.sort(rows["t1"][(rows["state"] == how) & (rows["t1"] <= end)]).astype(np.int64)


def gaps_between(times: Ints, schedule: Schedule) -> Floats:
    """Return the scheduled time between consecutive instants, s.

    Parameters
    ----------
    times : ndarray, shape (n,)
        ns, in order.
    schedule : Schedule
        Nights and breaks do not count.
    """
    elapsed = schedule.elapsed(times) if times.size else times
    return np.asarray(np.diff(elapsed) / NS_PER_S, dtype=np.float64)


def state_time(line: Line, log: Log, node: int, end: int) -> Floats:
    """Return the time of a station by state up to `end`, s, shape (S,).

    Parameters
    ----------
    line : Line
    log : Log
    node : int
    end : int
        ns.
    """
    rows = log.activities
    rows = rows[np.isin(rows["resource"], np.flatnonzero(line.resource_node == node))]
    length = np.maximum(np.minimum(rows["t1"], end) - rows["t0"], 0)
    totals = np.bincount(rows["state"], weights=length / NS_PER_S, minlength=len(State))
    return np.asarray(totals, dtype=np.float64)


def luck(line: Line, log: Log, end: int) -> Floats:
    """Return what chance did to a line: its arrivals, its stops and its scrap.

    Parameters
    ----------
    line : Line
    log : Log
    end : int
        ns.

    Returns
    -------
    ndarray
        Mean time between the arrivals of each source that does not always have parts, s; the time
        down of each station that can fail, s; the parts scrapped.
    """
    arrivals = [
        _time_between_arrivals(log, int(row["resource"]), end)
        for row in line.nodes[line.nodes["kind"] == NodeKind.SOURCE]
        if not row["saturated"]
    ]
    stops = [
        float(state_time(line, log, int(node), end)[list(_DOWN)].sum())
        for node in np.flatnonzero(line.nodes["mode_count"] > 0)
    ]
    return np.array([*arrivals, *stops, float(leavings(log, State.SCRAPPED, end).size)])


def _time_between_arrivals(log: Log, source: int, end: int) -> float:
    rows = log.activities
    mine = (rows["resource"] == source) & (rows["state"] == State.ENTERED) & (rows["t0"] <= end)
    arrived = rows["t0"][mine]
    # By arrival, not by entry: a slow line lets in fewer parts, yet those that got in tell how
    # often parts arrive.
    if arrived.size < 2:
        return end / NS_PER_S
    span: float = int(arrived.max()) - int(arrived.min())
    return span / int(arrived.size - 1) / NS_PER_S

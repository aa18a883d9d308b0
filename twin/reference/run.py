"""Run a line in the reference engine, at once, step by step, or by the clock."""

from typing import TYPE_CHECKING, Protocol

import simpy

from twin.kernel.happenings import index_of, kind_of, resources_of
from twin.kernel.log import Log, canonical
from twin.kernel.model import Line
from twin.kernel.outcome import Outcome
from twin.kernel.states import State
from twin.kernel.stops import overload, too_long
from twin.kernel.tally import STOPPED, Tally
from twin.reference.diary import Diary
from twin.reference.draws import Draws
from twin.reference.environment import LineEnvironment
from twin.reference.floor import Floor
from twin.reference.loops import loops_of
from twin.reference.plant import Plant
from twin.reference.recorder import Activity, Recorder
from twin.reference.station import Station
from twin.reference.stops import deadlock, livelock
from twin.reference.ties import Ties

if TYPE_CHECKING:
    from twin.kernel.stops import Stop

_MOST_ENDS = 20_000  # at one instant, and 100 more a resource


class Reference:
    """A line that runs in SimPy.

    Parameters
    ----------
    line : Line
    seed, replication : int
        Which luck it has.

    Attributes
    ----------
    env : simpy.Environment
        Open to processes of the user; time is in whole nanoseconds.
    stop : Stop or None
        Why the line stopped by itself, if it did.

    Examples
    --------
    >>> reference = Reference(line, seed=1)  # doctest: +SKIP
    >>> reference.run(3_600 * NS_PER_S)  # doctest: +SKIP
    >>> reference.log().activities["state"]  # doctest: +SKIP
    """

    def __init__(self, line: Line, seed: int, replication: int = 0) -> None:
        self.env = LineEnvironment(line.scan, _MOST_ENDS + 100 * len(line.resources))
        self.stop: Stop | None = None
        self._line = line
        self._recorder = Recorder(self.env)
        self._floor = Floor(
            line,
            self.env,
            self._recorder,
            Draws(line, seed, replication),
            loops=loops_of(line, self.env),
        )
        self._plant = Plant(self._floor)
        self._diary = Diary(line, self.env)
        self._settled = False  # for the first time
        self.env.settle = self._settle
        self.env.stuck = self._stuck

    @property
    def now(self) -> int:
        """The present, ns."""
        return self.env.now

    def run(self, until: int) -> None:
        """Run until all that is due at ``until`` (ns) has happened, or the line stops by itself.

        Raises
        ------
        ValueError
            If that is in the past.
        RunError
            If a drawn duration is negative, not a number, or beyond 2^62 ns.
        """
        if until < self.env.now:
            raise ValueError(f"cannot run to {until} ns: it is {self.now} ns already")
        if self.stop is None:
            self.env.run_through(until)

    def run_paced(self, until: int, clock: "Clock", speed: float = 1.0) -> None:
        """Run by the clock, ``speed`` times as fast as real time.

        Parameters
        ----------
        until : int
            ns of the line.
        clock : Clock
            Tells the time and waits.
        speed : float
            Time of the line per time of the clock.
        """
        begun, first = clock.now(), self.now
        while self.stop is None and self.now < until:
            due = int(min(until, self.env.peek()))
            clock.sleep_until(begun + round((due - first) / speed))
            self.run(due)

    def log(self, end: int | None = None) -> Log:
        """Return what has happened so far, activities still going on cut at ``end``: now."""
        at = self.now if end is None else end
        if at != self.now:
            raise ValueError(f"the log ends now, at {self.now} ns; asked for {at} ns")
        rows = canonical(self._recorder.activities())
        return Log(
            activities=rows,
            resources=self._line.resources,
            products=self._line.products,
            end=at,
        )

    def closed(self, since: int = 0) -> list[Activity]:
        """Return the activities closed so far from number ``since`` on, in order of closing."""
        return self._recorder.closed[since:]

    def state_of(self, resource: int) -> State | None:
        """Return what a server or a carrier unit does now; None for other resources."""
        track = self._plant.tracks.get(resource)
        return None if track is None else track.state

    def look_for_ties(self) -> Ties:
        """Return what will be found of how often order at one instant decides, from now on."""
        ties = self._floor.ties = Ties(self._line)
        self.env.noted = lambda end: ties.end(self.now, end)
        return ties

    # For processes of the user

    def watch(self, kind: str, *names: str) -> simpy.Store:
        """Return a store into which happenings of a kind come from now on, once the line settled.

        Parameters
        ----------
        kind : str
            One of `twin.kernel.happenings.KINDS`.
        names : str
            Nodes or resources where; default: all.
        """
        self._recorder.facts, self._floor.arrivals = self._diary.fact, self._diary.arrival
        tracks = self._plant.tracks
        return self._diary.watch(
            kind_of(kind),
            resources_of(self._line, names),
            # Before the line settles for the first time nothing has been seen of it.
            lambda: {r: track.state for r, track in tracks.items()} if self._settled else {},
        )

    def put(self, source: str, product: str | None = None, count: int = 1) -> None:
        """Let parts arrive at an external source now; without a product they are of its mix."""
        if self.stop is not None:
            return
        chosen = None
        if product is not None:
            chosen = index_of("product", product, self._line.products)
        sources = {self._line.resources[one.resource]: one for one in self._plant.sources}
        sources[source].put(chosen, count)
        self.env.settle_soon()

    def stop_station(self, name: str) -> None:
        """Stop a station as the end of a shift would."""
        if self.stop is None:
            self._station(name).stop()
            self.env.settle_soon()

    def start_station(self, name: str) -> None:
        """Let a station go on that was stopped."""
        if self.stop is None:
            self._station(name).start()
            self.env.settle_soon()

    def _station(self, name: str) -> Station:
        names = tuple(station.name for station in self._plant.stations)
        return self._plant.stations[index_of("station", name, names)]

    def set_pace(self, node_name: str, factor: float) -> None:
        """Multiply process times of a station by a factor from its next operation on.

        Raises
        ------
        KeyError
            If there is no such station.
        """
        self._station(node_name).recipe.pace = factor

    def outcome(self, *, start: int = 0, horizon: int | None = None) -> Outcome:
        """Return log, tally from ``start`` (ns) on, and stop of the run so far."""
        log = self.log()
        tally = Tally.from_log(
            self._line,
            log,
            start=start,
            outside=sum(source.outside for source in self._plant.sources),
            stopped=STOPPED.index(self.stop.kind if self.stop else ""),
            horizon=horizon,
        )
        return Outcome(log, tally, self.stop)

    def _settle(self) -> None:
        self._settled = True
        self._plant.settling.settle()
        self.stop = self._too_much() or deadlock(self._floor, self._plant.nodes)
        self.env.halted = self.stop is not None
        self._diary.hand_out(self._plant.tracks)

    def _too_much(self) -> "Stop | None":
        """Return the stop of a run with more parts or events than it may have."""
        line, now = self._line, self.env.now
        waiting = sum(len(source.waiting) for source in self._plant.sources)
        if self._floor.inside + waiting > line.most_parts:
            return overload(now, line.most_parts, self._plant.fullest())
        return too_long(now, line.most_events) if self.env.total > line.most_events else None

    def _stuck(self) -> None:
        self.stop = livelock(self._floor)
        self._diary.hand_out({})  # the line has not settled: only what happened to parts


class Clock(Protocol):
    """Tells time in whole nanoseconds and can wait."""

    def now(self) -> int:
        """Return the present, ns since some fixed moment."""

    def sleep_until(self, moment: int) -> None:
        """Return at ``moment`` ns, at once if it has passed."""


def simulate(line: Line, *, seed: int, replication: int = 0, end: int, start: int = 0) -> Outcome:
    """Return what a line does from 0 to ``end`` inclusive.

    Parameters
    ----------
    line : Line
    seed, replication : int
        Which luck it has.
    end : int
        Horizon, ns.
    start : int
        Where the tally begins, ns.

    Raises
    ------
    RunError
        If a drawn duration is negative, not a number, or beyond 2^62 ns.
    """
    reference = Reference(line, seed, replication)
    reference.run(end)
    return reference.outcome(start=start, horizon=end)

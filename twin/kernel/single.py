"""One run of a line in the compiled engine, in pieces if need be."""

import threading
from typing import Any

import numpy as np

from twin.kernel import blame, engine
from twin.kernel.arrays import (
    BAD_SAMPLE,
    DEADLOCK,
    DIARY_FULL,
    LIVELOCK,
    LOG_FULL,
    OVERLOADED,
    PAUSED,
    POOL_FULL,
    REACHED,
    SUMS_FULL,
    TOLD,
    TOO_LONG,
    Model,
    State,
)
from twin.kernel.asking import FAILED, failure
from twin.kernel.layout import with_more_diary, with_more_log, with_more_parts
from twin.kernel.log import Log, canonical
from twin.kernel.model import Line
from twin.kernel.outcome import Outcome
from twin.kernel.samplers import value
from twin.kernel.states import NodeKind
from twin.kernel.stops import RunError, Stop, too_long
from twin.kernel.sums import HALF_BITS, split
from twin.kernel.sums_room import lead_histogram, state_sums, with_more_sums
from twin.kernel.tally import STOPPED, Tally

_STOPS = (DEADLOCK, LIVELOCK, OVERLOADED, TOO_LONG)
_BUDGET = 500_000  # ends between two looks at whether to stop: about 0.1 s


class Run:
    """One run from a fresh state.

    Parameters
    ----------
    line : Line
    model : Model
        `layout.model_of(line)`.
    state : State
        `layout.state_of(line, model, ...)`; the run works on it.
    end : int
        ns, the horizon.
    cancelled : threading.Event, optional
        When it is set `advance` raises KeyboardInterrupt at its next pause.
    """

    def __init__(
        self,
        line: Line,
        model: Model,
        state: State,
        *,
        end: int,
        cancelled: threading.Event | None = None,
    ) -> None:
        self._line, self._model, self._state, self._end = line, model, state, end
        self._cancelled = cancelled
        self._code = int(state.glob["stopped"][0])  # a line that has stopped does not go on

    def advance(self, until: int) -> Stop | None:
        """Run until an instant, inclusive; return why the line stopped before, if it did.

        Where somebody watches, it also returns when something has been told and the line settled.

        Raises
        ------
        RunError
            If a sampled time is negative, not a number or too large.
        """
        if self._state.glob["begun"][0] == 0:
            engine.begin(self._model, self._state)
        while self._code not in _STOPS:
            self._code = int(engine.advance(self._model, self._state, until, _BUDGET))
            if self._code in (REACHED, TOLD):
                return None
            if self._code == PAUSED and self._cancelled is not None and self._cancelled.is_set():
                raise KeyboardInterrupt
            if self._code == BAD_SAMPLE:
                raise _bad(self._line, self._state)
            self._enlarge()
        self._state.glob["stopped"] = self._code
        if self._code == LIVELOCK:
            return blame.livelock(self._line, self._state)
        if self._code == OVERLOADED:
            return blame.overload(self._line, self._state)
        if self._code == TOO_LONG:
            return too_long(int(self._state.glob["now"][0]), self._line.most_events)
        return blame.deadlock(self._line, self._model, self._state)

    def _enlarge(self) -> None:
        if self._code == POOL_FULL:
            self._state = with_more_parts(self._state)
        elif self._code == LOG_FULL:
            self._state = with_more_log(self._state)
        elif self._code == SUMS_FULL:
            self._state = with_more_sums(self._state)
        elif self._code == DIARY_FULL:
            self._state = with_more_diary(self._state)

    @property
    def state(self) -> State:
        """The state as it is."""
        return self._state

    def take_up(self, state: State) -> None:
        """Go on with another state."""
        self._state = state

    def outcome(self) -> Outcome:
        """Run to the horizon; return what the run leaves behind.  It cannot go on after this."""
        stop = self.advance(self._end)
        return self._cut(self._end if stop is None else stop.at, stop)

    def so_far(self, end: int, stop: Stop | None = None) -> Outcome:
        """Return what the run would leave behind if it ended now, at `end`; it can go on."""
        copies: list[Any] = [array.copy() for array in self._state]
        copy = Run(self._line, self._model, State(*copies), end=self._end)
        return copy._cut(end, stop)

    def _cut(self, end: int, stop: Stop | None) -> Outcome:
        logging = bool(self._state.glob["logging"][0])
        if logging:
            held = self._state.nodes["parts"].sum() + self._state.node_extra["unripe"].sum()
            self._state = with_more_log(self._state, int(held) + len(self._line.resources))
        engine.cut(self._model, self._state, end)
        log = self._log(end) if logging else None
        tally = tally_of(self._line, self._model, self._state, end, stop)
        return Outcome(log=log, tally=tally, stop=stop)

    def _log(self, end: int) -> Log:
        records = self._state.log[: self._state.glob["logged"][0]]
        return Log(
            activities=canonical(records),
            resources=self._line.resources,
            products=self._line.products,
            end=end,
        )


def tally_of(line: Line, model: Model, state: State, end: int, stop: Stop | None) -> Tally:
    """Return the sums in the state of a run that has ended."""
    glob, nodes = state.glob, line.nodes
    arriving = (nodes["kind"] == NodeKind.SOURCE) & (nodes["saturated"] == 0)
    g = glob[0]
    wip_time, wip_laps = split((int(g["wip_high"]) << int(HALF_BITS)) + int(g["wip_low"]))
    return Tally(
        start=int(glob["start"][0]),
        end=np.array(end, np.int64),
        stopped=np.array(STOPPED.index(stop.kind if stop else ""), np.int64),
        **state_sums(model, state),
        wip_time=wip_time,
        wip_laps=wip_laps,
        finished=state.finished,
        scrapped=state.scrapped,
        lead_time=state.lead_time,
        lead_laps=state.lead_laps,
        lead_histogram=lead_histogram(state),
        inside=glob["inside"][0].reshape(()).copy(),
        outside=np.array(state.nodes["parts"][arriving].sum(), np.int64),
        window=int(glob["window"][0]),
        finished_per_window=state.per_window,
    )


def _bad(line: Line, state: State) -> RunError:
    """Return the error of a run that cannot go on."""
    if state.asked.size and state.asked[FAILED] > 0:
        return failure(line, state.asked)
    return RunError(_bad_sample(line, state))


def _bad_sample(line: Line, state: State) -> str:
    """Say which sample a run cannot work with."""
    g = state.glob[0]
    sample = value(
        line.dists[g["bad_dist"]],
        np.require(line.values, requirements=["C", "W"]),
        g["bad_pace"].item(),
        g["bad_stream"],
        g["seed"].item(),
        g["replication"].item(),
        g["bad_draw"].item(),
    )
    return (
        f"{line.name}: {line.resources[g['bad_resource']]}: a time of {sample / 1e9:g} s was"
        f" sampled at {g['now'] / 1e9:g} s; a time must lie between 0 and 4.6e9 s:"
        " change its distribution"
    )

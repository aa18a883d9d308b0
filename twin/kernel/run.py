"""Run a line in the compiled engine: once with its log, or many times for its tally."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.kernel.arrays import Model, State
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import Line
from twin.kernel.outcome import Outcome
from twin.kernel.pure import pure_line, run_pure
from twin.kernel.single import Run, tally_of
from twin.kernel.snapshot import begun_anew
from twin.kernel.tally import Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PATIENCE = 0.2  # s between two looks at the keyboard

Progress = Callable[[int, int], None]


def simulate(
    line: Line, *, seed: int, replication: int = 0, end: int, start: int = 0, log: bool = True
) -> Outcome:
    """Run a line once.

    Parameters
    ----------
    line : Line
    seed, replication : int
        0 <= seed < 2^63, 0 <= replication < 2^32; they and the names of the cell determine every
        draw.
    end : int
        ns, the horizon; what is due then still happens.
    start : int
        ns, from which the tally counts; the log is whole.
    log : bool
        Whether to keep the log.

    Returns
    -------
    Outcome
        With the reason where the line stopped before the horizon.

    Raises
    ------
    RunError
        If a sampled time is negative, not a number or too large.
    """
    _check(seed, range(replication, replication + 1), end, start)
    model = model_of(line)
    state = state_of(line, model, seed=seed, replication=replication, end=end, start=start, log=log)
    return Run(line, model, state, end=end).outcome()


def replicate(
    line: Line,
    *,
    seed: int,
    replications: int | range,
    end: int,
    start: int = 0,
    window: int = 0,
    origin: State | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Tally:
    """Run a line many times; return the tallies stacked, a leading axis n.

    The result does not depend on the number of threads.  Memory does not grow with the horizon.

    Parameters
    ----------
    line : Line
    seed : int
        0 <= seed < 2^63.
    replications : int or range
        How many, numbered from 0; or which, to add to earlier ones.
    end, start : int
        ns, horizon and beginning of the tally.
    window : int
        ns, length of the windows in which finished parts are counted; 0: none.
    origin : State, optional
        A state of the line, as `snapshot.restore` returns it, from which every replication goes on
        with luck of its own; `start` is not before it.  Default: the start of the cell.
    threads : int, optional
        At most so many at once; default: one a processor.
    progress : callable, optional
        Called in the caller's thread with the runs done and their number.

    Raises
    ------
    RunError
        If a sampled time is negative, not a number or too large.
    KeyboardInterrupt
        Within half a second of Ctrl-C.
    """
    which = range(replications) if isinstance(replications, int) else replications
    _check(seed, which, end, start)
    model = model_of(line)
    if origin is None:
        fresh = state_of(line, model, seed=seed, replication=0, end=end, start=start, window=window)
    else:
        _check_origin(origin, start)
        fresh = begun_anew(line, origin, seed=seed, end=end, start=start, window=window)
    batch = _Batch(line, model, fresh, which, end)
    workers = min(len(which), threads or _processors())
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(batch.work) for _ in range(workers)]
        try:
            batch.watch(futures, progress)
        finally:
            batch.cancelled.set()
    return batch.tally()


def _check(seed: int, which: range, end: int, start: int) -> None:
    """Refuse what no run can be made of."""
    if not 0 <= seed < 2**63:
        raise ValueError(f"seed must be from 0 to 2^63 - 1, got {seed}")
    if not which or min(which) < 0 or max(which) >= 2**32:
        raise ValueError(f"replications must be from 0 to 2^32 - 1 and at least one, got {which}")
    if not 0 <= start <= end < 2**62:
        raise ValueError(f"needs 0 <= start <= end < 2^62 ns, got start {start} and end {end}")


def _check_origin(origin: State, start: int) -> None:
    """Refuse a tally that begins before the state it starts from."""
    now = int(origin.glob["now"][0])
    if start < now:
        raise ValueError(f"the state is at {now} ns: start must not be before it, got {start}")


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Batch:
    """Replications handed out to threads; each writes its own row of the stacked tally."""

    def __init__(self, line: Line, model: Model, fresh: State, which: range, end: int) -> None:
        self._line, self._model, self._fresh, self._end = line, model, fresh, end
        self._which = which
        begun = fresh.glob["begun"][0] == 1  # a state to go on from
        self._pure = None if begun else pure_line(line)
        self._rows: Iterator[int] = iter(range(len(which)))
        self._lock = threading.Lock()
        self._stacked: dict[str, NDArray[np.int64]] = {}
        self._shared: dict[str, int] = {}
        self._done = 0
        self._failed: dict[int, BaseException] = {}  # by row
        self.cancelled = threading.Event()

    def work(self) -> None:
        """Run replications until none is left."""
        while (row := self._next()) is not None:
            try:
                tally = self._run(row)
            except BaseException as error:
                # Rows are handed out in order: all before this one are under way, so that the
                # error reported is that of the first bad replication whatever the threads do.
                self._failed[row] = error
                return
            self._keep(row, tally)

    def _next(self) -> int | None:
        with self._lock:
            if self._failed or self.cancelled.is_set():
                return None
            return next(self._rows, None)

    def _run(self, row: int) -> Tally:
        if self._pure is not None:
            state = run_pure(self._model, self._state(row), self._pure, self._end, self._look)
            if state is not None:
                return tally_of(self._line, self._model, state, self._end, None)
        run = Run(
            self._line, self._model, self._state(row), end=self._end, cancelled=self.cancelled
        )
        return run.outcome().tally

    def _state(self, row: int) -> State:
        copies: list[Any] = [array.copy() for array in self._fresh]
        state = State(*copies)
        state.glob["replication"] = self._which[row]
        return state

    def _look(self) -> None:
        if self.cancelled.is_set():
            raise KeyboardInterrupt

    def _keep(self, row: int, tally: Tally) -> None:
        with self._lock:
            for column in fields(tally):
                found = getattr(tally, column.name)
                if isinstance(found, int):
                    self._shared[column.name] = found
                    continue
                if column.name not in self._stacked:
                    self._stacked[column.name] = np.zeros(
                        (len(self._which), *found.shape), np.int64
                    )
                self._stacked[column.name][row] = found
            self._done += 1

    def watch(self, futures: list[Future[None]], progress: Progress | None) -> None:
        """Wait for the threads and report; raise the error of the first bad replication."""
        told, pending = -1, set(futures)
        while pending:
            _, pending = wait(pending, timeout=_PATIENCE)
            if progress is not None and self._done != told:
                told = self._done
                progress(told, len(self._which))
        if self._failed:
            raise self._failed[min(self._failed)]

    def tally(self) -> Tally:
        """Return the stacked tally."""
        columns: dict[str, Any] = {**self._shared, **self._stacked}
        return Tally(**columns)

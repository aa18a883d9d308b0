"""Follow a controller that is already there, or judge a record again."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from twin.bridge.live import LiveState
    from twin.bridge.recorder import Recorder, Recording
    from twin.bridge.shadow import Access
    from twin.cli.steps import Job
    from twin.experiments.forecast import Forecast, Sight
    from twin.kernel.log import Log
    from twin.kernel.model import Line
    from twin.results.likeness import Drift, Fidelity

_EVERY = 5_000_000_000  # ns of the clock between two looks at drift and forecast
_NORMAL = 8  # runs of the twin that say what is normal
_LONGEST = 24 * 3_600_000_000_000  # ns of each of them; more says nothing new


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which controller is followed, and what is wanted to be known."""

    endpoint: str
    keys: Path | None = None
    from_now: bool = False
    until: int = 0  # ns, end of the forecast; 0: the end of the shift
    order: int | None = None
    seed: int = 1


def replay(out: "Console", job: "Job", folder: Path, *, seed: int | None) -> "Fidelity":
    """Judge what was recorded before: the same record and seed give the same bytes.

    Raises
    ------
    twin.bridge.session.errors.BridgeError
        If there is no record, or it is of another cell.
    """
    from twin.bridge.recorder import read_recording
    from twin.bridge.session import HandshakeRefused

    recording = read_recording(folder)
    if recording.model_id != job.line.model_id:
        raise HandshakeRefused(
            f"{folder} is a record of another cell than {job.path.name}:"
            " give the cell file that was recorded"
        )
    return _judge(out, job, recording, job.cell.run.seed if seed is None else seed)


def _judge(out: "Console", job: "Job", recording: "Recording", seed: int) -> "Fidelity":
    from twin.cli.steps import progress, warm_kernel
    from twin.experiments.judge import judge_plant

    warm_kernel(out)
    line = replace(job.line, scan=_scan(recording))
    with progress(out, "Comparing the controller with the twin") as tell:
        return judge_plant(line, recording.log, seed=seed, begin=recording.begin, progress=tell)


def _scan(recording: "Recording") -> int:
    scan = recording.welcome.body.get("scan", 0) if recording.welcome else 0
    return scan if isinstance(scan, int) and scan >= 0 else 0


def connect(out: "Console", job: "Job", folder: Path, target: Target) -> "Fidelity":
    """Follow a controller to its end or to Ctrl-C, with a live view, and judge it.

    Raises
    ------
    twin.bridge.session.errors.BridgeError
        If it cannot be reached, refuses or falls silent.
    """
    from twin.bridge.recorder import Recorder
    from twin.bridge.session import BridgeError, Terms
    from twin.bridge.shadow import follow
    from twin.cli.shadow import drop_if_empty, next_folder
    from twin.cli.steps import warm_kernel

    # Before anything is heard: a twin that compiles for 20 s would seem to be gone.
    warm_kernel(out)
    run = next_folder(folder)
    out.print(f"Following {target.endpoint}, recorded in {run}")
    try:
        with Recorder(run / "log") as recorder, _view(out, job, recorder, target) as view:
            with suppress(KeyboardInterrupt):
                follow(
                    target.endpoint,
                    _access(target.keys),
                    job.line.model_id,
                    recorder,
                    on_status=view.show,
                    terms=Terms(from_now=target.from_now),
                )
            recording = recorder.recording
    except BridgeError:
        drop_if_empty(run)
        raise
    if view.forecast is not None:
        out.print(f"Forecast: {view.said()}")
    return _judge(out, job, recording, target.seed)


def _access(keys: Path | None) -> "Access | None":
    from twin.bridge.keys import CONTROLLER, TWIN, load_keys, load_public
    from twin.bridge.shadow import Access

    return None if keys is None else Access(load_keys(keys, TWIN), load_public(keys, CONTROLLER))


def _view(out: "Console", job: "Job", recorder: "Recorder", target: Target) -> "View":
    from rich.live import Live

    from cells.weekdays import read_start

    live = Live(console=out, auto_refresh=False, transient=True)
    run = job.cell.run
    start = read_start(run.start) if "start" in run.model_fields_set else None
    return View(live, job.line, recorder, target, start=start)


@dataclass(slots=True)
class View:
    """Shows the live state; drift and forecast are worked out beside it, in a thread.

    The kernel lets go of the interpreter while it runs, so heartbeats go on.
    """

    live: "Live"
    line: "Line"
    recorder: "Recorder"
    target: Target
    start: int | None = None  # ns of the week at which the cell says it begins
    drifts: "tuple[Drift, ...]" = ()
    forecast: "Forecast | None" = None
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _work: "Future[Any] | None" = None
    _due: int = 0
    _twin: "list[Log]" = field(default_factory=list)

    def __enter__(self) -> "View":
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._collect()

    def show(self, state: "LiveState") -> None:
        """Show a state, and have the rest worked out now and then."""
        from twin.bridge.clock import MonotonicClock
        from twin.cli.screen import screen

        now = MonotonicClock().now()
        self._collect()
        if self._work is None and now >= self._due and state.simulation_time:
            self._due = now + _EVERY
            log, sight = self.recorder.recording.log, self._sight(state)
            self._work = self._pool.submit(self._look, log, sight)
        self.live.update(screen(state, self.drifts, self.said()), refresh=True)

    def _collect(self) -> None:
        """Take what has been worked out, if it has."""
        if self._work is not None and self._work.done() and not self._work.cancelled():
            self.drifts, self.forecast = self._work.result()
            self._work = None

    def said(self) -> str:
        """Return the forecast in words, its end a time of day if the cell says when it begins."""
        from twin.report.clock import Clock

        if self.forecast is None or self.start is None:
            return "" if self.forecast is None else self.forecast.sentence
        return self.forecast.by(Clock(self.start / 1e9).time(self.forecast.until / 1e9))

    def _sight(self, state: "LiveState") -> "Sight":
        from twin.experiments.forecast import Sight

        return Sight(
            now=state.seen_at,
            states=state.raw(),
            inside=state.inside,
            finished=state.finished if state.good is None else state.good,
        )

    def _look(self, log: "Log", sight: "Sight") -> "tuple[tuple[Drift, ...], Forecast | None]":
        from twin.experiments.forecast import forecast, shift_end
        from twin.results.drift import find_drifts

        line = replace(self.line, scan=_scan(self.recorder.recording))
        drifts = find_drifts(line, log, self._normal(line, log.end))
        until = self.target.until or shift_end(line, sight.now)
        if sight.now >= until:
            return drifts, None
        foreseen = forecast(
            line, sight, until=until, seed=self.target.seed, order=self.target.order
        )
        return drifts, foreseen

    def _normal(self, line: "Line", end: int) -> "list[Log]":
        """Return runs of the twin that say what is normal."""
        from twin.kernel.run import simulate

        if not self._twin or self._twin[0].end < min(end, _LONGEST):
            # Twice as long as needed now, so that they serve for a while.
            ends = [(k, min(2 * end, _LONGEST)) for k in range(_NORMAL)]
            runs = [simulate(line, seed=self.target.seed, replication=k, end=e) for k, e in ends]
            self._twin = [run.log for run in runs if run.log is not None]
        return self._twin

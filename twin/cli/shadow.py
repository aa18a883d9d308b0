"""Start an emulated controller, follow it, record it, and compare what it made with the twin."""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from twin.cli.endings import LARGEST_SEED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from twin.bridge.launch import Settings
    from twin.bridge.live import LiveState
    from twin.cli.steps import Job
    from twin.kernel.log import Log
    from twin.results.likeness import Fidelity

NS_PER_S = 1_000_000_000
_RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a controller is emulated and for how long it is followed."""

    faults: tuple[str, ...] = ()
    hours: float = 8.0
    scan: int = 10_000_000  # ns
    port: int = 0
    seed: int | None = None

    @property
    def end(self) -> int:
        """Length of the run, ns of simulated time."""
        return round(self.hours * 3600 * NS_PER_S)


def follow(out: "Console", job: "Job", folder: Path, plan: Plan) -> "Fidelity":
    """Follow an emulated controller to the end of its run and judge it.

    What was recorded stays in a numbered folder below `out/<cell>/record`.

    Raises
    ------
    twin.bridge.session.errors.BridgeError
        If the controller does not start, cannot be reached or falls silent.
    """
    from twin.cli.steps import progress, warm_kernel
    from twin.experiments.judge import judge_plant

    plant = _record(out, job, folder / job.cell.name / _RECORD, plan)
    warm_kernel(out)
    with progress(out, "Comparing the controller with the twin") as tell:
        line = replace(job.line, scan=plan.scan)
        return judge_plant(line, plant, seed=_seed(job, plan), progress=tell)


def _seed(job: "Job", plan: Plan) -> int:
    return job.cell.run.seed if plan.seed is None else plan.seed


def _record(out: "Console", job: "Job", folder: Path, plan: Plan) -> "Log":
    from twin.bridge.launch import launch_emulator
    from twin.bridge.recorder import Recorder
    from twin.bridge.shadow import follow as follow_controller

    run = next_folder(folder)
    with (
        launch_emulator(job.path, run, _settings(job, plan)) as emulator,
        Recorder(run / "log") as recorder,
        _live_bar(out, plan) as show,
    ):
        out.print(f"Controller at {emulator.endpoint}, recorded in {run}")
        result = follow_controller(
            emulator.endpoint, emulator.access, job.line.model_id, recorder, on_status=show
        )
    seconds = result.duration / NS_PER_S
    whole = "nothing is missing" if result.complete else f"missing: {result.gaps}"
    out.print(
        f"Recorded {len(result.log.activities)} activities of {plan.hours:g} h in {seconds:.1f} s,"
        f" {whole}"
    )
    return result.log


def _settings(job: "Job", plan: Plan) -> "Settings":
    from twin.bridge.launch import Settings

    return Settings(
        # The plant has its own luck: the twin's replications never use this seed.
        seed=(_seed(job, plan) + 1) % (LARGEST_SEED + 1),
        until=f"{plan.end} ns",
        scan=f"{plan.scan} ns",
        faults=plan.faults,
        port=plan.port,
        allow_rules=job.allow_rules,
    )


@contextmanager
def _live_bar(out: "Console", plan: Plan) -> "Iterator[Callable[[LiveState], None]]":
    """Show how far a followed controller has come; the value is called with its live state."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("Following the controller"),
        BarColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task("", total=plan.end)

        def show(live: "LiveState") -> None:
            hours = live.simulation_time / 3600 / NS_PER_S
            text = f"{hours:.1f} of {plan.hours:g} h, {live.finished} parts"
            bar.update(task, completed=live.simulation_time, description=text)

        yield show


def next_folder(folder: Path) -> Path:
    """Return a folder for a new record; records are never overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = [int(path.name) for path in folder.iterdir() if path.name.isdigit()]
    run = folder / f"{max(taken, default=0) + 1:04d}"
    run.mkdir()
    return run


def drop_if_empty(run: Path) -> None:
    """Remove the folder of a record into which nothing came."""
    files = [path for path in run.rglob("*") if path.is_file()]
    if all(path.suffix == ".wal" and not path.stat().st_size for path in files):
        shutil.rmtree(run)

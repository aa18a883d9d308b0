"""What `taktwin calibrate` does: read, fit, write, and try what was written."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from twin.bridge.recorder import Recording
    from twin.cli.steps import Job
    from twin.experiments.calibrate import Calibrated


def calibrate_cell(out: "Console", job: "Job", folder: Path, target: Path) -> None:
    """Calibrate a cell with a record and write it to a file.

    Raises
    ------
    twin.bridge.session.errors.BridgeError
        If there is no record in the folder, or it is of another cell.
    typer.BadParameter
        If the file would be overwritten, or the record is too short.
    """
    from twin.bridge.recorder import read_recording
    from twin.bridge.session import HandshakeRefused
    from twin.experiments.calibrate import FEWEST, calibrate, notes
    from twin.experiments.carried import carry
    from twin.experiments.rewrite import rewrite

    if target.exists() and target.samefile(job.path):
        raise typer.BadParameter(f"{target} is the cell that is read: choose another --out")
    recording = read_recording(folder)
    if recording.model_id != job.line.model_id:
        raise HandshakeRefused(
            f"{folder} is a record of cell {recording.model_id[:12]}..., {job.path.name} is"
            f" {job.line.model_id[:12]}...: give the cell file that was recorded"
        )
    scan = int(recording.welcome.body.get("scan", 0)) if recording.welcome else 0
    found = calibrate(job.cell, job.line, recording.log, scan=scan)
    if not found:
        raise typer.BadParameter(f"{folder}: no station with {FEWEST} operations; record longer")
    said = notes(job.cell, job.line, recording.log)
    target.parent.mkdir(parents=True, exist_ok=True)
    for copy in carry(job.path, target.parent):
        typer.echo(f"copied beside it: {copy}")
    text = rewrite(job.path, found, _origin(job, recording), said)
    target.write_text(text, encoding="utf-8")
    for note in said:
        typer.echo(note)
    _tell(out, job, recording, found, target)


def _origin(job: "Job", recording: "Recording") -> list[str]:
    hours = recording.log.end / 3600e9
    return [
        f"Calibrated by taktwin calibrate from {job.path.name} (model {job.line.model_id[:16]})",
        f"with the record of run {recording.position.epoch:x}, {hours:.4g} h,"
        f" {sum(map(len, recording.batches))} activities:",
    ]


def _tell(
    out: "Console",
    job: "Job",
    recording: "Recording",
    found: "tuple[Calibrated, ...]",
    target: Path,
) -> None:
    from twin.cli.steps import prepare, warm_kernel
    from twin.experiments.calibrate import predict

    for entry in found:
        name = ".".join(entry.path[1:])
        typer.echo(
            f"{name:40} {entry.fit.family:12} mean {entry.fit.mean:9.4g} s"
            f" +- {100 * entry.error:.2g} %  from {entry.n}"
        )
    new = prepare(out, str(target), prove=False, allow_rules=job.allow_rules)
    warm_kernel(out)
    scan = int(recording.welcome.body.get("scan", 0)) if recording.welcome else 0
    line = replace(new.line, scan=scan)
    made = predict(line, recording.log, found, new.cell, seed=job.cell.run.seed)
    typer.echo(
        f"The calibrated twin makes {made.mean:.4g} ({made.low:.4g} to {made.high:.4g}) good parts"
        f" an hour in as long a run; the record has {made.seen:.4g}."
    )
    typer.echo(f"Cell: {target}")

"""Write the report: one page for people, one file for programs."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from twin.report.atomic import write_atomically
from twin.report.clock import Clock
from twin.report.motion import ReportMotion
from twin.report.page import page
from twin.report.study import Study
from twin.results.likeness import Fidelity
from twin.results.model import Comparison, Results, Timeline, to_json


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where a report was written."""

    html: Path
    json: Path


def write_report(
    folder: Path,
    *,
    results: Results,
    timeline: Timeline | None = None,
    comparison: Comparison | None = None,
    fidelity: Fidelity | None = None,
    motion: ReportMotion | Sequence[ReportMotion] | None = None,
    start_of_week: float | None = None,
) -> ReportPaths:
    """Write `report.html` and `report.json`; each is the old file or the new one, never half.

    Parameters
    ----------
    folder : Path
        Where to; made when it is not there.
    motion : ReportMotion or sequence of them, optional
        One a robot.
    start_of_week : float, optional
        When the run begins, s after Monday 00:00; gives charts the time of day.

    Raises
    ------
    OSError
        The folder cannot be made or written.
    """
    study = Study(
        results=results,
        timeline=timeline,
        comparison=comparison,
        fidelity=fidelity,
        motion=(motion,) if isinstance(motion, ReportMotion) else tuple(motion or ()),
        clock=Clock(start_of_week),
    )
    return _write(folder, study)


def _write(folder: Path, study: Study) -> ReportPaths:
    paths = ReportPaths(html=folder / "report.html", json=folder / "report.json")
    # Both are made before either is written: a fault in one leaves the old pair as it was.
    html = page(study).encode("utf-8")
    data = json.dumps(document(study), ensure_ascii=False, allow_nan=False, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(paths.json, (data + "\n").encode("utf-8", "replace"))
    write_atomically(paths.html, html)
    return paths


def document(study: Study) -> dict[str, Any]:
    """Return everything the report holds as plain values for JSON; pictures as base64."""
    return {
        "format": 1,
        "results": to_json(study.results),
        "comparison": to_json(study.comparison),
        "fidelity": to_json(study.fidelity),
        "timeline": to_json(study.timeline),
        "motion": [_motion(found) for found in study.motion],
        "start_of_week": study.clock.start,
    }


def _motion(found: ReportMotion) -> dict[str, Any]:
    values = {f.name: getattr(found, f.name) for f in fields(found) if f.name != "picture"}
    picture = base64.b64encode(found.picture).decode("ascii") if found.picture else None
    document: dict[str, Any] = to_json(values)
    return {**document, "picture": picture}

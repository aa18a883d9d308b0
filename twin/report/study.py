"""Everything one report is about."""

from dataclasses import dataclass

from twin.report.clock import Clock
from twin.report.motion import ReportMotion
from twin.results.likeness import Fidelity
from twin.results.model import Comparison, Results, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The results of one cell and what was found besides; None was not asked for."""

    results: Results
    timeline: Timeline | None = None
    comparison: Comparison | None = None
    fidelity: Fidelity | None = None
    motion: tuple[ReportMotion, ...] = ()  # one a robot
    clock: Clock

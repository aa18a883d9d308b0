"""What a run means: `report.html`, `report.json` and the same summary in a terminal."""

from twin.report.motion import Doing, Move, ProgramMotion, ReportMotion, Track
from twin.report.write import ReportPaths, write_report

__all__ = [
    "Doing",
    "Move",
    "ProgramMotion",
    "ReportMotion",
    "ReportPaths",
    "Track",
    "write_report",
]

"""What a run means: `report.html`, `report.json` and the same summary in a terminal."""

from twin.report.motion import Move, ReportMotion
from twin.report.write import ReportPaths, write_report

__all__ = ["Move", "ReportMotion", "ReportPaths", "write_report"]

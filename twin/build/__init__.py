"""From a cell to a line: names become indices, times become nanoseconds."""

from twin.build.line import build_line, load_line

__all__ = ["build_line", "load_line"]

"""The command line, one file a verb."""

from twin.cli.app import main

__all__ = ["main"]

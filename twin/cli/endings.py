"""How a command ends."""

from typing import Annotated

import typer

OK = 0
GATE_FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130  # as shells have it: 128 + SIGINT

LARGEST_SEED = 2**63 - 1
SEED = typer.Option(
    "--seed", min=0, max=LARGEST_SEED, help="Seed of all randomness; default: that of the cell."
)
OUT = typer.Option("--out", help="Folder for the report.", file_okay=False)
ALLOW_RULES = typer.Option(
    "--allow-rules", help="Run the Python rules that the cell names, with your rights."
)
JSON = typer.Option("--json", help="Print the results as JSON and nothing else.")

CellArgument = Annotated[
    str, typer.Argument(metavar="CELL", help="A cell file, or the name of a ready-made cell.")
]


def is_users_error(error: Exception) -> bool:
    """Return whether an error is about what the user gave: shown in plain words, no traceback."""
    from cells.errors import CellError
    from robots.errors import RobotError
    from twin.bridge.session.errors import BridgeError
    from twin.kernel.stops import RunError

    kinds = (CellError, RobotError, BridgeError, RunError, OSError)
    return isinstance(error, kinds)


def in_words(error: Exception) -> str:
    """Return a user's error as one reads it: of a file, its path and what the system says."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}; choose another file or folder"
    return str(error)

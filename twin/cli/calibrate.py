"""`taktwin calibrate`: make the twin as fast as the cell it follows."""

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.endings import ALLOW_RULES, CellArgument


def calibrate(
    cell: CellArgument,
    record: Annotated[
        Path, typer.Argument(metavar="RECORD", help="Folder of a record, such as `.../0001/log`.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Cell file to write; never the one that was read.")
    ] = Path("calibrated.yaml"),
    allow_rules: Annotated[bool, ALLOW_RULES] = False,
) -> None:
    """Fit process times, failures and repairs to a record, and write a new cell file.

    Times are corrected for the controller's scan; what was cut short counts as longer; the family
    is the one that foretells the latest 30 % of the record best.  The new file says where each
    number comes from.

    Example: `taktwin calibrate machine_tending out/machine_tending/record/0001/log`
    """
    from twin.cli import steps
    from twin.cli.calibration import calibrate_cell

    console = steps.console()
    job = steps.prepare(console, cell, prove=False, allow_rules=allow_rules)
    calibrate_cell(console, job, record, out)

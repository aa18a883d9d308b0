"""Measured cycles of a robot, as a person writes them beside a cell file."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator

from cells.base import Name, Part
from cells.errors import CellFileError, Fault
from cells.faults import faults
from cells.units import Duration
from cells.yaml_reader import MOST_BYTES, Refused, decode, read


class Done(Part):
    """One thing a robot did: a move between places, or a pick or a place at one."""

    from_: Name | None = Field(None, alias="from")
    to: Name | None = None
    part: bool = False  # whether it held a part on the move
    pick_at: Name | None = None
    place_at: Name | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = (self.from_ is not None and self.to is not None, self.pick_at, self.place_at)
        halves = (self.from_ is None) != (self.to is None)
        if halves or sum(bool(one) for one in given) != 1 or (self.part and not given[0]):
            raise ValueError(
                "write one of {from: a, to: b, part: true}, {pick_at: a} and {place_at: a}"
            )
        return self


class MeasuredCycle(Part):
    """What a robot did from one instant to another, and how long that took."""

    name: str = ""
    does: Annotated[list[Done], Field(min_length=1, max_length=1_000)]
    time: Duration
    hold_back: bool = False  # compare with it, do not fit to it

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.time <= 0:
            raise ValueError("the time must be above 0 s")
        return self


class MeasuredCycles(Part):
    """A file of measured cycles of one robot of a cell."""

    robot: Name
    cycles: Annotated[list[MeasuredCycle], Field(min_length=1, max_length=1_000)]


def load_measured(path: str | Path) -> MeasuredCycles:
    """Return the measured cycles in a YAML file.

    Raises
    ------
    CellFileError
        If the file cannot be read or is wrong; lists all its faults.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            document = read(decode(file.read(MOST_BYTES + 1)))
    except Refused as refused:
        raise CellFileError(str(path), [refused.fault]) from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise CellFileError(str(path), [Fault(0, "", reason)]) from None
    try:
        return MeasuredCycles.model_validate(document.data)
    except ValidationError as error:
        raise CellFileError(str(path), faults(error, document)) from None

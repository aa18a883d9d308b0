"""Quantities with units on the command line, read as in a cell file."""

from typing import TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from cells.units import Duration, Fraction, Length

T = TypeVar("T")


def duration(option: str, text: str | None) -> int | None:
    """Return an option such as `5 days` in ns.

    Raises
    ------
    typer.BadParameter
        If it is no duration with a unit.
    """
    return None if text is None else _read(TypeAdapter(Duration), option, text)


def share(option: str, text: str | None) -> float | None:
    """Return an option such as `1 %` as a fraction.

    Raises
    ------
    typer.BadParameter
        If it is no share above 0 and up to 1.
    """
    if text is None:
        return None
    value = _read(TypeAdapter(Fraction), option, text)
    if value == 0:
        raise typer.BadParameter(f"{option}: must be more than 0, such as 1 %")
    return value


def length(option: str, text: str) -> float:
    """Return an option such as `400 mm` in m.

    Raises
    ------
    typer.BadParameter
        If it is no length with a unit, or negative.
    """
    value = _read(TypeAdapter(Length), option, text)
    if value < 0:
        raise typer.BadParameter(f"{option}: must be at least 0 mm")
    return value


def _read(adapter: TypeAdapter[T], option: str, text: str) -> T:
    try:
        return adapter.validate_python(text)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(f"{option}: {reason}") from None

"""Values with their units, as a cell file writes them: `45 s`, `850 mm`, `80 %`, `06:00`.

Each type reads text and gives SI (durations: whole nanoseconds).  A description built in Python
is written with the same texts: `Run(horizon="5 days")`.  As JSON a value is written back in SI with
its unit, so that the JSON of a cell is a cell file again.
"""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from cells.errors import shown

NS = Decimal(1_000_000_000)
LATEST = 2**62  # ns; engines add two times without overflow
_LARGEST = 1e12  # of any other quantity, in SI
_LONGEST = 60  # characters of a value with its unit
PI = Decimal("3.14159265358979323846264338327950288419716939937510")

_NUMBER = r"[+-]?[0-9]{1,20}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?"
_PLAIN = re.compile(_NUMBER)
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A physical quantity: how it is called, an example, and its units in SI."""

    title: str
    example: str
    units: dict[str, Decimal]
    low: float = -_LARGEST
    high: float = _LARGEST
    above: bool = False  # True: `low` itself is refused

    @property
    def pattern(self) -> str:
        """Regular expression of the texts it reads."""
        units = "|".join(sorted((re.escape(unit) for unit in self.units), key=len, reverse=True))
        return rf"^({_NUMBER})\s*({units})$"

    def exact(self, value: object) -> Decimal:
        """Return the value of a text in SI, exactly.

        Raises
        ------
        ValueError
            If the text is no number with one of the units, or out of range.
        """
        text = value.strip() if isinstance(value, str) and len(value) <= _LONGEST else ""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number or _PLAIN.fullmatch(text):
            raise ValueError(
                f"{text or shown(value)} is a bare number; write {self.title} with its unit,"
                f" such as {self.example}"
            )
        match = re.fullmatch(self.pattern[1:-1], text)
        if match is None:
            units = f" (units: {', '.join(self.units)})" if isinstance(value, str) else ""
            raise ValueError(
                f"expected {self.title}, such as {self.example}; found {shown(value)}{units}"
            )
        return self._within(Decimal(match[1]) * self.units[match[4]], text)

    def _within(self, number: Decimal, value: str) -> Decimal:
        low, high = Decimal(self.low), Decimal(self.high)
        if number < low or number > high or (self.above and number == low):
            lowest = ("above " if self.above else "at least ") + f"{self.low:g}"
            limit = lowest if number <= low else f"at most {self.high:g}"
            si = next(unit for unit, factor in self.units.items() if factor == 1)
            raise ValueError(f"{value!r} is out of range: {self.title} here is {limit} {si}")
        return number

    def read(self, value: object) -> float:
        """Return the value of a text in SI."""
        return float(self.exact(value)) + 0.0  # no minus zero

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the texts it reads."""
        return {"type": "string", "pattern": self.pattern, "examples": [self.example]}


_TIMES = {
    unit: Decimal(factor)
    for units, factor in (
        (("s",), "1"),
        (("min",), "60"),
        (("h",), "3600"),
        (("days", "day", "d"), "86400"),
        (("weeks", "week"), "604800"),
        (("ms",), "0.001"),
        (("us",), "0.000001"),
        (("ns",), "0.000000001"),
    )
    for unit in units
}
_LENGTHS = {"m": Decimal(1), "mm": Decimal("0.001"), "cm": Decimal("0.01"), "um": Decimal("1e-6")}

DURATION = Quantity("a duration", "45 s", _TIMES, low=0.0, high=LATEST / 1e9)
LENGTH = Quantity("a length", "850 mm", _LENGTHS)
MASS = Quantity("a mass", "1.4 kg", {"kg": Decimal(1), "g": Decimal("0.001")}, low=0.0)
POWER = Quantity(
    "a power",
    "6.5 kW",
    {"W": Decimal(1), "kW": Decimal(1000), "MW": Decimal(10**6), "mW": Decimal("0.001")},
    low=0.0,
)
SPEED = Quantity(
    "a speed",
    "0.25 m/s",
    {"m/s": Decimal(1), "mm/s": Decimal("0.001"), "m/min": 1 / Decimal(60)},
    low=0.0,
    above=True,
)
FORCE = Quantity("a force", "140 N", {"N": Decimal(1), "kN": Decimal(1000)}, low=0.0, above=True)
STIFFNESS = Quantity(
    "a stiffness", "75 N/mm", {"N/m": Decimal(1), "N/mm": Decimal(1000)}, low=0.0, above=True
)
ANGLE = Quantity("an angle", "90 deg", {"rad": Decimal(1), "deg": PI / 180})


def read_time(value: object) -> float:
    """Return a time in ns, not rounded; for parameters of distributions."""
    return float(DURATION.exact(value) * NS)


def read_duration(value: object) -> int:
    """Return a duration in whole ns, halves rounded up.

    Examples
    --------
    >>> read_duration("0.1 s"), read_duration("9 min")
    (100000000, 540000000000)
    """
    with localcontext() as context:
        context.prec = 60
        ns = DURATION.exact(value) * NS + Decimal("0.5")
        return int(ns.to_integral_value(rounding=ROUND_FLOOR))


def read_clock(value: object) -> int:
    """Return a time of day in ns since midnight; `24:00` is the end of the day.

    Examples
    --------
    >>> read_clock("06:30") // 60_000_000_000
    390
    """
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"expected a time of day, such as 06:00; found {shown(value)}")
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > 86_400:
        raise ValueError(f"{match[0]!r} is no time of day; it runs from 00:00 to 24:00")
    return total * 1_000_000_000


def read_fraction(value: object) -> float:
    """Return a share from 0 to 1, from `80 %` or a plain number.

    Examples
    --------
    >>> read_fraction("2.5 %"), read_fraction(0.8)
    (0.025, 0.8)
    """
    text = value.strip() if isinstance(value, str) and len(value) <= _LONGEST else ""
    if text.endswith("%") and _PLAIN.fullmatch(text[:-1].rstrip()):
        share = float(Decimal(text[:-1].rstrip()) / 100)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST:
        share = float(value)
    else:
        raise ValueError(f"expected a share, such as 80 % or 0.8; found {shown(value)}")
    if math.isnan(share) or not 0.0 <= share <= 1.0:
        raise ValueError(f"{shown(value)} is out of range: a share is from 0 % to 100 %, or 0 to 1")
    return share + 0.0


def write_clock(ns: int) -> str:
    """Return a time of day as a cell file writes it."""
    minutes, seconds = divmod(ns // 1_000_000_000, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def _written(unit: str) -> PlainSerializer:
    return PlainSerializer(lambda value: f"{value!r} {unit}", return_type=str, when_used="json")


Duration = Annotated[
    int, BeforeValidator(read_duration), _written("ns"), WithJsonSchema(DURATION.schema())
]
Time = Annotated[
    float, BeforeValidator(read_time), _written("ns"), WithJsonSchema(DURATION.schema())
]
Length = Annotated[
    float, BeforeValidator(LENGTH.read), _written("m"), WithJsonSchema(LENGTH.schema())
]
Mass = Annotated[float, BeforeValidator(MASS.read), _written("kg"), WithJsonSchema(MASS.schema())]
Power = Annotated[float, BeforeValidator(POWER.read), _written("W"), WithJsonSchema(POWER.schema())]
Speed = Annotated[
    float, BeforeValidator(SPEED.read), _written("m/s"), WithJsonSchema(SPEED.schema())
]
Force = Annotated[float, BeforeValidator(FORCE.read), _written("N"), WithJsonSchema(FORCE.schema())]
Stiffness = Annotated[
    float, BeforeValidator(STIFFNESS.read), _written("N/m"), WithJsonSchema(STIFFNESS.schema())
]
Angle = Annotated[
    float, BeforeValidator(ANGLE.read), _written("rad"), WithJsonSchema(ANGLE.schema())
]
ClockTime = Annotated[
    int,
    BeforeValidator(read_clock),
    PlainSerializer(write_clock, return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$", "examples": ["06:00"]}
    ),
]
Fraction = Annotated[
    float,
    BeforeValidator(read_fraction),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": rf"^{_NUMBER}\s*%$", "examples": ["80 %"]},
                {"type": "number", "minimum": 0, "maximum": 1},
            ]
        }
    ),
]

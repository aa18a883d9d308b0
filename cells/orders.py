"""Order lists: which parts are released when, as rows of a CSV file or of the cell file itself.

The first row names the columns: `release` and any of `product`, `quantity`, `due`, `priority`.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from cells.errors import hint, shown
from cells.units import read_duration
from cells.weekdays import DAY, DAYS, WEEK, read_start

MOST_ORDERS = 10_000
_MOST_PARTS = 100_000  # of one order
_MOST_TOLD = 5  # rows with faults in one message
_COLUMNS = ("release", "product", "quantity", "due", "priority")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of a run: so long after its start, or a day and time of the week."""

    ns: int
    weekly: bool  # ns count from Monday 00:00, not from the start of the run

    @classmethod
    def read(cls, text: str) -> "Moment":
        """Return the instant from `90 min` or `mon 06:00`."""
        try:
            if text[:3] in DAYS:
                return cls(read_start(text) % WEEK, weekly=True)
            return cls(read_duration(text), weekly=False)
        except ValueError:
            raise ValueError(
                "expected a time after the start, such as 90 min, or a day and time, such as"
                f" mon 06:00; found {shown(text)}"
            ) from None

    def write(self) -> str:
        """Return it as a file writes it."""
        if not self.weekly:
            return f"{self.ns} ns"
        minutes, seconds = divmod(self.ns % DAY // 10**9, 60)
        return f"{DAYS[self.ns // DAY]} {minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"

    def after(self, start: str, earliest: int = 0) -> int:
        """Return it in ns after the start of the run; a day and time: the first from then on.

        Parameters
        ----------
        start : str
            Day and time at which the run begins.
        earliest : int
            ns after the start.
        """
        if not self.weekly:
            return self.ns
        return earliest + (self.ns - read_start(start) - earliest) % WEEK


@dataclass(frozen=True, slots=True)
class Order:
    """Parts that are released together."""

    release: Moment
    product: str | None = None  # None: as its source makes them
    quantity: int = 1
    due: Moment | None = None
    priority: int | None = None  # None: that of the product
    row: str = field(default="", compare=False)  # where it is written, for messages


class Rows(list[str]):
    """Lines of an order list with the name of the file they are from, or why there are none."""

    def __init__(self, lines: Sequence[str], name: str, problem: str = "") -> None:
        super().__init__(lines)
        self.name = name
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Orders:
    """An order list."""

    rows: tuple[Order, ...]

    @classmethod
    def read(cls, value: object) -> "Orders":
        """Return the orders that a cell file gives, or that were read from a file.

        Raises
        ------
        ValueError
            With the rows that are wrong, and what would do.
        """
        if isinstance(value, Orders):
            return value
        if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
            raise ValueError(
                "expected the name of a CSV file beside the cell file, such as orders.csv, or a"
                f" list of its rows; found {shown(value)}"
            )
        problem, name = getattr(value, "problem", ""), getattr(value, "name", "")
        if problem:
            raise ValueError(problem)
        found, faults = _parsed(value, name)
        if faults:
            more = len(faults) - _MOST_TOLD
            told = faults[:_MOST_TOLD] + ([f"and {more} more rows"] if more > 0 else [])
            raise ValueError("; ".join(told))
        return cls(tuple(found))

    def write(self) -> list[str]:
        """Return the rows as a cell file writes them."""
        return [",".join(_COLUMNS), *(_written(order) for order in self.rows)]

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        write = core_schema.plain_serializer_function_ser_schema(cls.write, when_used="json")
        return core_schema.no_info_plain_validator_function(cls.read, serialization=write)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        file = {"type": "string", "pattern": r"\.csv$", "examples": ["orders.csv"]}
        return {"anyOf": [file, {"type": "array", "items": {"type": "string"}}]}


def _written(order: Order) -> str:
    due = order.due.write() if order.due else ""
    priority = "" if order.priority is None else str(order.priority)
    return f"{order.release.write()},{order.product or ''},{order.quantity},{due},{priority}"


def _parsed(lines: Sequence[str], name: str) -> tuple[list[Order], list[str]]:
    """Return the orders and what is wrong with rows."""
    separator = ";" if lines and ";" in lines[0] and "," not in lines[0] else ","
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    orders: list[Order] = []
    faults: list[str] = []
    columns: list[str] = []
    try:
        for cells in reader:
            where = f"{name}:{reader.line_num}" if name else f"row {reader.line_num}"
            texts = [cell.strip() for cell in cells]
            if not any(texts):
                continue
            if not columns:
                columns = [text.lower() for text in texts]
                faults += [f"{where}: {fault}" for fault in _of_header(columns)]
                if faults:
                    break
                continue
            row, wrong = _order(columns, texts, where)
            faults += [f"{where}: {fault}" for fault in wrong]
            orders += [row] if row is not None else []
    except csv.Error as error:
        faults.append(f"{name or 'row'}:{reader.line_num}: not a CSV row: {error}")
    if not columns:
        faults.append(f"{name or 'the list'}: no rows; the first one names {', '.join(_COLUMNS)}")
    elif len(orders) > MOST_ORDERS:
        faults.append(f"{name or 'the list'}: more than {MOST_ORDERS} orders")
    return orders, faults


def _of_header(columns: list[str]) -> Iterator[str]:
    for column in columns:
        if column not in _COLUMNS:
            yield f"no column named {shown(column)}.{hint(column, _COLUMNS)}"
        elif columns.count(column) > 1:
            yield f"the column {column} is there twice"
    if "release" not in columns:
        yield "a column `release` is required: when parts come, 90 min or mon 06:00"


def _order(columns: list[str], texts: list[str], where: str) -> tuple[Order | None, list[str]]:
    if len(texts) != len(columns):
        return None, [f"expected {len(columns)} values, as the first row has; found {len(texts)}"]
    given = {column: text for column, text in zip(columns, texts, strict=True) if text}
    values: dict[str, Any] = {}
    faults = [] if "release" in given else ["release: a value is required, 90 min or mon 06:00"]
    for column, text in given.items():
        try:
            values[column] = _READ[column](text)
        except ValueError as error:
            faults.append(f"{column}: {error}")
    return (None if faults else Order(**values, row=where)), faults


def _quantity(text: str) -> int:
    number = _whole(text)
    if not 1 <= number <= _MOST_PARTS:
        raise ValueError(f"expected a whole number from 1 to {_MOST_PARTS}; found {shown(text)}")
    return number


def _whole(text: str) -> int:
    plain = text.removeprefix("-")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        raise ValueError(f"expected a whole number; found {shown(text)}")
    return int(text)


_READ: dict[str, Callable[[str], Any]] = {
    "release": Moment.read,
    "product": str,
    "quantity": _quantity,
    "due": Moment.read,
    "priority": _whole,
}

"""Tables of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from twin.report.markup import Markup, element


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, and whether it holds numbers (set to the right)."""

    head: str
    numeric: bool = True
    tip: str | None = None


def table(columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> Markup:
    """Return a table; its first column names the rows.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of sequences, each with one cell a column
    """
    heads = [
        element("th", column.head, scope="col", class_=_class(column), title=column.tip)
        for column in columns
    ]
    body = [element("tr", *_cells(columns, row)) for row in rows]
    whole = element("table", element("thead", element("tr", *heads)), element("tbody", *body))
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label="table")


def _cells(columns: Sequence[Column], row: Sequence[object]) -> list[Markup]:
    first, *rest = ((column, cell) for column, cell in zip(columns, row, strict=True))
    head = element("th", first[1], scope="row")
    return [head, *(element("td", cell, class_=_class(column)) for column, cell in rest)]


def _class(column: Column) -> str | None:
    return "num" if column.numeric else None

"""Money in a cell: amounts are added up, so they share one currency."""

from collections.abc import Iterator

from cells.money import Money
from cells.problems import Problem
from cells.schema import Cell

Path = tuple[str | int, ...]


def currency_of(cell: Cell) -> str | None:
    """Return the currency of the amounts in a cell; None where it states none."""
    return next((currency for _, currency in _amounts(cell)), None)


def check_currencies(cell: Cell) -> list[Problem]:
    """Return the amounts that are in another currency than the first."""
    expected = currency_of(cell)
    return [
        Problem(path, f"this is in {found} and other amounts are in {expected}; use one currency")
        for path, found in _amounts(cell)
        if found != expected
    ]


def _amounts(cell: Cell) -> Iterator[tuple[Path, str]]:
    for name, product in cell.products.items():
        if isinstance(product.material_cost, Money):
            yield ("products", name, "material_cost"), product.material_cost.currency
    for section in ("stations", "robots", "operators"):
        for name, described in getattr(cell, section).items():
            for key in ("per_hour", "per_part"):
                amount = getattr(described.cost, key, None)
                if amount is not None:
                    yield (section, name, "cost", key), amount.currency

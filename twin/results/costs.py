"""What a good part costs: material, machines, labour and electricity, as the cell file prices them.

Hours are paid while on shift, busy or not; material is paid for every part that leaves the line,
good or scrap.  Investment is not in it.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from cells.currencies import currency_of
from cells.money import Cost
from cells.schema import Cell
from twin.kernel.states import NodeKind, State
from twin.results.carriers import deliveries
from twin.results.energy import energy_by_replication, read_figure
from twin.results.estimates import Floats, estimate, ratio
from twin.results.model import CostResult
from twin.results.observed import Observed, on_shift

KINDS = ("material", "machines", "labour", "electricity")
_S_PER_HOUR = 3600.0


def costs_by_replication(seen: Observed) -> Mapping[str, Floats]:
    """Return the cost of the window by kind, in the currency of the cell, each of shape (n,).

    Kinds that the cell file does not price are left out.

    Parameters
    ----------
    seen : Observed
    """
    found = {
        "material": _material(seen),
        "machines": _sum([*_stations(seen), *_carriers(seen, seen.cell.robots)]),
        "labour": _sum(list(_carriers(seen, seen.cell.operators))),
        "electricity": _electricity(seen),
    }
    return {kind: cost for kind, cost in found.items() if cost is not None}


def cost_result(seen: Observed) -> CostResult | None:
    """Return what the window and a good part cost; None where the cell file prices nothing.

    Parameters
    ----------
    seen : Observed
    """
    currency = currency_of(seen.cell)
    if currency is None:
        return None
    by_kind = costs_by_replication(seen)
    total = np.sum(list(by_kind.values()), axis=0)
    good, unit = seen.tally.finished.sum(axis=1), f"{currency}/part"
    return CostResult(
        total=estimate(total, currency),
        per_good_part=ratio(total, good, unit),
        by_kind={kind: ratio(cost, good, unit) for kind, cost in by_kind.items()},
        missing=tuple(_unpriced(seen.cell)),
    )


def _material(seen: Observed) -> Floats | None:
    prices = [seen.cell.products[name].material_cost for name in seen.line.products]
    if not any(prices):
        return None
    each = np.array([price.amount if price else 0.0 for price in prices])
    cost: Floats = (seen.tally.finished + seen.tally.scrapped) @ each
    return cost


def _stations(seen: Observed) -> Iterator[Floats]:
    for node in seen.nodes(NodeKind.STATION):
        cost = seen.cell.stations[seen.line.node_names[node]].cost
        if cost is not None:
            of = seen.resources(node=node)
            yield _cost(cost, seen.time(of), seen.count(of)[:, State.WORKING])


def _carriers(seen: Observed, priced: Mapping[str, object]) -> Iterator[Floats]:
    for group, name in enumerate(seen.line.carrier_names):
        cost: Cost | None = getattr(priced.get(name), "cost", None)
        if cost is not None:
            of = seen.resources(carrier=group)
            yield _cost(cost, seen.time(of), deliveries(seen.count(of)))


def _cost(cost: Cost, time: Floats, done: Floats) -> Floats:
    hourly = cost.per_hour.amount if cost.per_hour else 0.0
    each = cost.per_part.amount if cost.per_part else 0.0
    return on_shift(time) / _S_PER_HOUR * hourly + done * each


def _sum(costs: list[Floats]) -> Floats | None:
    return np.sum(costs, axis=0, dtype=np.float64) if costs else None


def _electricity(seen: Observed) -> Floats | None:
    used = energy_by_replication(seen)
    price = read_figure(seen.cell.energy.price if seen.cell.energy else None)
    if used is None or price is None or price[1] != currency_of(seen.cell):
        return None
    return used * price[0]


def _unpriced(cell: Cell) -> Iterator[str]:
    """Yield what has no price, of the kinds that are priced for others."""
    stations = {name: station.cost for name, station in cell.stations.items()}
    robots = {name: robot.cost for name, robot in cell.robots.items()}
    groups: tuple[Mapping[str, object], ...] = (
        {name: product.material_cost for name, product in cell.products.items()},
        {**stations, **robots},
        {name: operator.cost for name, operator in cell.operators.items()},
    )
    for prices in groups:
        if any(prices.values()):
            yield from (name for name, price in prices.items() if price is None)

"""Whether more comes into a line than it can do, as far as its description tells."""

from collections import defaultdict
from collections.abc import Iterator

from cells.expand import expand
from cells.graph import Spot
from cells.schema import Cell, Flow, Station

_ROUNDS = 200  # of rework; what still goes round then is less than a millionth of it
_MARGIN = 1.001


def overloads(cell: Cell) -> Iterator[tuple[str, float]]:
    """Yield stations that are asked for more than they can do, and how many times as much.

    Only what is certain is told: parts are followed as far as shares say where they go, and
    failures, shifts, set-ups and carriers are left out, which all make it worse.

    Parameters
    ----------
    cell : Cell
        A checked cell.
    """
    flat = expand(cell)
    patience = [source.patience for source in flat.sources.values()]
    patience += [buffer.patience for buffer in flat.buffers.values()]
    if any(one is not None for one in patience):
        return  # who does not wait does not pile up
    rates = _rates(flat)
    for name, station in flat.stations.items():
        load = sum(
            rate * _mean(station, product)
            for (node, product), rate in rates.items()
            if node == name and station.batch is None and not station.assemble
        )
        if load / station.servers > _MARGIN:
            yield name, load / station.servers


def _rates(flat: Cell) -> dict[Spot, float]:
    """Return how many parts of each product come to each node, a ns, at the least."""
    shares = _shares(flat)
    total: dict[Spot, float] = defaultdict(float)
    coming = _arrivals(flat)
    for _ in range(_ROUNDS):
        onward: dict[Spot, float] = defaultdict(float)
        for (node, product), rate in coming.items():
            total[node, product] += rate
            station = flat.stations.get(node)
            if station is not None and (station.assemble or station.yields):
                continue  # other parts come out of it
            for target, share in shares.get((node, product), {}).items():
                onward[target, product] += rate * share
        coming = {spot: rate for spot, rate in onward.items() if rate > 0.0}
    return total


def _arrivals(flat: Cell) -> dict[Spot, float]:
    """Return how many parts of each product arrive at each source for ever, a ns."""
    found: dict[Spot, float] = {}
    for name, source in flat.sources.items():
        fewer = source.shifts is not None and source.off_shift != "wait"
        if source.every is None or source.limit is not None or source.product is None or fewer:
            continue
        mix = {source.product: 1.0} if isinstance(source.product, str) else source.product
        for product, share in mix.items():
            found[name, product] = share * source.batch / source.every.mean()
    return found


def _shares(flat: Cell) -> dict[Spot, dict[str, float]]:
    """Return which share of the parts of a product goes where, for entries that tell."""
    shares: dict[Spot, dict[str, float]] = {}
    for entry in sorted(flat.flow, key=lambda one: one.product is not None):
        named = [entry.product] if isinstance(entry.product, str) else entry.product
        for product in flat.products if named is None else named:
            shares[entry.from_, product] = _told(entry)
    return shares


def _told(entry: Flow) -> dict[str, float]:
    if entry.at_most or entry.if_full is not None:
        return {}
    if isinstance(entry.to, dict):
        return entry.to
    targets = [entry.to] if isinstance(entry.to, str) else entry.to
    if len(targets) == 1 or entry.choose == "cyclic":
        return dict.fromkeys(targets, 1.0 / len(targets))
    return {}


def _mean(station: Station, product: str) -> float:
    """Return the mean process time of a product, ns; 0 where it has none."""
    times = station.process
    time = times.get(product) if isinstance(times, dict) else times
    return 0.0 if time is None else time.mean()

"""What stations assemble, take apart, and work on together."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cells.schema import Station
from twin.kernel.model import KIT, NONE
from twin.kernel.states import Intake


@dataclass
class Kits:
    """Components and yields while they are collected."""

    products: list[str]
    components: list[tuple[int, int]] = field(default_factory=list)
    yields: list[int] = field(default_factory=list)

    def rows(self) -> NDArray[np.void]:
        """Return all components, dtype KIT."""
        return np.array(self.components, dtype=KIT)

    def yielded(self) -> NDArray[np.int64]:
        """Return the products of all yields, one an item."""
        return np.array(self.yields, dtype=np.int64)


def add_kit(row: np.void, station: Station, kits: Kits) -> None:
    """Fill in what a station assembles, takes apart or works on together."""
    row["kit_first"], row["kit_count"] = len(kits.components), len(station.assemble)
    row["kit_size"] = sum(station.assemble.values())
    row["together"] = int(station.collect == "together")
    for product, count in station.assemble.items():
        kits.components.append((kits.products.index(product), count))
    if station.makes is not None:
        row["intake"], row["makes"] = Intake.KIT, kits.products.index(station.makes)
    row["yield_first"], row["yield_count"] = len(kits.yields), sum(station.yields.values())
    for product, count in station.yields.items():
        kits.yields += [kits.products.index(product)] * count
    if station.batch is not None:
        row["intake"] = Intake.BATCH
        row["batch_least"], row["batch_most"] = station.batch.least, station.batch.most
        row["batch_wait"] = NONE if station.batch.wait is None else station.batch.wait
        row["batch_same"] = int(station.batch.same is not None)
    if station.campaign is not None:
        row["intake"] = Intake.CAMPAIGN
    row["several"] = int(row["yield_count"] > 0 or station.batch is not None)

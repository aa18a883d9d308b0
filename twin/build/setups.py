"""Set-ups, loading and unloading of stations."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cells.distributions import Distribution
from cells.schema import Station
from cells.setups import setup_time
from twin.build.tables import DistributionTable
from twin.kernel.model import NONE
from twin.kernel.names import stream_id


@dataclass
class SetupTables:
    """Tables of set-up times while they are collected, one a station that needs set-ups."""

    products: list[str]
    tables: list[list[list[int]]] = field(default_factory=list)

    def add(self, station: Station, dists: DistributionTable) -> int:
        """Return the table of a station, NONE if it needs no set-ups."""
        if station.setup is None:
            return NONE
        rows: dict[Distribution, int] = {}

        def row(time: Distribution | None) -> int:
            if time is None:
                return NONE
            if time not in rows:
                rows[time] = dists.add(time)
            return rows[time]

        origins = [*self.products, None]
        setup = station.setup
        self.tables.append(
            [[row(setup_time(setup, before, to)) for to in self.products] for before in origins]
        )
        return len(self.tables) - 1

    def rows(self) -> NDArray[np.int64]:
        """Return all tables, shape (K, P + 1, P)."""
        count = len(self.products)
        return np.array(self.tables, dtype=np.int64).reshape(-1, count + 1, count)


def add_stages(
    row: np.void, name: str, station: Station, setups: SetupTables, dists: DistributionTable
) -> None:
    """Fill in the stages of a station beside its work."""
    row["setup"] = setups.add(station, dists)
    row["load"] = NONE if station.load is None else dists.add(station.load)
    row["unload"] = NONE if station.unload is None else dists.add(station.unload)
    row["staged"] = int(max(row["setup"], row["load"], row["unload"]) != NONE)
    if station.tooled_for is not None:
        row["tooled_for"] = setups.products.index(station.tooled_for)
    for stage in ("setup", "load", "unload"):
        row[f"{stage}_stream"] = stream_id(name, stage)

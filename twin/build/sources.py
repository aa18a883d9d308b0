"""Sources: their arrivals, drawn or listed, and what they make."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cells.schema import Cell, Source
from cells.weekdays import WEEK, read_start, read_times
from twin.build.tables import CalendarTable, DistributionTable, cumulative
from twin.kernel.model import ARRIVAL, MIX, NONE
from twin.kernel.names import stream_id
from twin.kernel.states import NodeKind, OffShift

_Row = tuple[int, int, int, int, int, int]  # ARRIVAL


@dataclass
class SourceTables:
    """What the sources of a cell make and when, while it is collected."""

    cell: Cell
    dists: DistributionTable
    calendars: CalendarTable
    mix: list[tuple[int, float]] = field(default_factory=list)
    arrivals: list[_Row] = field(default_factory=list)

    def describe(self, row: np.void, name: str, source: Source) -> None:
        """Fill in the row of a source."""
        row["kind"] = NodeKind.SOURCE
        row["saturated"] = int(source.saturated)
        row["external"] = int(source.external)
        row["every"] = NONE if source.every is None else self.dists.add(source.every)
        row["every_stream"] = stream_id(name, "every")
        row["mix_stream"] = stream_id(name, "mix")
        row["first_at"] = NONE if source.first is None else source.first
        row["batch"] = source.batch
        row["limit"] = NONE if source.limit is None else source.limit
        row["calendar"] = self.calendars.add(source.shifts)
        row["off_shift"] = _off_shift(source)
        self._add_products(row, source)
        if source.timetable is not None or source.orders is not None:
            rows = self._of_week(source) if source.timetable is not None else self._orders(source)
            row["list_first"], row["list_count"] = len(self.arrivals), len(rows)
            row["list_period"] = WEEK if source.timetable is not None else NONE
            self.arrivals += rows

    def _add_products(self, row: np.void, source: Source) -> None:
        shares = {source.product: 1.0} if isinstance(source.product, str) else source.product or {}
        row["mix_first"], row["mix_count"] = len(self.mix), len(shares)
        products = list(self.cell.products)
        running = cumulative(list(shares.values())) if shares else []
        for product, share in zip(shares, running, strict=True):
            self.mix.append((products.index(product), share))

    def _product(self, name: str | None) -> int:
        return NONE if name is None else list(self.cell.products).index(name)

    def _of_week(self, source: Source) -> list[_Row]:
        """Return the arrivals of a timetable in the week after the start, in order of time."""
        origin = read_start(self.cell.run.start)
        rows = [
            ((time - origin) % WEEK, self._product(lot.product), lot.quantity, NONE, 0, 0)
            for lot in source.timetable or ()
            for time in read_times(lot.at)
        ]
        return sorted(rows, key=lambda row: row[0])

    def _orders(self, source: Source) -> list[_Row]:
        """Return the orders of a list, in order of release."""
        start, rows = self.cell.run.start, []
        for order in source.orders.rows if source.orders else ():
            at = order.release.after(start)
            due = NONE if order.due is None else order.due.after(start, at)
            own = (0, 0) if order.priority is None else (1, order.priority)
            rows.append((at, self._product(order.product), order.quantity, due, *own))
        return sorted(rows, key=lambda row: row[0])

    def mix_rows(self) -> NDArray[np.void]:
        """Return the products of all sources, dtype MIX."""
        return np.array(self.mix, dtype=MIX)

    def arrival_rows(self) -> NDArray[np.void]:
        """Return the lists of all sources, dtype ARRIVAL."""
        return np.array(self.arrivals, dtype=ARRIVAL)


def _off_shift(source: Source) -> OffShift:
    """Return what arrivals do off shift: by default intervals pause, times of a list do not."""
    default = "pause" if source.every is not None and source.shifts else "wait"
    return OffShift[(source.off_shift or default).upper()]

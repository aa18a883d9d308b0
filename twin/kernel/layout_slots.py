"""Slots of the compiled engine: one for each activity that can be pending."""

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import (
    CARD_RETURNS,
    ENTRY_CLEARS,
    FAILURE_STRIKES,
    FALLS_ASLEEP,
    HEAD_ARRIVES,
    MAINTENANCE_DUE,
    OPERATION_ENDS,
    PART_ARRIVES,
    PART_RIPENS,
    PATIENCE_ENDS,
    REPAIR_ENDS,
    SHIFT_CHANGES,
    SLOT,
    STEP_ENDS,
    WAITED_ENOUGH,
)
from twin.kernel.model import NONE, Line
from twin.kernel.states import Clock, NodeKind


def _clocks(line: Line) -> list[tuple[int, int, np.void]]:
    """Return the failure clocks in order: server, which of its modes, and that mode."""
    found = []
    for r, n in enumerate(line.resource_node):
        count = int(line.nodes["mode_count"][n])
        if n >= 0 and count > 0:
            first = int(line.nodes["mode_first"][n])
            found += [(r, k, line.modes[first + k]) for k in range(count)]
    return found


def number_slots(
    line: Line, res: NDArray[np.void]
) -> tuple[NDArray[np.void], NDArray[np.int64], int, int]:
    """Number slots in the order of ends, also in `res`; return the first shift's and loop's too."""
    slots: list[tuple[int, int, int]] = []
    clocks = _clocks(line)
    clock_slots = np.full(len(clocks), NONE)
    node = line.nodes[line.resource_node]
    station = res["kind"] == NodeKind.STATION
    conveyor = res["kind"] == NodeKind.CONVEYOR
    failing = station & (node["mode_count"] > 0)
    arrivals = (res["kind"] == NodeKind.SOURCE) & (node["saturated"] == 0)

    def add(kind: int, field: str, chosen: NDArray[np.bool_]) -> None:
        for r in np.flatnonzero(chosen):
            res[field][r] = len(slots)
            slots.append((kind, int(r), 0))

    add(OPERATION_ENDS, "end", station)
    add(STEP_ENDS, "end", res["group"] >= 0)
    add(HEAD_ARRIVES, "end", conveyor)
    add(ENTRY_CLEARS, "entry", conveyor)
    add(REPAIR_ENDS, "repair", failing)
    shift_slot = len(slots)
    slots.extend((SHIFT_CHANGES, c, 0) for c in range(len(line.calendars)))
    for planned, kind in enumerate((FAILURE_STRIKES, MAINTENANCE_DUE)):
        for c, (r, k, mode) in enumerate(clocks):
            if mode["planned"] == planned and mode["clock"] in (Clock.OPERATING, Clock.CALENDAR):
                clock_slots[c] = len(slots)
                slots.append((kind, r, k))
    add(FALLS_ASLEEP, "sleep", station & (node["standby_after"] >= 0))
    add(WAITED_ENOUGH, "timeout", station & (node["batch_wait"] > 0))
    buffer = res["kind"] == NodeKind.BUFFER
    add(PART_RIPENS, "ripe", buffer & (node["dwell"] > 0))
    waits = buffer | (res["kind"] == NodeKind.SOURCE)
    add(PATIENCE_ENDS, "patience", waits & (node["patience"] >= 0))
    loop_slot = len(slots)
    slots.extend((CARD_RETURNS, k, 0) for k in range(len(line.loops)))
    add(PART_ARRIVES, "arrival", arrivals)
    # The main loop looks at a slot even where nothing can ever be pending.
    return np.array(slots or [(PART_ARRIVES, 0, 0)], SLOT), clock_slots, shift_slot, loop_slot

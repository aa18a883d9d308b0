"""What a user's own model asks of a line: parts, and stations that stop and start."""

import numpy as np

from twin.kernel.arrays import REACHED, START_STATION, STOP_STATION, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.disturbances import shift_of_server
from twin.kernel.flow import make_part
from twin.kernel.jit import compiled, inlined
from twin.kernel.mixes import draw_product
from twin.kernel.room import lacks


@compiled
def _switch(m: Model, s: RunState, n: Int, on: Int) -> None:
    """Let the servers of station n begin or end work as at a change of shift."""
    node = m.nodes[n]
    s.nodes[n]["on"] = on
    if on == 0:
        s.nodes[n]["free"] = 0
    for r in range(node["resource"], node["resource"] + node["capacity"]):
        shift_of_server(m, s, np.int64(r), on)


@inlined
def _stop(m: Model, s: RunState, n: Int) -> None:
    if s.nodes[n]["stopped"] == 0:
        s.nodes[n]["stopped"] = 1
        if s.nodes[n]["on"] == 1:
            _switch(m, s, n, np.int64(0))


@inlined
def _start(m: Model, s: RunState, n: Int) -> None:
    if s.nodes[n]["stopped"] == 1:
        s.nodes[n]["stopped"] = 0
        calendar = m.nodes[n]["calendar"]
        if calendar < 0 or s.shifts[calendar]["on"] == 1:
            _switch(m, s, n, np.int64(1))


@inlined
def _put(m: Model, s: RunState, n: Int, product: Int) -> None:
    """Let one part arrive at an external source."""
    chosen = product if product >= 0 else draw_product(m, s, n)
    make_part(m, s, np.int64(m.nodes[n]["resource"]), chosen)


@compiled
def obey(m: Model, s: RunState) -> Int:
    """Carry out what is asked, in order; return what is lacking, REACHED when done."""
    g = s.glob[0]
    while g["obeyed"] < g["commands"]:
        lacking = lacks(s)
        if lacking != REACHED:
            return lacking
        command = s.commands[g["obeyed"]]
        n = np.int64(command["node"])
        if command["kind"] == STOP_STATION:
            _stop(m, s, n)
        elif command["kind"] == START_STATION:
            _start(m, s, n)
        elif command["count"] > 0:
            _put(m, s, n, np.int64(command["product"]))
            command["count"] -= 1
            if command["count"] > 0:
                continue
        g["obeyed"] += 1
    g["commands"] = g["obeyed"] = 0
    g["unsettled"] = 1
    return REACHED

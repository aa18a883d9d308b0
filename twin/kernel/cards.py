"""Loops of cards: a part at a node of a loop holds one of its cards."""

from twin.kernel.arrays import NEVER, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import compiled, inlined
from twin.kernel.offers import begins_to_accept, is_in_loop
from twin.kernel.slots import set_slot


@inlined
def take_cards(m: Model, s: RunState, origin: Int, n: Int) -> None:
    """Let a part that goes from node `origin` (NONE: from nowhere) to node n take its cards."""
    for k in range(m.loop_first[n], m.loop_first[n + 1]):
        loop = m.loop_of[k]
        if not is_in_loop(m, origin, loop):
            s.loops[loop]["used"] += 1


@inlined
def give_cards(m: Model, s: RunState, origin: Int, n: Int) -> None:
    """Let a part that goes from node `origin` to node n (NONE: to nowhere) give its cards back."""
    for k in range(m.loop_first[origin], m.loop_first[origin + 1]):
        loop = m.loop_of[k]
        if is_in_loop(m, n, loop):
            continue
        x = s.loops[loop]
        # A part made in the loop when no card was free has none to send away.
        if m.loops[loop]["absence"] > 0 and x["used"] <= m.loops[loop]["cards"]:
            _send_away(m, s, loop)
        else:
            _free(m, s, loop)


@compiled
def _free(m: Model, s: RunState, loop: Int) -> None:
    """A card is free again: offers into the loop are to be tried."""
    x = s.loops[loop]
    if x["used"] == m.loops[loop]["cards"]:
        for k in range(m.door_first[loop], m.door_first[loop + 1]):
            begins_to_accept(s, m.doors[k])
    x["used"] -= 1


@compiled
def _send_away(m: Model, s: RunState, loop: Int) -> None:
    """A card sets out on its way back."""
    x = s.loops[loop]
    back = s.glob[0]["now"] + m.loops[loop]["absence"]
    at = (x["first_away"] + x["away"]) % m.loops[loop]["cards"]
    s.away[m.ring_first[loop] + at] = back
    x["away"] += 1
    if x["away"] == 1:
        set_slot(s, m.loop_slot[0] + loop, back)


@compiled
def return_card(m: Model, s: RunState, loop: Int) -> None:
    """The card that has been away the longest is back."""
    x = s.loops[loop]
    x["first_away"] = (x["first_away"] + 1) % m.loops[loop]["cards"]
    x["away"] -= 1
    due = s.away[m.ring_first[loop] + x["first_away"]] if x["away"] > 0 else NEVER
    set_slot(s, m.loop_slot[0] + loop, due)
    _free(m, s, loop)

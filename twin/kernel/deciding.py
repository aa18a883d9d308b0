"""What users' own rules are asked: which target a part takes, and which request a unit."""

import numpy as np

from twin.kernel.arrays import BAD_SAMPLE, Int, Model
from twin.kernel.arrays import State as RunState
from twin.kernel.asking import FAILED, call
from twin.kernel.jit import compiled, inlined
from twin.kernel.model import NONE
from twin.kernel.room import halt
from twin.kernel.traits import trait


@inlined
def _ask(m: Model, s: RunState, k: Int) -> Int:
    """Return what rule k says to what stands in State.asked."""
    value = np.int64(call(m.deciders[k], s.asked))
    if s.asked[FAILED] == 1:
        s.asked[FAILED] = 1 + k
        halt(s, BAD_SAMPLE)
    return value


@inlined
def _describe(s: RunState, part: Int) -> None:
    """Write down what a rule is told of a part, NONE: there is none."""
    s.asked[0] = s.glob[0]["now"]
    s.asked[1] = s.parts[part]["product"] if part >= 0 else NONE
    s.asked[2] = trait(s, part)["priority"] if part >= 0 else 0
    s.asked[3] = trait(s, part)["due"] if part >= 0 else NONE


@compiled
def worth_of_target(m: Model, s: RunState, row: Int, part: Int, option: Int) -> Int:
    """Return what the rule of a route says of a part and a target: the smallest wins."""
    if s.asked[FAILED] > 0:
        return np.int64(0)  # the run is about to end, with what was asked then
    n = m.options[option]["target"]
    _describe(s, part)
    s.asked[4] = s.nodes[n]["held"]
    s.asked[5] = m.nodes[n]["capacity"]
    s.asked[6] = option - m.routes[row]["first"]
    return _ask(m, s, m.routes[row]["function"])


@compiled
def worth_of_request(
    m: Model, s: RunState, k: Int, part: Int, n: Int, since: Int, travel: Int
) -> Int:
    """Return what dispatch rule k says of a request or call of node n: the smallest wins."""
    if s.asked[FAILED] > 0:
        return np.int64(0)
    _describe(s, part)
    s.asked[4] = since
    s.asked[5] = m.nodes[n]["rank"]
    s.asked[6] = travel
    s.asked[7] = n
    return _ask(m, s, k)

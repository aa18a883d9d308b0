"""Users' own rules: what they are asked about targets and requests."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from twin.kernel.model import NONE
from twin.kernel.own_rules import deciding
from twin.kernel.states import Choose
from twin.reference.calls import Call
from twin.reference.carrier import EMPTY, Unit
from twin.reference.floor import Floor
from twin.reference.parts import Offer, Part, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

Worth = Callable[[Part, Target], int]


def worth_of_targets(
    floor: Floor, choose: Choose, rule: int, targets: "Sequence[Target]"
) -> Worth | None:
    """Return by what the targets of a route are compared; None: the first that accepts it does."""
    if choose is Choose.SHORTEST:
        return lambda part, target: target.holds()
    if choose is not Choose.OWN:
        return None
    ask, capacity = deciding(floor.line.rules[rule]), floor.line.nodes["capacity"].tolist()
    number = {target: k for k, target in enumerate(targets)}

    def worth(part: Part, target: Target) -> int:
        own = (part.product, part.priority, part.due)
        return ask(floor.env.now, *own, target.holds(), capacity[target.node], number[target])

    return worth


def worth_of_requests(floor: Floor, rule: int) -> Callable[[Unit, Offer | Call], int]:
    """Return by what the requests and calls that a unit could answer are compared, if by a rule."""
    if rule == NONE:
        return lambda unit, wanted: 0
    ask, node_of = deciding(floor.line.rules[rule]), floor.line.resource_node.tolist()

    def worth(unit: Unit, wanted: Offer | Call) -> int:
        _, since, rank, resource, *_ = wanted.order
        if isinstance(wanted, Offer):
            part = wanted.part
            own = (part.product, part.priority, part.due)
            travel = unit.travel_for(part, wanted.holder.pick_at)
        else:
            own, travel = (NONE, 0, NONE), unit.travel(EMPTY, wanted.place)
        return ask(floor.env.now, *own, since, rank, travel, node_of[resource])

    return worth

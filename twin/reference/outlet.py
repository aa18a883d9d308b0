"""The way out of a node: parts are offered there, and leave."""

from twin.kernel.states import Choose
from twin.reference.draws import Variates
from twin.reference.floor import Floor
from twin.reference.parts import Holder, Offer, Part


class Outlet:
    """Makes the offers of one node and remembers its random and cyclic choices.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the node.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        self._floor = floor
        self._node = node
        stream = floor.line.nodes[node]["route_stream"]
        self._luck = Variates(floor.draws, stream, floor.line.node_names[node])

    def offer(self, holder: Holder, part: Part) -> Offer:
        """Return the offer of a part from now on; a random or cyclic choice is made once, here."""
        route = self._floor.offers.routes[self._node][part.product]
        targets = route.targets
        if route.choose is Choose.RANDOM:
            targets = route.open_to(part, targets[self._luck.pick(route.cumulative)])
        elif route.choose is Choose.CYCLIC:
            targets = route.open_to(part, route.next_in_turn())
        return Offer(holder, part, route, self._floor.env.now, targets)

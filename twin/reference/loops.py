"""Loops of cards: each part at a node of a loop holds one."""

from simpy.events import Event

from twin.kernel.model import Line
from twin.reference.environment import End, Family, LineEnvironment


class Loop:
    """The cards of one loop.

    Parameters
    ----------
    line : Line
    env : LineEnvironment
    index : int
        Index of the loop.
    """

    def __init__(self, line: Line, env: LineEnvironment, index: int) -> None:
        row = line.loops[index]
        self.name = line.loop_names[index]
        nodes = line.loop_nodes[row["first"] : row["first"] + row["count"]]
        self.nodes: frozenset[int] = frozenset(nodes.tolist())
        self._env = env
        self._index = index
        self._free = int(row["cards"])  # below 0: parts were made in the loop without a card
        self._absence = int(row["absence"])

    @property
    def has_card(self) -> bool:
        """Whether a card is free."""
        return self._free > 0

    def take(self) -> None:
        """Take a card."""
        self._free -= 1

    def give_back(self) -> None:
        """Give a card back; it is free when it has come back."""
        if self._absence and self._free >= 0:
            back = End(self._env, Family.CARD, self._index, self._env.now + self._absence)
            back.callbacks.append(self._arrives)
        else:
            self._free += 1

    def _arrives(self, _: Event) -> None:
        self._free += 1


def loops_of(line: Line, env: LineEnvironment) -> list[Loop]:
    """Return all loops of a line."""
    return [Loop(line, env, index) for index in range(line.loops.size)]

"""What a user's own model can be told of a line, and how it says of what."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from twin.kernel.model import Line
from twin.kernel.states import N_STATES, State

# Facts about parts are told under the number of their state; two more kinds follow.
ARRIVED, CHANGED = N_STATES, N_STATES + 1
KINDS = {
    "entered": int(State.ENTERED),  # a part entered the line, at its source
    "arrived": ARRIVED,  # a part came to a buffer, a conveyor or a station
    "finished": int(State.FINISHED),
    "scrapped": int(State.SCRAPPED),
    "consumed": int(State.CONSUMED),  # a part became part of another, or was taken apart
    "made": int(State.MADE),
    "changed": CHANGED,  # a server or a carrier unit shows another state
}
NAMES = {number: name for name, number in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened in a line; times in the unit of the user's environment."""

    kind: str  # one of KINDS
    at: float
    where: str  # resource: node, server `mill[2]`, or carrier unit
    part: int | None  # its number; None: the server or unit has none
    product: str | None
    since: float | None  # of a part that left: when it had entered; that entered: when it came
    state: State | None  # of `changed`: the new one


def resources_of(line: Line, names: Iterable[str]) -> list[int]:
    """Return the resources of nodes or resources by name; without a name all.

    Raises
    ------
    KeyError
        If there is neither a node nor a resource of a name.
    """
    found: list[int] = []
    for name in names:
        if name in line.resources:
            found.append(line.resources.index(name))
        else:
            node = index_of("node or resource", name, line.node_names)
            found += [r for r, n in enumerate(line.resource_node.tolist()) if n == node]
    return found or list(range(len(line.resources)))


def index_of(kind: str, name: str, known: tuple[str, ...]) -> int:
    """Return the place of a name among those known.

    Raises
    ------
    KeyError
        If it is not among them; the message says what would do.
    """
    if name in known:
        return known.index(name)
    near = get_close_matches(name, known, n=1)
    meant = f"  Did you mean {near[0]!r}?" if near else ""
    raise KeyError(f"no {kind} named {name!r}.{meant}  Known: {', '.join(known)}")


def kind_of(kind: str) -> int:
    """Return the number of a kind of happening."""
    return KINDS[tuple(KINDS)[index_of("kind of happening", kind, tuple(KINDS))]]

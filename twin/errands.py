"""What a robot of a cell carries between which places: its loads, its grippers, its moves."""

from dataclasses import dataclass
from typing import NamedTuple

from cells.attendance import needs_of, runner
from cells.carriers import Robot
from cells.graph import Graph, build_graph
from cells.runs import has_more
from cells.schema import Cell


class Hop(NamedTuple):
    """One product on one way of the flow."""

    node: str  # that it is taken from
    pick_at: str  # place
    place_at: str  # place
    product: str


class Stand(NamedTuple):
    """A place, and the gripper with which the robot is there."""

    place: str
    gripper: int


class Load(NamedTuple):
    """What hangs on a gripper."""

    mass: float  # kg
    gripper: int


Move = tuple[Stand, Stand, int]  # from, to, 0 empty or 1 + load


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """What one robot has to do in an expanded cell."""

    hops: tuple[Hop, ...]  # in order of the flow
    loads: tuple[Load, ...]  # those that differ
    load_of: dict[str, int]  # of products that it carries
    gripper_of: dict[str, int]
    stands: tuple[Stand, ...]  # where it stands, its home first
    moves: tuple[Move, ...]


def errands_of(cell: Cell, name: str, graph: Graph | None = None) -> Errands | None:
    """Return what a robot of an expanded cell has to do; None: it has nothing to do."""
    robot = cell.robots[name]
    hops = carried(cell, name, graph)
    gripper_of = {hop.product: gripper_for(robot, hop.product) for hop in hops}
    held = {
        product: Load(mass_of(cell, robot, product), gripper)
        for product, gripper in gripper_of.items()
    }
    loads = tuple(dict.fromkeys(held.values()))
    load_of = {product: loads.index(load) for product, load in held.items()}
    attended = [Stand(place, 0) for place in _attended(cell, name)]
    ways = [
        (Stand(hop.pick_at, gripper_of[hop.product]), Stand(hop.place_at, gripper_of[hop.product]))
        for hop in hops
    ]
    stands = [Stand(robot.home, 0)] if robot.home is not None else []
    stands += [stand for way in ways for stand in way] + attended
    if not stands:
        return None
    # Before it has taken anything it stands with its first gripper, also where it waits in turn.
    home = Stand(stands[0].place, 0)
    waits = [Stand(a.place, 0) for a, _ in ways] if _in_turn(robot) else []
    stands = list(dict.fromkeys([home, *stands, *waits]))
    loaded = [(a, b, 1 + load_of[hop.product]) for hop, (a, b) in zip(hops, ways, strict=True)]
    goals = dict.fromkeys([*(a for a, _ in ways), *attended, *waits])
    starts = dict.fromkeys([home, *(b for _, b in ways), *attended, *waits])
    empty = [(a, b, 0) for a in starts for b in goals]
    return Errands(
        hops=tuple(hops),
        loads=loads,
        load_of=load_of,
        gripper_of=gripper_of,
        stands=tuple(stands),
        moves=tuple(dict.fromkeys(loaded + empty)),
    )


def carried(cell: Cell, robot: str, graph: Graph | None = None) -> list[Hop]:
    """Return what a robot of an expanded cell carries, in order of the flow."""
    graph = graph or build_graph(cell)
    order = {(flow.from_, flow.by): k for k, flow in reversed(list(enumerate(cell.flow)))}
    found: dict[Hop, int] = {}
    products = list(cell.products)
    for node, product in graph.reached:
        spot = (node, product)
        way = graph.ways.get(spot)
        if way is None or way.by != robot or graph.is_used_up(spot):
            continue
        for target in way.targets:
            origin, goal = (
                _at(graph.nodes[node], "pick_at"),
                _at(graph.nodes[target], "place_at"),
            )
            found.setdefault(Hop(node, origin, goal, product), order[node, robot])
    return sorted(found, key=lambda hop: (found[hop], products.index(hop.product)))


def mass_of(cell: Cell, robot: Robot, product: str) -> float:
    """Return what a part weighs, kg: what its product says, else what the robot says."""
    mass = cell.products[product].mass
    return robot.part_mass if mass is None else mass


def heaviest(cell: Cell, name: str, graph: Graph | None = None) -> float:
    """Return the mass of the heaviest part a robot carries, kg; of none what the robot says."""
    robot = cell.robots[name]
    products = {hop.product for hop in carried(cell, name, graph)}
    masses = [mass_of(cell, robot, product) for product in products]
    return max(masses, default=robot.part_mass)


def gripper_for(robot: Robot, product: str) -> int:
    """Return with which gripper a robot takes a product: 0 its own, 1 + k the others."""
    for k, gripper in enumerate(robot.grippers.values(), start=1):
        if product in gripper.for_:
            return k
    return 0


def stand_name(robot: Robot, place: str, gripper: int) -> str:
    """Return what a place is called where a robot is there with one of its grippers."""
    return f"{place} ({list(robot.grippers)[gripper - 1]})" if gripper else place


def _in_turn(robot: Robot) -> bool:
    return not isinstance(robot.serves, str) and hasattr(robot.serves, "sequence")


def _attended(cell: Cell, robot: str) -> list[str]:
    """Return the places of the stations to which a robot has to come."""
    return [
        _at(station, "at")
        for name, station in cell.stations.items()
        if any(need.robot == robot for need in needs_of(station))
        and (runner(cell, station) != robot or has_more(cell, robot, name))
    ]


def _at(node: object, key: str) -> str:
    place = getattr(node, key, None) or getattr(node, "at", None)
    assert isinstance(place, str)  # the check of the cell saw to it
    return place

"""The arrays of the compiled engine, laid out from a line."""

from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import NEVER, RESOURCE, VOID, Model, State
from twin.kernel.asking import MOST_ARGUMENTS, addresses
from twin.kernel.blocks import BLOCK
from twin.kernel.layout_calls import call_states, duties, first_calls
from twin.kernel.layout_slots import number_slots
from twin.kernel.log import ACTIVITY
from twin.kernel.model import NONE, Line
from twin.kernel.neighbours import feeders_of, gathering_of, passing, rows, sole_feeders, ways_of
from twin.kernel.state_records import (
    CLOCK_STATE,
    COMMAND,
    DIARY,
    GLOBAL,
    GROUP_STATE,
    KIT_STATE,
    LOOP_STATE,
    NODE_STATE,
    PART,
    RESOURCE_STATE,
    SHIFT_STATE,
)
from twin.kernel.states import N_STATES, Intake, NodeKind
from twin.kernel.sums import LAPS
from twin.kernel.tally import N_BINS, Tally

_SLACK = 64  # parts in a new pool beyond those needed at once
_ROOM = 4096  # records in a new log beyond those one step may write

# More ends at one instant than this are a livelock (docs/conventions.md).
_MOST_ENDS, _MOST_ENDS_EACH = 20_000, 100

# Nothing in a line or in its model changes: one model serves all runs of a line.
_models: WeakKeyDictionary[Line, Model] = WeakKeyDictionary()


def _loops(
    line: Line, first: NDArray[np.int64], feeders: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """Return the loops of each node, the doors of each loop and where its ring begins."""
    nodes = {
        k: set(line.loop_nodes[loop["first"] : loop["first"] + loop["count"]].tolist())
        for k, loop in enumerate(line.loops)
    }
    of_node = defaultdict(list)
    for k, own in nodes.items():
        for n in own:
            of_node[n].append(k)
    doors = {
        k: [n for n in own if not set(feeders[first[n] : first[n + 1]].tolist()) <= own]
        for k, own in nodes.items()
    }
    loop_first, loop_of = rows(of_node, len(line.nodes))
    door_first, flat = rows(doors, len(line.loops))
    ring_first = np.cumsum(_rings(line)) - _rings(line)
    return {
        "loop_first": loop_first,
        "loop_of": loop_of,
        "door_first": door_first,
        "doors": flat,
        "ring_first": ring_first,
    }


def _rings(line: Line) -> NDArray[np.int64]:
    """Return how many cards of each loop can be away."""
    return np.where(line.loops["absence"] > 0, line.loops["cards"], 0).astype(np.int64)


def _calendars_of(line: Line) -> NDArray[np.int64]:
    """Return the calendar of each resource."""
    return np.array(
        [
            line.nodes["calendar"][n] if n >= 0 else line.carriers["calendar"][g]
            for n, g in zip(line.resource_node, line.resource_carrier, strict=True)
        ],
        np.int64,
    )


def _resources(line: Line) -> NDArray[np.void]:
    """Return what is known of each resource, its slots not yet numbered."""
    count = len(line.resources)
    res = np.zeros(count, RESOURCE)
    node = line.resource_node
    res["node"] = node
    res["group"] = line.resource_carrier
    res["kind"] = np.where(node >= 0, line.nodes["kind"][node], NONE)
    res["calendar"] = _calendars_of(line)
    rank = np.where(node >= 0, line.nodes["rank"][node], 0)
    res["order"][np.lexsort([np.arange(count), rank])] = np.arange(count)
    for field in (
        *("end", "entry", "repair", "sleep", "timeout"),
        *("ripe", "patience", "arrival"),
    ):
        res[field] = NONE
    draws = (res["kind"] == NodeKind.SOURCE) | (res["kind"] == NodeKind.STATION)
    res["ahead"][draws] = np.unique(node[draws], return_inverse=True)[1]
    modes = np.where(res["kind"] == NodeKind.STATION, line.nodes["mode_count"][node], 0)
    res["clock"] = np.cumsum(modes) - modes
    kits = np.where(res["kind"] == NodeKind.STATION, line.nodes["kit_count"][node], 0)
    res["kit"] = np.cumsum(kits) - kits
    res["call"] = first_calls(line)
    return res


def model_of(line: Line) -> Model:
    """Return a line as the compiled engine reads it; it is laid out once."""
    model = _models.get(line)
    if model is None:
        model = _models[line] = _laid_out(line)
    return model


def _laid_out(line: Line) -> Model:
    res = _resources(line)
    slots, clock_slots, shift_slot, loop_slot = number_slots(line, res)
    feeder_first, feeders = feeders_of(line)
    on_calendar = defaultdict(list)
    for r, c in enumerate(res["calendar"]):
        on_calendar[int(c)].append(r)
    member_first, members = rows(on_calendar, len(line.calendars))
    own: dict[str, Any] = {
        name: getattr(line, name) for name in Model._fields if name in Line.__slots__
    }
    gathering = gathering_of(line)
    own |= _loops(line, feeder_first, feeders) | gathering
    passes = passing(line, gathering["gatherer_first"])
    res["passes"] = np.where(res["node"] >= 0, passes[res["node"]], False)
    duty_first, duties_of = duties(line)
    model = Model(
        **own,
        res=res,
        slots=slots,
        clock_slots=clock_slots,
        shift_slot=np.array([shift_slot], np.int64),
        loop_slot=np.array([loop_slot], np.int64),
        duty_first=duty_first,
        duties=duties_of,
        feeder_first=feeder_first,
        feeders=feeders,
        sole_feeder=sole_feeders(line, feeder_first, feeders),
        ways=ways_of(line),
        member_first=member_first,
        members=members,
        deciders=addresses(line),
    )
    # One memory layout, whatever made the line: else the kernel would be compiled again.
    arrays: list[Any] = [np.require(array, requirements=["C", "W"]) for array in model]
    return Model(*arrays)


def _global(
    line: Line, seed: int, replication: int, start: int, window: int, log: bool
) -> NDArray[np.void]:
    glob = np.zeros(1, GLOBAL)
    g = glob[0]
    g["seed"], g["replication"], g["scan"] = seed, replication, line.scan
    g["start"], g["window"], g["logging"] = start, window, log
    g["most_total"] = line.most_events
    g["most_ends"] = _MOST_ENDS + _MOST_ENDS_EACH * len(line.resources)
    batches = line.nodes["batch"][line.nodes["kind"] == NodeKind.SOURCE]
    yields = line.nodes["yield_count"].tolist()
    together = [*batches.tolist(), *line.arrivals["quantity"].tolist(), *yields]
    g["external"] = line.nodes["external"].sum()
    g["need"] = 1 + max(together, default=0)
    g["preempting"] = (line.nodes["preempt"] > 0).any()
    gathering = line.nodes["intake"] != Intake.SINGLE
    g["ordered"] = gathering.any()
    # While it settles every assembly station may make a part.
    kits = line.nodes["kit_size"][gathering] + 1
    g["margin"] = 2 * len(line.resources) + 16 + max(*yields, *line.nodes["batch_most"].tolist())
    g["margin"] += (line.nodes["capacity"][gathering] * kits).sum()
    return glob


def _node_states(line: Line) -> NDArray[np.void]:
    nodes = np.zeros(len(line.nodes), NODE_STATE)
    nodes["head"] = nodes["tail"] = nodes["ahead_of"] = nodes["paused"] = NONE
    nodes["stands_since"] = NONE
    nodes["clear"] = nodes["on"] = 1
    nodes["last_leave"] = -(2**62)
    calendar = line.nodes["calendar"]
    kept = calendar >= 0
    nodes["on"][kept] = line.calendars["starts_on"][calendar[kept]]
    stations = line.nodes["kind"] == NodeKind.STATION
    nodes["free"] = np.where(stations, line.nodes["capacity"] * nodes["on"], 1)
    full = (line.nodes["kind"] == NodeKind.BUFFER) & (line.nodes["capacity"] >= 0)
    nodes["most"] = np.where(full, line.nodes["capacity"], NEVER)
    return nodes


def _resource_states(line: Line) -> NDArray[np.void]:
    states = np.zeros(len(line.resources), RESOURCE_STATE)
    states["state"] = VOID
    states["ended"] = states["called"] = states["lure"] = NONE
    absent = (
        "part",
        "reserved",
        "down",
        "row",
        "target",
        "to",
        "choice",
        "unit",
        "before",
        "after",
        "task",
        "goal",
        "wake",
        "setup",
        "load",
        "unload",
        "called_at",
        "kept",
        "lacking",
        "swap",
    )
    for field in absent:
        states[field] = NONE
    tooled_for = line.nodes["tooled_for"][line.resource_node]
    states["tooling"] = np.where(tooled_for >= 0, tooled_for, len(line.products))
    states["at"] = [line.carriers["home"][g] if g >= 0 else NONE for g in line.resource_carrier]
    return states


def _group_states(line: Line) -> NDArray[np.void]:
    groups = np.zeros(len(line.carriers), GROUP_STATE)
    groups["first"] = NONE
    for group, carrier in zip(groups, line.carriers, strict=True):
        calendar = carrier["calendar"]
        on = calendar < 0 or line.calendars["starts_on"][calendar] == 1
        group["idle"] = carrier["units"] if on else 0
    return groups


def _components(line: Line) -> NDArray[np.int64]:
    """Return how many kinds of components each node assembles on all its servers."""
    return np.where(line.nodes["kit_count"] > 0, line.nodes["capacity"], 0) * np.maximum(
        line.nodes["kit_count"], 0
    )


def _pool(size: int) -> NDArray[np.void]:
    """Return free parts, each with the next behind it."""
    parts = np.zeros(size, PART)
    parts["next"] = np.arange(1, size + 1)
    parts["next"][-1] = NONE
    return parts


def _tournament(slots: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return a tournament in which nothing is due."""
    size = max(2, 1 << (slots - 1).bit_length())
    winners = np.zeros(2 * size, np.int64)
    winners[size:] = np.arange(size)
    for i in range(size - 1, 0, -1):
        winners[i] = winners[2 * i]
    return np.full(size, NEVER, np.int64), winners


def tally_arrays(line: Line, windows: int) -> dict[str, NDArray[Any]]:
    """Return the empty sums of one run."""
    resources, products = len(line.resources), len(line.products)
    shapes = {
        "time": (resources, N_STATES),
        "count": (resources, N_STATES),
        "finished": (products,),
        "scrapped": (products,),
        "lead_time": (products,),
        "lead_histogram": (products, N_BINS),
        "per_window": (windows,),
    }
    sums = {name: np.zeros(shape, np.int64) for name, shape in shapes.items()}
    laps = {"laps": shapes["time"], "lead_laps": shapes["lead_time"]}
    return sums | {name: np.zeros(shape, LAPS) for name, shape in laps.items()}


def state_of(
    line: Line,
    model: Model,
    *,
    seed: int,
    replication: int,
    end: int,
    start: int = 0,
    window: int = 0,
    log: bool = False,
) -> State:
    """Return the state of a run before it begins."""
    glob = _global(line, seed, replication, start, window, log)
    count = len(line.resources)
    size = int(line.initial["count"].sum() + glob["need"][0] + line.nodes["saturated"].sum())
    parts = _pool(size + _SLACK)
    glob["spare"] = parts.size
    glob["brim"] = parts.size - line.most_parts
    glob["products"] = len(line.products)
    glob["resources"], glob["groups"] = count, len(line.carriers)
    glob["calendars"], glob["initials"] = len(line.calendars), len(line.initial)
    glob["needing"] = bool((line.calls["during"] > 0).any())
    glob["slots"] = len(model.slots)
    # Records of the parts inside at the start come before the first look at the room left.
    room = int(glob["margin"][0]) + 2 * size + _ROOM if log else 0
    due, winners = _tournament(len(model.slots))
    glob["leaves"], glob["room"] = due.size, room
    return State(
        glob=glob,
        nodes=_node_states(line),
        res=_resource_states(line),
        ahead=np.zeros((int(model.res["ahead"].max()) + 1, BLOCK), np.int64),
        clocks=np.zeros(model.clock_slots.size, CLOCK_STATE),
        kit=np.zeros(int(_components(line).sum()), KIT_STATE),
        groups=_group_states(line),
        calls=call_states(line),
        shifts=np.zeros(len(line.calendars), SHIFT_STATE),
        loops=np.zeros(len(line.loops), LOOP_STATE),
        away=np.zeros(int(_rings(line).sum()), np.int64),
        turns=np.zeros(len(line.routes), np.int64),
        parts=parts,
        due=due,
        winners=winners,
        fresh=np.zeros(2 * count, np.int64),
        woken=np.zeros(len(line.nodes), np.int64),
        heap=np.zeros(count, np.int64),
        starts=np.zeros(count, np.int64),
        touched=np.zeros(count, np.int64),
        lured=np.zeros(count, np.int64),
        asked=np.zeros(MOST_ARGUMENTS + 1, np.int64),
        commands=np.zeros(0, COMMAND),
        watched=np.zeros(count, np.int64),
        seen=np.full(count, VOID, np.int64),
        diary=np.zeros(0, DIARY),
        log=np.zeros(room, ACTIVITY),
        **tally_arrays(line, Tally.windows(start, end, window)),
    )


def with_more_parts(state: State) -> State:
    """Return the state with twice as many parts in the pool."""
    glob, old = state.glob, state.parts
    more = _pool(old.size)
    more["next"] += old.size
    more["next"][-1] = glob["free"][0] if glob["spare"][0] else NONE
    glob["free"] = old.size
    glob["spare"] += old.size
    glob["brim"] += old.size
    return state._replace(parts=np.concatenate([old, more]))


def with_more_log(state: State, room: int = 0) -> State:
    """Return the state with room in its log for as many records again, or for `room` more."""
    size = max(state.log.size, room)
    state.glob["room"] += size
    return state._replace(log=np.concatenate([state.log, np.zeros(size, ACTIVITY)]))


def with_more_diary(state: State) -> State:
    """Return the state with more room in its diary, some to begin with."""
    # What one step, and the look around when the line has settled, may write.
    each = state.res.size + int(state.glob["margin"][0])
    more = np.zeros(max(state.diary.size, 2 * each), DIARY)
    diary = np.concatenate([state.diary, more])
    state.glob["diary_room"] = diary.size - each
    return state._replace(diary=diary)

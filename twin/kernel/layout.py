"""The arrays of the compiled engine, laid out from a line."""

from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import NEVER, RESOURCE, VOID, Model, State
from twin.kernel.asking import MOST_ARGUMENTS, addresses
from twin.kernel.blocks import BLOCK
from twin.kernel.columns import columns_of
from twin.kernel.layout_calls import call_states, duties, first_calls
from twin.kernel.layout_records import (
    extras_of,
    group_states,
    node_extras,
    node_states,
    resource_extras,
    resource_states,
)
from twin.kernel.layout_slots import number_slots
from twin.kernel.log import ACTIVITY
from twin.kernel.model import NONE, Line
from twin.kernel.neighbours import (
    feeders_of,
    gathering_of,
    passing,
    plain,
    rows,
    sole_feeders,
    ways_of,
)
from twin.kernel.state_records import (
    CLOCK_STATE,
    COMMAND,
    DIARY,
    GLOBAL,
    KIT_STATE,
    LOOP_STATE,
    PART,
    SHIFT_STATE,
    TRAIT,
)
from twin.kernel.states import Choose, Intake, NodeKind
from twin.kernel.sums_room import begin_sums, empty_sums
from twin.kernel.tally import Tally

_SLACK = 64  # at most so many parts in a new pool beyond those needed at once
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


def _members(line: Line, res: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the resources of each calendar begin, and these one after the other."""
    on_calendar = defaultdict(list)
    for r, c in enumerate(res["calendar"]):
        on_calendar[int(c)].append(r)
    return rows(on_calendar, len(line.calendars))


def _laid_out(line: Line) -> Model:
    res, gathering = _resources(line), gathering_of(line)
    passes = passing(line, gathering["gatherer_first"])
    alike = plain(line, passes)
    res["passes"] = np.where(res["node"] >= 0, passes[res["node"]], False)
    res["sums"], places, summed = columns_of(line, alike)
    res["extra"], extra_of = extras_of(line, alike)
    slots, clock_slots, shift_slot, loop_slot = number_slots(line, res)
    feeder_first, feeders = feeders_of(line)
    member_first, members = _members(line, res)
    own: dict[str, Any] = {
        name: getattr(line, name) for name in Model._fields if name in Line.__slots__
    }
    own |= _loops(line, feeder_first, feeders) | gathering
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
        extra_of=extra_of,
        sum_places=places,
        summed=np.array([summed], np.int64),
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
    g["needing"] = (line.calls["during"] > 0).any()
    g["products"], g["resources"] = len(line.products), len(line.resources)
    g["groups"], g["calendars"] = len(line.carriers), len(line.calendars)
    g["initials"] = len(line.initial)
    # While it settles every assembly station may make a part.
    kits = line.nodes["kit_size"][gathering] + 1
    g["margin"] = 2 * len(line.resources) + 16 + max(*yields, *line.nodes["batch_most"].tolist())
    g["margin"] += (line.nodes["capacity"][gathering] * kits).sum()
    return glob


def _components(line: Line) -> NDArray[np.int64]:
    """Return how many kinds of components each node assembles on all its servers."""
    return np.where(line.nodes["kit_count"] > 0, line.nodes["capacity"], 0) * np.maximum(
        line.nodes["kit_count"], 0
    )


def _choose_in_turn(line: Line) -> bool:
    return bool((line.routes["choose"] == Choose.CYCLIC).any())


def _have_traits(line: Line, model: Model) -> bool:
    """Return whether it may matter which of the parts of a product a part is."""
    nodes = line.nodes
    listless = (nodes["list_count"] <= 0) & (nodes["patience"] < 0)
    alike = (model.extra_of == 0) | ((nodes["kind"] == NodeKind.SOURCE) & listless)
    limited = (line.options["limit"] >= 0).any()
    return bool(limited or not alike.all() or line.carriers.size or line.rules)


def _places(line: Line) -> int:
    """Return how many parts the line has places for; with unlimited buffers as many as may be."""
    kinds = (NodeKind.BUFFER, NodeKind.CONVEYOR, NodeKind.STATION)
    capacity = line.nodes["capacity"][np.isin(line.nodes["kind"], kinds)]
    return line.most_parts if (capacity < 0).any() else int(capacity.sum())


def _pool(size: int) -> NDArray[np.void]:
    """Return free parts, each with the next behind it."""
    parts = np.zeros(size, PART)
    parts["next"] = np.arange(1, size + 1)
    parts["next"][-1] = NONE
    return parts


def _tournament(slots: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return a tournament in which nothing is due."""
    size = max(2, 1 << (slots - 1).bit_length())
    winners = np.zeros(size, np.int32)
    for i in range(size - 1, 0, -1):  # of two that are due together the lower slot wins
        winners[i] = winners[2 * i] if 2 * i < size else 2 * i - size
    return np.full(size, NEVER, np.int64), winners


def _lists(line: Line) -> dict[str, NDArray[Any]]:
    """Return room for the lists of what is to be looked at."""
    count = len(line.resources)
    return {
        "fresh": np.zeros(2 * count, np.int32),
        "woken": np.zeros(len(line.nodes), np.int32),
        "heap": np.zeros(count, np.int32),
        "starts": np.zeros(count, np.int32),
        "touched": np.zeros(count, np.int32),
        "lured": np.zeros(count if len(line.carriers) else 0, np.int32),
    }


def _outward(line: Line, told: bool) -> dict[str, NDArray[Any]]:
    """Return room for what users' rules and models are told and ask."""
    watched = len(line.resources) if told else 0
    return {
        "asked": np.zeros(MOST_ARGUMENTS + 1 if line.rules else 0, np.int64),
        "commands": np.zeros(0, COMMAND),
        "watched": np.zeros(watched, np.int64),
        "seen": np.full(watched, VOID, np.int64),
        "diary": np.zeros(0, DIARY),
    }


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
    told: bool = False,
) -> State:
    """Return the state of a run before it begins; `told`: somebody may watch it."""
    glob = _global(line, seed, replication, start, window, log)
    size = int(line.initial["count"].sum() + glob["need"][0] + line.nodes["saturated"].sum())
    parts = _pool(size + min(_SLACK, _places(line)))
    glob["traits"] = log or told or _have_traits(line, model)
    begin_sums(glob)
    glob["spare"] = parts.size
    glob["brim"] = parts.size - line.most_parts
    # Records of the parts inside at the start come before the first look at the room left.
    room = int(glob["margin"][0]) + 2 * size + _ROOM if log else 0
    due, winners = _tournament(len(model.slots))
    glob["slots"], glob["leaves"], glob["room"] = len(model.slots), due.size, room
    return State(
        glob=glob,
        nodes=node_states(line),
        node_extra=node_extras(int(model.extra_of.max()) + 1),
        res=resource_states(line),
        extra=resource_extras(line, model),
        ahead=np.zeros((int(model.res["ahead"].max()) + 1, BLOCK), np.int64),
        clocks=np.zeros(model.clock_slots.size, CLOCK_STATE),
        kit=np.zeros(int(_components(line).sum()), KIT_STATE),
        groups=group_states(line),
        calls=call_states(line),
        shifts=np.zeros(len(line.calendars), SHIFT_STATE),
        loops=np.zeros(len(line.loops), LOOP_STATE),
        away=np.zeros(int(_rings(line).sum()), np.int64),
        turns=np.zeros(len(line.routes) if _choose_in_turn(line) else 0, np.int64),
        parts=parts,
        traits=np.zeros(parts.size if glob["traits"][0] else 1, TRAIT),
        due=due,
        winners=winners,
        log=np.zeros(room, ACTIVITY),
        **_lists(line),
        **_outward(line, told),
        **empty_sums(
            model.sum_places.size,
            int(model.summed[0]),
            len(line.products),
            Tally.windows(start, end, window),
        ),
    )


def with_more_parts(state: State) -> State:
    """Return the state with twice as many parts in the pool."""
    glob, old = state.glob, state.parts
    more = _pool(old.size)
    more["next"] += old.size
    more["next"][-1] = glob["free"][0] if glob["spare"][0] else NONE
    glob["free"] = old.size
    glob["spare"] += more.size
    glob["brim"] += more.size
    parts, traits = np.concatenate([old, more]), state.traits
    if glob["traits"][0]:
        traits = np.concatenate([traits, np.zeros(more.size, TRAIT)])
    return state._replace(parts=parts, traits=traits)


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

"""What the compiled engine works on: the model, read only, and the state of one run.

The records of the state are in `state_records`.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Whole numbers; in compiled code all of them are machine integers.
Int: TypeAlias = int | np.int64 | np.uint64

NEVER = np.int64(2**63 - 1)  # due time of a slot with nothing pending
SEVERAL = -3  # resources feed a node
VOID = -1  # state of a resource whose record is closed and whose next is not yet opened

# What a server is about; the states it shows follow from this, its shift and its failures.
# UNSTARTED: a stage is to begin or to be resumed; from WAKING to UNLOADING one is in progress.
EMPTY, UNSTARTED, WAKING, SETTING, LOADING, WORKING, UNLOADING, FINISHED = range(8)

# What a unit with a task is about: a part from node to node, the way to the node from which it
# picks next, or the call of a server.
CARRY, AHEAD, ANSWER = range(3)

# Kinds of slots, in the order in which ends happen at one instant.
(
    OPERATION_ENDS,
    STEP_ENDS,
    HEAD_ARRIVES,
    ENTRY_CLEARS,
    REPAIR_ENDS,
    SHIFT_CHANGES,
    FAILURE_STRIKES,
    MAINTENANCE_DUE,
    FALLS_ASLEEP,
    WAITED_ENOUGH,
    PART_RIPENS,
    PATIENCE_ENDS,
    CARD_RETURNS,
    PART_ARRIVES,
) = range(14)

# Why `advance` returned.
(
    REACHED,
    PAUSED,
    POOL_FULL,
    LOG_FULL,
    DEADLOCK,
    LIVELOCK,
    BAD_SAMPLE,
    DIARY_FULL,
    OVERLOADED,  # more parts than the run may have
    TOO_LONG,  # more ends than the run may have
    TOLD,  # something happened that a user's own model watches
    SUMS_FULL,
) = range(12)

# What a user's own model can ask of a line.
PUT_PARTS, STOP_STATION, START_STATION = range(3)

# ---- the model beside the arrays of the Line ----

RESOURCE = np.dtype(
    [
        ("node", np.int64),
        ("kind", np.int64),  # NodeKind, NONE for a carrier unit
        ("group", np.int64),  # carrier group of a unit
        ("calendar", np.int64),
        ("extra", np.int64),  # row of State.extra
        ("passes", np.int64),  # 1: parts come and go in the plainest way (see `passing`)
        ("order", np.int64),  # its place when sorted by (rank, resource)
        ("clock", np.int64),  # first of its failure clocks, one a mode
        ("kit", np.int64),  # server of an assembly station: first of its components in State.kit
        ("sums", np.int64),  # see `columns`
        ("ahead", np.int64),  # source, station: row of State.ahead of its node
        ("call", np.int64),  # first of its calls
        # slots, NONE where nothing of the kind can be pending
        ("end", np.int64),  # operation, carrier step, conveyor head
        ("entry", np.int64),  # conveyor
        ("repair", np.int64),
        ("sleep", np.int64),
        ("ripe", np.int64),  # buffer
        ("patience", np.int64),  # buffer, source
        ("timeout", np.int64),  # oven
        ("arrival", np.int64),  # source
    ]
)

# Where parts of a product go from a node.
WAY = np.dtype(
    [
        ("row", np.int64),  # of the route, NONE: no way out
        # the one node to which they move by themselves, with nothing to be decided or counted and
        # where parts are taken as they come, else NONE; its resource, NONE if it has several
        ("target", np.int64),
        ("to", np.int64),
    ]
)

SLOT = np.dtype([("kind", np.int64), ("who", np.int64), ("mode", np.int64)])


class Model(NamedTuple):
    """A line with what follows from it; nothing in it changes."""

    nodes: NDArray[np.void]  # (N,) NODE
    res: NDArray[np.void]  # (R,) RESOURCE
    product_priority: NDArray[np.int64]  # (P,)
    mean_time: NDArray[np.int64]  # (N, P)
    process: NDArray[np.int64]  # (N, P)
    setup: NDArray[np.int64]  # (K, P + 1, P)
    kits: NDArray[np.void]  # KIT
    yields: NDArray[np.int64]
    route_of: NDArray[np.int64]  # (N, P)
    routes: NDArray[np.void]  # ROUTE
    options: NDArray[np.void]  # OPTION
    arrivals: NDArray[np.void]  # ARRIVAL
    mix: NDArray[np.void]  # MIX
    modes: NDArray[np.void]  # MODE
    after_stream: NDArray[np.uint64]  # (R, M)
    repair_stream: NDArray[np.uint64]  # (R, M)
    dists: NDArray[np.void]  # DIST
    values: NDArray[np.float64]
    carriers: NDArray[np.void]  # (G,) CARRIER
    hands: NDArray[np.void]  # (G, P) HAND
    travel: NDArray[np.int64]  # (G, 1 + W, S, S)
    pick: NDArray[np.int64]  # (G, W, L)
    place: NDArray[np.int64]  # (G, W, L)
    pick_stream: NDArray[np.uint64]  # (R,)
    place_stream: NDArray[np.uint64]  # (R,)
    calls: NDArray[np.void]  # (K,) CALL
    answers: NDArray[np.int64]
    # Calls that group g may answer: duties[duty_first[g] : duty_first[g + 1]].
    duty_first: NDArray[np.int64]  # (G + 1,)
    duties: NDArray[np.int64]
    sequences: NDArray[np.int64]
    calendars: NDArray[np.void]  # (C,) CALENDAR
    toggles: NDArray[np.int64]
    loops: NDArray[np.void]  # (K,) LOOP
    initial: NDArray[np.void]  # INITIAL
    slots: NDArray[np.void]  # SLOT
    shift_slot: NDArray[np.int64]  # (1,) slot of the first calendar
    # Nodes with a direct route into node n: feeders[feeder_first[n] : feeder_first[n + 1]].
    feeder_first: NDArray[np.int64]  # (N + 1,)
    feeders: NDArray[np.int64]
    sole_feeder: NDArray[np.int64]  # (N,) the only resource of its feeders, NONE; or SEVERAL
    ways: NDArray[np.void]  # (N, P) WAY
    # Loops of node n: loop_of[loop_first[n] : loop_first[n + 1]].
    loop_first: NDArray[np.int64]  # (N + 1,)
    loop_of: NDArray[np.int64]
    # Nodes of loop k that parts can enter straight from outside it: doors[door_first[k] : ...].
    door_first: NDArray[np.int64]  # (K + 1,)
    doors: NDArray[np.int64]
    ring_first: NDArray[np.int64]  # (K,) where its cards that are away begin in State.away
    loop_slot: NDArray[np.int64]  # (1,) slot of the first loop
    clock_slots: NDArray[np.int64]  # slot of each failure clock, NONE: it needs none
    # Stations that gather and to which node n leads: gatherers[gatherer_first[n] : ...].
    gatherer_first: NDArray[np.int64]  # (N + 1,)
    gatherers: NDArray[np.int64]
    # Nodes that lead to station n, which gathers: suppliers[supplier_first[n] : ...].
    supplier_first: NDArray[np.int64]  # (N + 1,)
    suppliers: NDArray[np.int64]
    # Resources with calendar c: members[member_first[c] : member_first[c + 1]].
    member_first: NDArray[np.int64]  # (C + 1,)
    members: NDArray[np.int64]
    # Where this process has the compiled rules of users, one a row of Line.rules.
    deciders: NDArray[np.int64]
    extra_of: NDArray[np.int64]  # (N,) row of State.node_extra of each node
    sum_places: NDArray[np.int64]  # (C,) resource and state of each column, r * S + state
    summed: NDArray[np.int64]  # (1,) how many of them hold times of parts


# ---- the state of a run ----


class State(NamedTuple):
    """All that changes in a run; a copy of it can be run on."""

    glob: NDArray[np.void]  # (1,) GLOBAL
    nodes: NDArray[np.void]  # (N,) NODE_STATE
    node_extra: NDArray[np.void]  # NODE_EXTRA, the first for all that need none
    res: NDArray[np.void]  # (R,) RESOURCE_STATE
    extra: NDArray[np.void]  # RESOURCE_EXTRA, the first for all that need none
    ahead: NDArray[np.int64]  # (stations and sources, BLOCK) their next draws, ns
    clocks: NDArray[np.void]  # CLOCK_STATE, one a server and mode
    kit: NDArray[np.void]  # KIT_STATE, one a server and component
    groups: NDArray[np.void]  # (G,) GROUP_STATE
    calls: NDArray[np.void]  # (K,) CALL_STATE
    shifts: NDArray[np.void]  # (C,) SHIFT_STATE
    loops: NDArray[np.void]  # (K,) LOOP_STATE
    away: NDArray[np.int64]  # when cards are back, a ring a loop
    turns: NDArray[np.int64]  # cyclic choices made, one a route
    parts: NDArray[np.void]  # the pool, PART
    traits: NDArray[np.void]  # TRAIT of each; where nobody asks for them one for all
    due: NDArray[np.int64]  # (2^k,) when, one a slot
    winners: NDArray[np.int32]  # (2^k,) who wins each match of a tournament over due
    fresh: NDArray[np.int32]  # (2 R,) offers just made
    woken: NDArray[np.int32]  # (N,) nodes that began to accept
    heap: NDArray[np.int32]  # (R,) offers that may be movable
    starts: NDArray[np.int32]  # (R,)
    touched: NDArray[np.int32]  # (R,)
    lured: NDArray[np.int32]  # (R,)
    asked: NDArray[np.int64]  # what a user's rule is asked, and whether one failed (`asking`)
    commands: NDArray[np.void]  # COMMAND
    watched: NDArray[np.int64]  # (R,) bit k: happenings of kind k are told
    seen: NDArray[np.int64]  # (R,) state when the line settled last, while somebody watches
    diary: NDArray[np.void]  # DIARY
    log: NDArray[np.void]  # ACTIVITY
    # the tally
    sums: NDArray[np.void]  # (C,) SUM
    laps: NDArray[np.int16]  # of times of parts: no other is longer than the run
    finished: NDArray[np.int64]  # (P,)
    scrapped: NDArray[np.int64]  # (P,)
    lead_time: NDArray[np.int64]  # (P,)
    lead_laps: NDArray[np.int16]  # (P,)
    # Lead times are counted in pages, one for each octave in which there are any.
    pages: NDArray[np.int32]  # (P, octaves) NONE: none yet
    leads: NDArray[np.uint32]  # (pages, bins)
    earlier_leads: NDArray[np.int64]  # (pages, bins) carried off, none as long as they fit
    per_window: NDArray[np.int64]  # (W,)

"""What the compiled engine works on: the model, read only, and the state of one run."""

from typing import Any, NamedTuple, TypeAlias

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
) = range(11)

# What a user's own model can ask of a line.
PUT_PARTS, STOP_STATION, START_STATION = range(3)

# ---- the model beside the arrays of the Line ----

RESOURCE = np.dtype(
    [
        ("node", np.int64),
        ("kind", np.int64),  # NodeKind, NONE for a carrier unit
        ("group", np.int64),  # carrier group of a unit
        ("calendar", np.int64),
        ("passes", np.int64),  # 1: parts come and go in the plainest way (see `passing`)
        ("order", np.int64),  # its place when sorted by (rank, resource)
        ("clock", np.int64),  # first of its failure clocks, one a mode
        ("kit", np.int64),  # server of an assembly station: first of its components in State.kit
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


# ---- the state of a run ----

GLOBAL = np.dtype(
    [
        ("now", np.int64),
        ("begun", np.int64),  # 1: it has been brought to time 0
        ("seed", np.int64),
        ("replication", np.int64),
        ("scan", np.int64),
        # how many there are of each
        ("resources", np.int64),
        ("products", np.int64),
        ("groups", np.int64),
        ("needing", np.int64),  # 1: some stage needs somebody
        ("calendars", np.int64),
        ("initials", np.int64),
        ("slots", np.int64),
        ("leaves", np.int64),  # of the tournament
        ("room", np.int64),  # records the log can hold
        ("start", np.int64),  # of the observation
        ("window", np.int64),
        ("interrupted", np.int64),  # 1: the line is in the middle of settling
        ("unsettled", np.int64),  # 1: something ended at this instant since the line settled
        ("stopped", np.int64),  # why the line stopped, as `advance` said; REACHED: it did not
        ("ends", np.int64),  # ends at this instant
        ("total", np.int64),  # ends of the run
        ("most_total", np.int64),  # with more the run stops
        ("brim", np.int64),  # with fewer free parts in the pool the run stops
        ("most_ends", np.int64),  # more are a livelock
        ("round", np.int64),  # number of the present settling
        ("fresh", np.int64),  # offers just made
        ("woken", np.int64),  # nodes that began to accept
        ("heap", np.int64),  # offers in the heap
        ("starts", np.int64),  # servers that may start
        ("touched", np.int64),  # servers whose state may have changed
        ("lured", np.int64),  # empty servers that show they wait for a carrier
        ("free", np.int64),  # first free part of the pool
        ("spare", np.int64),  # free parts of the pool
        ("need", np.int64),  # parts that one step may take from the pool
        ("logging", np.int64),
        ("logged", np.int64),  # records in the log
        ("preempting", np.int64),  # 1: at some station parts give way to more urgent ones
        ("ordered", np.int64),  # 1: it matters which of several servers starts first
        ("margin", np.int64),  # records that one step may write
        ("commands", np.int64),  # asked by a user's own model
        ("obeyed", np.int64),  # of these
        ("telling", np.int64),  # 1: somebody watches
        ("told", np.int64),  # records in the diary
        ("diary_room", np.int64),  # with more than so many it is to be emptied first
        ("external", np.int64),  # sources whose parts a user's own model puts
        ("inside", np.int64),  # parts inside the line
        ("wip_at", np.int64),  # until when the work in process is summed
        ("wip_high", np.int64),  # parts x ns, in two halves of 31 bits
        ("wip_low", np.int64),
        # A bad sample: whose, from which distribution, stream and draw.
        ("bad", np.int64),
        ("bad_resource", np.int64),
        ("bad_dist", np.int64),
        ("bad_draw", np.int64),
        ("bad_stream", np.uint64),
        ("bad_pace", np.float64),
    ]
)

NODE_STATE = np.dtype(
    [
        ("last_leave", np.int64),  # conveyor: when a part left it last
        # conveyor that stops: since when it stands, NONE: it runs; how long it has stood before;
        # when its entry clears, in running time
        ("stands_since", np.int64),
        ("stood", np.int64),
        ("clear_at", np.int64),
        ("created", np.int64),  # source
        ("draws", np.int64),  # arrivals of a source, process times of a station
        ("ahead_of", np.int64),  # distribution of those drawn ahead
        ("row", np.int64),  # source: next of its list
        ("round", np.int64),  # how often the list was worked off
        ("paused", np.int64),  # ns to the next arrival while its clock stands still, NONE
        ("mix_draws", np.int64),
        ("setup_draws", np.int64),
        ("load_draws", np.int64),
        ("unload_draws", np.int64),
        ("route_draws", np.int64),
        ("patience_draws", np.int64),
        ("unripe", np.int64),  # parts of a buffer that ripen, in a list of their own
        ("unripe_head", np.int64),
        ("unripe_tail", np.int64),
        ("parts", np.int64),  # in the list
        ("held", np.int64),  # parts in it and on the way to it
        ("most", np.int64),  # buffer: with so many it is full
        ("reserved", np.int64),  # conveyor: places reserved
        ("free", np.int64),  # station: servers that accept; else 1
        ("on", np.int64),  # source, station: on shift
        ("stopped", np.int64),  # station: 1: stopped by a command
        ("clear", np.int64),  # conveyor: its entry is clear
        ("woken", np.int64),  # 1: in the list of woken
        ("head", np.int64),  # oldest part, NONE if none
        ("tail", np.int64),
    ]
)

RESOURCE_STATE = np.dtype(
    [
        # the open record
        ("since", np.int64),
        ("state", np.int64),  # State or VOID
        ("part", np.int64),  # on the server, in the hand of the unit; NONE if none
        # server
        ("rest", np.int64),  # ns of work left, NONE: over, unloading is left
        ("full", np.int64),  # ns of work sampled
        ("wake", np.int64),  # ns of waking up left, NONE: awake; 0: over, but not yet noticed
        ("setup", np.int64),  # ns of the set-up left, NONE: none or over
        ("load", np.int64),  # ns of loading left, NONE: none or over
        ("unload", np.int64),  # ns of unloading left, NONE: none or over
        ("tooling", np.int64),  # product it is set up for, P: none
        ("tool", np.int64),  # product the set-up is for
        ("kept", np.int64),  # first of the parts gathered, NONE if none
        ("kept_last", np.int64),
        ("gathered", np.int64),  # how many
        ("coming", np.int64),  # how many more are on the way
        ("robots", np.int64),  # how many of those robots bring
        ("batch_of", np.int64),  # oven: product of the batch
        ("ready_at", np.int64),  # oven: until when it waits for more
        ("began", np.int64),  # when it began to work last
        ("exact", np.int64),  # when work or waking up really ends: it is noticed at a scan
        ("ended", np.int64),  # instant of its last end of an operation
        ("phase", np.int64),  # EMPTY to FINISHED
        ("begun", np.int64),  # 1: the operation (or its wake-up) was started before
        ("asleep", np.int64),
        ("reserved", np.int64),  # unit that brings a part, NONE if none
        ("down", np.int64),  # mode of the failure, NONE while up
        ("mend", np.int64),  # ns the repair takes once somebody is there
        ("lacking", np.int64),  # units called for its next stage and not there; NONE: not called
        ("called", np.int64),  # round in which the target of its request accepts
        ("lure", np.int64),  # round in which an unassigned request would take it
        ("lure_group", np.int64),
        ("lured", np.int64),  # 1: in the list of lured
        ("starts", np.int64),  # 1: in the list of starts
        ("touched", np.int64),  # 1: in the list of touched
        # its offer
        ("offered_since", np.int64),
        ("offered", np.int64),
        ("row", np.int64),  # of the route, NONE: no way out
        ("target", np.int64),  # as its WAY says
        ("to", np.int64),
        ("choice", np.int64),  # option drawn, NONE: chosen when it moves
        ("direct", np.int64),  # 1: its route has no carrier
        ("unit", np.int64),  # that will pick it, NONE if none
        ("heaped", np.int64),  # 1: in the heap
        ("before", np.int64),  # requests of a group are a list
        ("after", np.int64),
        ("called_at", np.int64),  # since when a target accepts, NONE: none does
        # unit
        ("at", np.int64),  # place
        ("task", np.int64),  # resource it picks from or visits, NONE: idle
        ("errand", np.int64),  # CARRY, AHEAD, ANSWER
        # resource it brings the part to (a server: that is kept for its part); place; call, NONE:
        # called off
        ("goal", np.int64),
        ("swap", np.int64),  # server where it exchanges the part first, NONE: none
        ("pick_draws", np.int64),
        ("place_draws", np.int64),
        ("turn", np.int64),  # where it is in the sequence of its group
    ]
)

CLOCK_STATE = np.dtype(
    [
        ("left", np.int64),  # ns to the failure while the clock stands still; parts to maintenance
        ("after_draws", np.int64),
        ("repair_draws", np.int64),
        ("due", np.int64),  # 1: maintenance that is to begin
    ]
)

KIT_STATE = np.dtype([("here", np.int64), ("coming", np.int64)])  # of one component

GROUP_STATE = np.dtype(
    [
        ("first", np.int64),  # requests
        ("open", np.int64),  # calls it could answer
        ("idle", np.int64),  # units idle on shift
    ]
)

CALL_STATE = np.dtype(
    [
        ("since", np.int64),  # NONE: not open
        ("unit", np.int64),  # that answers it, NONE: none
        ("there", np.int64),  # 1: it has come
    ]
)

SHIFT_STATE = np.dtype([("on", np.int64), ("cycle", np.int64), ("next", np.int64)])

LOOP_STATE = np.dtype(
    [
        ("used", np.int64),  # cards with parts, on the way to them reserved, or away
        ("away", np.int64),
        ("first_away", np.int64),  # in its ring of instants at which they are back
    ]
)

COMMAND = np.dtype(
    [("kind", np.int64), ("node", np.int64), ("product", np.int64), ("count", np.int64)]
)

# One thing told to a user's own model (see `happenings`).
DIARY = np.dtype(
    [
        ("kind", np.int64),
        ("resource", np.int64),
        ("part", np.int64),
        ("product", np.int64),
        ("since", np.int64),
        ("state", np.int64),
    ]
)

PART = np.dtype(
    [
        ("id", np.int64),
        ("entry", np.int64),  # into the line
        ("since", np.int64),  # arrival at its source, entry into its buffer or conveyor
        ("product", np.int64),
        ("next", np.int64),  # behind it in its list
        ("priority", np.int64),  # smaller goes first
        ("due", np.int64),  # ns, NONE without a due date
        ("rest", np.int64),  # ns of work left of an operation it was taken off, NONE: none
        # ns, until when it waits at a node with a patience; running time of the belt it is on, when
        # it reaches the end
        ("until", np.int64),
        ("reworks", np.int64),  # counts of targets with a limit, some bits each (OPTION)
    ]
)


class State(NamedTuple):
    """All that changes in a run; a copy of it can be run on."""

    glob: NDArray[np.void]  # (1,) GLOBAL
    nodes: NDArray[np.void]  # (N,) NODE_STATE
    res: NDArray[np.void]  # (R,) RESOURCE_STATE
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
    due: NDArray[np.int64]  # (2^k,) when, one a slot
    winners: NDArray[np.int64]  # (2^(k + 1),) tournament over due
    fresh: NDArray[np.int64]  # (2 R,) offers just made
    woken: NDArray[np.int64]  # (N,) nodes that began to accept
    heap: NDArray[np.int64]  # (R,) offers that may be movable
    starts: NDArray[np.int64]  # (R,)
    touched: NDArray[np.int64]  # (R,)
    lured: NDArray[np.int64]  # (R,)
    asked: NDArray[np.int64]  # what a user's rule is asked, and whether one failed (`asking`)
    commands: NDArray[np.void]  # COMMAND
    watched: NDArray[np.int64]  # (R,) bit k: happenings of kind k are told
    seen: NDArray[np.int64]  # (R,) state when the line settled last, while somebody watches
    diary: NDArray[np.void]  # DIARY
    log: NDArray[np.void]  # ACTIVITY
    # the tally
    time: NDArray[np.int64]  # (R, S) below `sums.LAP`
    laps: NDArray[np.int16]  # (R, S)
    count: NDArray[np.int64]  # type: ignore[assignment]  # (R, S); tuple.count is not needed
    finished: NDArray[np.int64]  # (P,)
    scrapped: NDArray[np.int64]  # (P,)
    lead_time: NDArray[np.int64]  # (P,)
    lead_laps: NDArray[np.int16]  # (P,)
    lead_histogram: NDArray[np.int64]  # (P, B)
    per_window: NDArray[np.int64]  # (W,)

    def with_(self, **arrays: NDArray[Any]) -> "State":
        """Return the state with other arrays in place of some."""
        return self._replace(**arrays)

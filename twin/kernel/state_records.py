"""Records of the state of one run; whole numbers are as wide as they can grow."""

import numpy as np

GLOBAL = np.dtype(
    [
        ("now", np.int64),
        ("seed", np.int64),
        ("replication", np.int64),
        ("scan", np.int64),
        ("room", np.int64),  # records the log can hold
        ("start", np.int64),  # of the observation
        ("window", np.int64),
        ("ends", np.int64),  # ends at this instant
        ("total", np.int64),  # ends of the run
        ("most_total", np.int64),  # with more the run stops
        ("brim", np.int64),  # with fewer free parts in the pool the run stops
        ("most_ends", np.int64),  # more are a livelock
        ("round", np.int64),  # number of the present settling
        ("spare", np.int64),  # free parts of the pool
        ("need", np.int64),  # parts that one step may take from the pool
        ("logged", np.int64),  # records in the log
        ("margin", np.int64),  # records that one step may write
        ("told", np.int64),  # records in the diary
        ("diary_room", np.int64),  # with more than so many it is to be emptied first
        ("wip_at", np.int64),  # until when the work in process is summed
        ("wip_high", np.int64),  # parts x ns, in two halves of 31 bits
        ("wip_low", np.int64),
        ("bad_draw", np.int64),
        ("bad_stream", np.uint64),
        ("bad_pace", np.float64),
        ("resources", np.int32),
        ("products", np.int32),
        ("groups", np.int32),
        ("calendars", np.int32),
        ("initials", np.int32),
        ("slots", np.int32),
        ("leaves", np.int32),  # of the tournament
        ("fresh", np.int32),  # offers just made
        ("woken", np.int32),  # nodes that began to accept
        ("heap", np.int32),  # offers in the heap
        ("starts", np.int32),  # servers that may start
        ("touched", np.int32),  # servers whose state may have changed
        ("lured", np.int32),  # empty servers that show they wait for a carrier
        ("traits", np.int32),  # 1: parts have traits
        ("free", np.int32),  # first free part of the pool
        ("commands", np.int32),  # asked by a user's own model
        ("obeyed", np.int32),  # of these
        ("external", np.int32),  # sources whose parts a user's own model puts
        ("inside", np.int32),  # parts inside the line
        ("pages", np.int32),  # of lead times, taken
        ("page_room", np.int32),
        # A bad sample: whose, from which distribution, stream and draw.
        ("bad_resource", np.int32),
        ("bad_dist", np.int32),
        ("begun", np.int8),  # 1: it has been brought to time 0
        ("needing", np.int8),  # 1: some stage needs somebody
        ("interrupted", np.int8),  # 1: the line is in the middle of settling
        ("unsettled", np.int8),  # 1: something ended at this instant since the line settled
        ("logging", np.int8),
        ("preempting", np.int8),  # 1: at some station parts give way to more urgent ones
        ("ordered", np.int8),  # 1: it matters which of several servers starts first
        ("telling", np.int8),  # 1: somebody watches
        ("stopped", np.int8),  # why the line stopped, as `advance` said; REACHED: it did not
        ("heeds", np.int8),  # 1: it keeps a log, somebody watches, or it is to halt
        ("halt", np.int8),  # what the next step lacks: REACHED, BAD_SAMPLE or SUMS_FULL
    ]
)

NODE_STATE = np.dtype(
    [
        ("created", np.int64),  # parts made there
        ("draws", np.int64),  # arrivals of a source, process times of a station
        ("ahead_of", np.int32),  # distribution of those drawn ahead
        ("parts", np.int32),  # in the list
        ("held", np.int32),  # parts in it and on the way to it
        ("most", np.int32),  # buffer: with so many it is full
        ("free", np.int32),  # station: servers that accept; else 1
        ("head", np.int32),  # oldest part, NONE if none
        ("tail", np.int32),
        ("on", np.int8),  # source, station: on shift
        ("stopped", np.int8),  # station: 1: stopped by a command
        ("clear", np.int8),  # conveyor: its entry is clear
        ("woken", np.int8),  # 1: in the list of woken
    ]
)

# What only some nodes need (see `extras`).
NODE_EXTRA = np.dtype(
    [
        ("last_leave", np.int64),  # conveyor: when a part left it last
        # conveyor that stops: since when it stands, NONE: it runs; how long it has stood before;
        # when its entry clears, in running time
        ("stands_since", np.int64),
        ("stood", np.int64),
        ("clear_at", np.int64),
        ("round", np.int64),  # how often the list was worked off
        ("paused", np.int64),  # ns to the next arrival while its clock stands still, NONE
        ("mix_draws", np.int64),
        ("setup_draws", np.int64),
        ("load_draws", np.int64),
        ("unload_draws", np.int64),
        ("route_draws", np.int64),
        ("patience_draws", np.int64),
        ("unripe", np.int64),  # parts of a buffer that ripen, in a list of their own
        ("row", np.int32),  # source: next of its list
        ("reserved", np.int32),  # conveyor: places reserved
        ("unripe_head", np.int32),
        ("unripe_tail", np.int32),
    ]
)

RESOURCE_STATE = np.dtype(
    [
        ("since", np.int64),  # of the open record; also when the stage in progress began
        ("rest", np.int64),  # ns of work left, NONE: over, unloading is left
        ("ended", np.int64),  # instant of its last end of an operation
        ("offered_since", np.int64),
        ("part", np.int32),  # on the server, in the hand of the unit; NONE if none
        ("reserved", np.int32),  # unit that brings a part, NONE if none
        ("down", np.int32),  # mode of the failure, NONE while up
        ("lacking", np.int32),  # units called for its next stage and not there; NONE: not called
        # its offer
        ("row", np.int32),  # of the route, NONE: no way out
        ("target", np.int32),  # as its WAY says
        ("to", np.int32),
        ("choice", np.int32),  # option drawn, NONE: chosen when it moves
        ("offered", np.int8),
        ("direct", np.int8),  # 1: its route has no carrier
        ("heaped", np.int8),  # 1: in the heap
        # server
        ("state", np.int8),  # of the open record, State or VOID
        ("phase", np.int8),  # EMPTY to FINISHED
        ("begun", np.int8),  # 1: the operation (or its wake-up) was started before
        ("starts", np.int8),  # 1: in the list of starts
        ("touched", np.int8),  # 1: in the list of touched
    ]
)

# What only some resources need (see `extras`).
RESOURCE_EXTRA = np.dtype(
    [
        # server
        ("full", np.int64),  # ns of work sampled
        ("wake", np.int64),  # ns of waking up left, NONE: awake; 0: over, but not yet noticed
        ("setup", np.int64),  # ns of the set-up left, NONE: none or over
        ("load", np.int64),  # ns of loading left, NONE: none or over
        ("unload", np.int64),  # ns of unloading left, NONE: none or over
        ("ready_at", np.int64),  # oven: until when it waits for more
        ("mend", np.int64),  # ns the repair takes once somebody is there
        ("called", np.int64),  # round in which the target of its request accepts
        ("lure", np.int64),  # round in which an unassigned request would take it
        ("called_at", np.int64),  # since when a target of its offer accepts, NONE: none does
        ("pick_draws", np.int64),  # unit
        ("place_draws", np.int64),
        ("tooling", np.int32),  # product it is set up for, P: none
        ("tool", np.int32),  # product the set-up is for
        ("kept", np.int32),  # first of the parts gathered, NONE if none
        ("kept_last", np.int32),
        ("gathered", np.int32),  # how many
        ("coming", np.int32),  # how many more are on the way
        ("robots", np.int32),  # how many of those robots bring
        ("batch_of", np.int32),  # oven: product of the batch
        ("lure_group", np.int32),
        # its offer
        ("unit", np.int32),  # that will pick it, NONE if none
        ("before", np.int32),  # requests of a group are a list
        ("after", np.int32),
        # unit
        ("at", np.int32),  # place
        ("task", np.int32),  # resource it picks from or visits, NONE: idle
        # resource it brings the part to (a server: that is kept for its part); place; call, NONE:
        # called off
        ("goal", np.int32),
        ("swap", np.int32),  # server where it exchanges the part first, NONE: none
        ("turn", np.int32),  # where it is in the sequence of its group
        ("asleep", np.int32),  # server
        ("lured", np.int32),  # 1: in the list of lured
        ("errand", np.int32),  # CARRY, AHEAD, ANSWER
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

SUM = np.dtype(
    [
        ("time", np.int64),  # in a state, or of parts there: below `sums.LAP`
        ("count", np.int64),  # records
    ]
)

PART = np.dtype(
    [
        ("entry", np.int64),  # into the line
        ("since", np.int64),  # arrival at its source, entry into its buffer or conveyor
        ("product", np.int32),
        ("next", np.int32),  # behind it in its list
    ]
)

TRAIT = np.dtype(
    [
        ("id", np.int64),
        ("priority", np.int64),  # smaller goes first
        ("due", np.int64),  # ns, NONE without a due date
        ("rest", np.int64),  # ns of work left of an operation it was taken off, NONE: none
        # ns, until when it waits at a node with a patience; running time of the belt it is on, when
        # it reaches the end
        ("until", np.int64),
        ("reworks", np.int64),  # counts of targets with a limit, some bits each (OPTION)
    ]
)

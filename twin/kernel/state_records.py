"""Records of the state of one run (see `twin.kernel.arrays`)."""

import numpy as np

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

"""What a resource can be doing, and how an activity can end."""

from enum import IntEnum


class State(IntEnum):
    """What one resource did with its time.

    The first eleven, with LOADING and UNLOADING, partition a station's time exactly.  Numbers
    stand in logs and on the wire: new states are added at the end.
    """

    WORKING = 0
    SETTING_UP = 1  # also waking up from standby
    STARVED = 2
    BLOCKED = 3
    WAITING_OPERATOR = 4
    WAITING_ROBOT = 5
    FAILED = 6  # down, waiting for a repair crew
    UNDER_REPAIR = 7
    MAINTENANCE = 8
    OFF_SHIFT = 9
    ASLEEP = 10  # in standby

    IDLE = 11  # from here to PLACING: a robot's or an operator's time
    MOVING = 12  # empty-handed, towards the part to pick
    PICKING = 13
    CARRYING = 14
    PLACING = 15

    WAITING = 16  # a part's stay in a buffer
    CONVEYED = 17  # a part's stay on a conveyor

    ENTERED = 18  # a part waited outside from t0 and entered the line at t1
    FINISHED = 19  # a part that entered the line at t0 left it good at t1
    SCRAPPED = 20  # a part that entered the line at t0 was scrapped at t1

    LOADING = 21  # a station's time: a part is put in
    UNLOADING = 22  # a station's time: a part is taken out

    ATTENDING = 23  # a robot's or an operator's time: at a station that needs it
    REPAIRING = 24  # a robot's or an operator's time: repairs or maintains a station

    CONSUMED = 25  # a part that entered the line at t0 became part of another, or was taken apart
    MADE = 26  # a part came to be at t1 = t0, made of others or out of another


N_STATES = len(State)

# States that partition the time of a server of a station.
SERVER_STATES = (*(s for s in State if s <= State.ASLEEP), State.LOADING, State.UNLOADING)

# States that are facts about a part, not a use of a resource's time: logged even when they take no
# time, and never clipped to an observation window.
PART_STATES = (State.ENTERED, State.FINISHED, State.SCRAPPED, State.CONSUMED, State.MADE)


class Ending(IntEnum):
    """Causes that are no resource; a cause >= 0 is the resource that delivered or took the part."""

    DONE = -1  # ended by itself
    CUT = -2  # still going on when the log ends
    INTERRUPTED = -3  # stopped by a failure or a shift end
    EXPIRED = -4  # cause of SCRAPPED: the part had waited too long
    PREEMPTED = -5  # stopped by a more urgent part


class NodeKind(IntEnum):
    """What stands at a node of the flow."""

    SOURCE = 0
    BUFFER = 1
    CONVEYOR = 2
    STATION = 3
    SINK = 4


class Intake(IntEnum):
    """How a server takes parts before it begins to work."""

    SINGLE = 0  # one part
    KIT = 1  # the components of a part to assemble
    BATCH = 2  # several parts to be worked on together
    CAMPAIGN = 3  # one part of the product it is set up for, until none waits


class CarrierKind(IntEnum):
    """Who carries parts between nodes or has to be there; tools only the latter."""

    ROBOT = 0
    OPERATOR = 1
    TOOL = 2


class OffShift(IntEnum):
    """What becomes of arrivals while a source is off shift."""

    WAIT = 0  # they go on and wait outside
    LOST = 1  # they go on and are lost
    PAUSE = 2  # their clock stands still


class Order(IntEnum):
    """Which of its parts a buffer offers first; parts that are alike go by their entry."""

    FIFO = 0  # the oldest
    LIFO = 1  # the one that came last
    PRIORITY = 2  # the smallest number
    SHORTEST = 3  # the least mean process time at the station behind
    EARLIEST_DUE = 4  # those without a due date last


class Choose(IntEnum):
    """How a part picks among several targets."""

    FIRST_FREE = 0  # the first in declared order that accepts it now
    SHORTEST = 1  # of those that accept it now the one with fewest parts, then declared order
    RANDOM = 2  # drawn by weight when the part becomes ready
    CYCLIC = 3  # in turn, when the part becomes ready
    OWN = 4  # of those that accept it now the one of which a user's rule says least


class Serve(IntEnum):
    """Which request an idle carrier takes."""

    DOWNSTREAM_FIRST = 0
    LONGEST_WAIT = 1
    NEAREST = 2
    PRIORITY = 3
    FIRST_COME = 4
    SEQUENCE = 5  # only from the node whose turn it is
    OWN = 6  # of which a user's rule says least


class Stage(IntEnum):
    """What a server does for a part, where somebody may have to be there."""

    SETUP = 0
    LOAD = 1
    PROCESS = 2
    UNLOAD = 3


class Begin(IntEnum):
    """What a row of `Line.initial` is about."""

    PARTS = 0
    UNIT = 1
    DOWN = 2  # a server


class Progress(IntEnum):
    """How far the operation on a part inside at the start has got: the stage in progress."""

    SETUP = 0
    LOAD = 1
    PROCESS = 2
    UNLOAD = 3
    FINISHED = 4
    GATHERED = 5  # it waits for the rest of its kit or batch


class ShiftEnd(IntEnum):
    """What a station does with an operation when its shift ends."""

    SUSPEND = 0
    FINISH = 1
    START_IF_FITS = 2


class Clock(IntEnum):
    """On what a failure mode ages, or by what maintenance comes due."""

    OPERATING = 0
    CALENDAR = 1
    PARTS = 2  # maintenance: parts worked on
    IDLE = 3  # maintenance: whenever there is nothing to do


class Preempt(IntEnum):
    """What becomes of the work on a part that gives way to a more urgent one."""

    NEVER = 0  # it does not give way
    RESUME = 1  # the rest is done later
    RESTART = 2  # it is done anew later, with the same time


class OnFailure(IntEnum):
    """What becomes of the operation a failure interrupts."""

    RESUME = 0
    RESTART = 1
    SCRAP = 2


class Dist(IntEnum):
    """Families of distributions; parameters a, b, c as `twin.kernel.model.DIST` says."""

    CONSTANT = 0  # a
    EXPONENTIAL = 1  # mean a
    UNIFORM = 2  # from a to b
    TRIANGULAR = 3  # low a, mode b, high c
    PERT = 4  # low a, mode b, high c
    ERLANG = 5  # mean a, k = b
    GAMMA = 6  # mean a, shape b
    WEIBULL = 7  # scale a, shape b
    NORMAL = 8  # mean a, standard deviation b, redrawn while negative
    LOGNORMAL = 9  # mu a, sigma b of the logarithm of ns
    HYPEREXPONENTIAL = 10  # values: pairs (probability, mean)
    GEOMETRIC = 11  # a: slot length, b: success probability; 1, 2, ... slots
    EMPIRICAL = 12  # values: equally likely
    SEQUENCE = 13  # values in turn, again from the start: draw i gives values[i % n]

"""A line as plain arrays: what both engines run.

Names become indices, times become integer nanoseconds.  Everything an engine needs is here; nothing
in it changes during a run.  `twin.build` makes it from a cell; `docs/conventions.md` says what it
means.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NONE = -1  # an index or a limit that is not there
NS_PER_S = 1_000_000_000

# One distribution; parameters are in ns where they are times (see `states.Dist`).
DIST = np.dtype(
    [
        ("family", np.int64),
        ("a", np.float64),
        ("b", np.float64),
        ("c", np.float64),
        ("first", np.int64),  # its values: Line.values[first : first + count]
        ("count", np.int64),
    ]
)

# One node of the flow; fields of other kinds of node hold NONE (or 0 for counts).
NODE = np.dtype(
    [
        ("kind", np.int64),  # NodeKind
        ("rank", np.int64),  # 0 is the most downstream; ties in rank go by index
        ("resource", np.int64),  # its (first) resource in Line.resources
        (
            "capacity",
            np.int64,
        ),  # buffer, conveyor: parts it holds, NONE unlimited; station: servers
        ("pick_at", np.int64),  # place where a carrier picks, NONE if none does
        ("place_at", np.int64),  # place where a carrier places
        ("calendar", np.int64),  # source, station: its shifts, NONE always on
        ("order", np.int64),  # buffer: Order
        ("dwell", np.int64),  # buffer: ns until a part is ripe
        ("patience", np.int64),  # buffer, source: dist of the longest wait, NONE: for ever
        ("patience_stream", np.uint64),
        # source
        ("saturated", np.int64),  # 1: always has a part to offer
        ("external", np.int64),  # 1: its parts are put by a user's own model
        ("every", np.int64),  # dist: time between arrivals
        ("every_stream", np.uint64),
        ("first_at", np.int64),  # ns, first arrival; NONE: after one drawn interval
        ("batch", np.int64),  # parts per arrival, >= 1
        ("limit", np.int64),  # most parts it ever makes; NONE unlimited
        ("list_first", np.int64),  # its list: Line.arrivals[list_first : list_first + list_count]
        ("list_count", np.int64),  # NONE: it has none
        ("list_period", np.int64),  # ns after which the list begins again, NONE: never
        ("off_shift", np.int64),  # OffShift
        ("mix_first", np.int64),  # its products: Line.mix[mix_first : mix_first + mix_count]
        ("mix_count", np.int64),
        ("mix_stream", np.uint64),
        # station
        ("process_stream", np.uint64),
        ("pace", np.float64),  # process times are multiplied by this, 1.0 as written
        ("intake", np.int64),  # Intake
        ("several", np.int64),  # 1: its servers may hold several finished parts
        ("kit_first", np.int64),  # its components: Line.kits[kit_first : kit_first + kit_count]
        ("kit_count", np.int64),
        ("kit_size", np.int64),  # parts in a whole kit
        ("makes", np.int64),  # product that they become
        ("together", np.int64),  # 1: a kit is begun only when all of it is on offer
        ("batch_least", np.int64),  # parts an oven begins with at least, and takes at most
        ("batch_most", np.int64),
        ("batch_wait", np.int64),  # ns since its first part for which it waits for more; NONE
        ("batch_same", np.int64),  # 1: all are of one product
        ("yield_first", np.int64),  # products a part becomes: Line.yields[yield_first : ...]
        ("yield_count", np.int64),
        ("preempt", np.int64),  # Preempt
        ("before", np.int64),  # 1: it begins only when its part has a place to go to
        ("staged", np.int64),  # 1: it has set-ups, loading or unloading
        ("setup", np.int64),  # its table in Line.setup; NONE: it needs no set-up
        ("setup_stream", np.uint64),
        ("tooled_for", np.int64),  # product its servers are set up for at the start, NONE none
        ("load", np.int64),  # dist: time to load, NONE none
        ("load_stream", np.uint64),
        ("unload", np.int64),  # dist: time to unload, NONE none
        ("unload_stream", np.uint64),
        ("at_shift_end", np.int64),  # ShiftEnd
        ("standby_after", np.int64),  # ns of starving before it goes to sleep; NONE never
        ("wake_up", np.int64),  # ns to wake up
        ("mode_first", np.int64),  # its failure modes in Line.modes
        ("mode_count", np.int64),
        ("planned", np.int64),  # 1: some of them are maintenance
        ("idle_mode", np.int64),  # which of them is done when there is nothing to do, NONE none
        ("call_first", np.int64),  # row of Line.calls of its first server, NONE: it calls nobody
        ("call_count", np.int64),  # calls of each server
        ("need_first", np.int64),  # of these the first that is for a stage
        # conveyor
        ("transit", np.int64),  # ns from entry to the end
        ("gap", np.int64),  # ns to move by one pitch
        ("stops", np.int64),  # 1: it stands while the part at its end is not taken
        # sink
        ("good", np.int64),  # 1: a part leaves finished, 0: scrapped
        # any node a part can leave
        ("route_stream", np.uint64),
    ]
)

# Parts that arrive together, as the list of a source says; rows in order of time.
ARRIVAL = np.dtype(
    [
        ("at", np.int64),  # ns after the start, or after the beginning of each period
        ("product", np.int64),  # NONE: as the source makes them
        ("quantity", np.int64),
        ("due", np.int64),  # ns after the start, NONE without a due date
        ("own_priority", np.int64),  # 1: `priority` holds instead of the product's
        ("priority", np.int64),
    ]
)

# One product a source makes, with the running sum of its weight (the last is 1.0).
MIX = np.dtype([("product", np.int64), ("cumulative", np.float64)])

# One way a station fails; each of its servers has every mode, with a clock of its own.
MODE = np.dtype(
    [
        ("after", np.int64),  # dist: time to failure
        ("repair", np.int64),  # dist: time to repair
        ("clock", np.int64),  # Clock
        ("on_failure", np.int64),  # OnFailure
        ("call", np.int64),  # which of the server's calls is for its repair; NONE: needs nobody
        ("planned", np.int64),  # 1: maintenance, which waits for the operation to end
        ("parts", np.int64),  # Clock.PARTS: how many until it is due
    ]
)

# One component of what a station assembles.
KIT = np.dtype([("product", np.int64), ("count", np.int64)])

# Where a part of one product goes from one node (Line.route_of gives the row).
ROUTE = np.dtype(
    [
        ("choose", np.int64),  # Choose
        ("first", np.int64),  # its targets: Line.options[first : first + count]
        ("count", np.int64),
        ("carrier", np.int64),  # carrier group, NONE: moves by itself in no time
        ("priority", np.int64),  # smaller goes first
        ("carded", np.int64),  # 1: some move along it enters or leaves a loop
        # A choice made once is one row, or two: then the second is for parts it does not accept.
        ("choices", np.int64),
        ("span", np.int64),  # rows a choice has
        ("otherwise", np.int64),  # its row for parts that may not take their choice again, NONE
        ("function", np.int64),  # Choose.OWN: the rule, row of Line.rules; NONE
    ]
)

OPTION = np.dtype(
    [
        ("target", np.int64),
        ("cumulative", np.float64),  # share of this choice and those before it
        ("limit", np.int64),  # how often one part may take it, NONE: as often as may be
        ("shift", np.int64),  # of its count among the bits of PART reworks
        ("mask", np.int64),  # of its count when shifted
    ]
)

# One group of robots or operators; units share table, rule and shifts.
CARRIER = np.dtype(
    [
        ("kind", np.int64),  # CarrierKind
        ("rule", np.int64),  # Serve
        ("resource", np.int64),  # its first unit in Line.resources
        ("units", np.int64),
        ("calendar", np.int64),
        ("home", np.int64),  # place where its units start
        ("exchange", np.int64),  # ns to exchange a part in its dual gripper; NONE: it has none
        # rule SEQUENCE: the nodes to pick from in turn, Line.sequences[turn_first : + turn_count]
        ("turn_first", np.int64),
        ("turn_count", np.int64),
        ("function", np.int64),  # rule OWN: row of Line.rules; NONE
    ]
)

# How a carrier group handles parts of one product.
HAND = np.dtype(
    [
        ("load", np.int64),  # what it weighs: Line.travel[:, 1 + load], Line.pick[:, load]
        ("grip", np.int64),  # added to a place: where the group stands with the gripper for it
    ]
)

# One unit that a server may call: to repair it, or to be there during some of its stages.  Those of
# a server follow each other, those of all servers of a station are alike.
CALL = np.dtype(
    [
        ("server", np.int64),  # resource
        ("which", np.int64),  # its number among the calls of the server
        ("during", np.int64),  # bits of Stage; 0: a repair
        # the groups that answer it: Line.answers[first : first + count]
        ("first", np.int64),
        ("count", np.int64),
    ]
)

# Shifts: within each period the state flips at every toggle.
CALENDAR = np.dtype(
    [
        ("period", np.int64),  # ns
        ("starts_on", np.int64),  # 1: on shift at the start of each period
        (
            "first",
            np.int64,
        ),  # its toggles: Line.toggles[first : first + count], ns, 0 < toggle <= period
        ("count", np.int64),  # even: every period starts in the same state
    ]
)

# A set of nodes in which each part holds one of a number of cards.
LOOP = np.dtype(
    [
        ("cards", np.int64),
        ("absence", np.int64),  # ns for which a card given back is away; 0: it is free at once
        ("first", np.int64),  # its nodes: Line.loop_nodes[first : first + count]
        ("count", np.int64),
    ]
)

# What holds at time 0: parts inside, units under way, servers that are down, and then units that
# attend or repair.
INITIAL = np.dtype(
    [
        ("kind", np.int64),  # Begin
        ("node", np.int64),  # parts: where they are; unit: where it brings its part, NONE if none
        ("resource", np.int64),  # server, NONE: the first empty one; unit; server that is down
        ("product", np.int64),  # unit: in its hand, NONE if none
        ("count", np.int64),  # of parts
        ("age", np.int64),  # ns they have been in the line
        ("priority", np.int64),
        ("due", np.int64),  # ns after the start, NONE without a due date
        # parts on a server: Progress, NONE: not on one; unit: State; server that is down: which of
        # its modes
        ("stage", np.int64),
        ("left", np.int64),  # ns left of that
        ("travelled", np.int64),  # parts on a conveyor: ns from its entry; NONE: they get on at 0
        # unit: where it is, or where it goes without a part; the server that it attends or repairs
        ("place", np.int64),
    ]
)


class Rule(NamedTuple):
    """A user's own rule: a Python function of whole numbers that returns a whole number."""

    file: str  # what its file is called
    function: str
    text: str  # of the file
    arguments: int  # how many it takes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Line:
    """A line ready to run; equal to itself alone.

    N nodes, P products, R resources, G carrier groups, L places, W loads that differ, S stands: a
    carrier stands at a place with one of its grippers, place + gripper * L.  Nodes are in the order
    sources, buffers, conveyors, stations, sinks, each kind in order of declaration; resources
    follow the nodes (a station gives one resource a server), then the units of the carriers.
    """

    name: str
    model_id: str  # SHA-256 of the canonical cell, hex
    nodes: NDArray[np.void]  # (N,) NODE
    node_names: tuple[str, ...]
    resources: tuple[str, ...]  # (R,) names: `mill`, or `mill[2]` for the second server or unit
    resource_node: NDArray[np.int64]  # (R,) node of a resource, NONE for a carrier unit
    resource_carrier: NDArray[np.int64]  # (R,) carrier group of a resource, NONE for others
    products: tuple[str, ...]
    product_priority: NDArray[np.int64]  # (P,) of parts, smaller first
    # (N, P) mean time, ns, by which a buffer with Order.SHORTEST sorts its parts, 0 elsewhere
    mean_time: NDArray[np.int64]
    process: NDArray[np.int64]  # (N, P) dist of a station's process time, NONE elsewhere
    kits: NDArray[np.void]  # KIT
    yields: NDArray[np.int64]  # products
    # Dists of set-up times, [table, from product (P: from none), to product], NONE: no set-up.
    setup: NDArray[np.int64]  # (K, P + 1, P)
    route_of: NDArray[np.int64]  # (N, P) row in routes, NONE: no way out for that product
    routes: NDArray[np.void]  # ROUTE
    options: NDArray[np.void]  # OPTION
    arrivals: NDArray[np.void]  # ARRIVAL
    mix: NDArray[np.void]  # MIX
    modes: NDArray[np.void]  # MODE
    mode_names: tuple[str, ...]
    # Streams of failure modes, one row a resource, one column a mode of its station, 0 elsewhere.
    after_stream: NDArray[np.uint64]  # (R, M) M = most modes of any station, at least 1
    repair_stream: NDArray[np.uint64]  # (R, M)
    dists: NDArray[np.void]  # DIST
    values: NDArray[np.float64]  # tables of distributions
    carriers: NDArray[np.void]  # (G,) CARRIER
    carrier_names: tuple[str, ...]
    places: tuple[str, ...]
    hands: NDArray[np.void]  # (G, P) HAND
    travel: NDArray[np.int64]  # (G, 1 + W, S, S) ns, [group, 0 empty | 1 + load, from, to]
    # Dists of picking and placing, [group, load, place], NONE where the group never does.
    pick: NDArray[np.int64]  # (G, W, L)
    place: NDArray[np.int64]  # (G, W, L)
    pick_stream: NDArray[np.uint64]  # (R,) stream of a unit's picking times, 0 elsewhere
    place_stream: NDArray[np.uint64]  # (R,)
    calls: NDArray[np.void]  # (K,) CALL
    answers: NDArray[np.int64]  # carrier groups
    sequences: NDArray[np.int64]  # nodes, in the order in which units pick from them
    calendars: NDArray[np.void]  # CALENDAR
    toggles: NDArray[np.int64]  # ns
    loops: NDArray[np.void]  # (K,) LOOP
    loop_names: tuple[str, ...]
    loop_nodes: NDArray[np.int64]  # nodes of all loops
    rules: tuple[Rule, ...]  # of users
    initial: NDArray[np.void]  # INITIAL
    scan: int  # ns; what ends is noticed at the next multiple of it; 0: at once
    most_parts: int  # inside and at sources; more at once stop the run
    most_events: int  # ends; more stop the run

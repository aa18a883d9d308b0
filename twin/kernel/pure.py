"""Which lines are pure lines, that need no events (see `twin.kernel.tandem`)."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import PAUSED, REACHED, SUMS_FULL, Model, State
from twin.kernel.model import NONE, Line
from twin.kernel.states import Intake, NodeKind, Order
from twin.kernel.sums import LAP
from twin.kernel.sums_room import with_all_pages, with_more_sums
from twin.kernel.tandem import CHUNK, FRONT, STAGE, Tandem, advance_tandem

_MOST_PLACES = 4096  # in one buffer
_BUDGET = 1 << 16  # parts between two looks at whether to stop
_ROW = int(CHUNK) + 8  # of a chunk; not a power of two, so that rows share the lines of the cache

# What nodes of a pure line have in common; a field that is in neither list makes a line impure, so
# that a feature added later is left to the event kernel until it is named here.
_PLAIN = {
    "calendar": NONE,
    "order": Order.FIFO,
    "dwell": 0,
    "patience": NONE,
    "batch": 1,
    "list_count": NONE,
    "external": 0,
    "call_count": 0,
    "mix_count": 1,
    "intake": Intake.SINGLE,
    "yield_count": 0,
    "preempt": 0,
    "before": 0,
    "staged": 0,
    "standby_after": NONE,
    "mode_count": 0,
    "stops": 0,
    "good": 1,
}
_OF_SOURCE = {"batch", "mix_count"}
_OF_SINK = {"good"}
_FREE = frozenset(
    """
    kind rank resource capacity pick_at place_at route_stream
    patience_stream saturated every every_stream first_at limit mix_first mix_stream
    list_first list_period off_shift process_stream pace several
    batch_least batch_most batch_wait batch_same call_first need_first
    kit_first kit_count kit_size makes together yield_first
    setup setup_stream tooled_for load load_stream unload unload_stream
    at_shift_end wake_up mode_first planned idle_mode transit gap
    """.split()  # noqa: SIM905 - a list of fifty strings is no easier to read
)


def _is_plain(row: np.void) -> bool:
    """Return whether a node has none of the features that a pure line has not."""
    if set(row.dtype.names or ()) != _FREE | set(_PLAIN):
        return False
    kind = NodeKind(row["kind"])
    return all(
        row[field] == plain
        for field, plain in _PLAIN.items()
        if (kind is NodeKind.SOURCE or field not in _OF_SOURCE)
        and (kind is NodeKind.SINK or field not in _OF_SINK)
    )


def _way(line: Line, product: int) -> Iterator[int]:
    """Yield the nodes that a part passes while there is one way, moved by nobody."""
    n, passed = 0, set()
    while n not in passed:
        yield n
        passed.add(n)
        row = line.route_of[n, product]
        if row < 0:
            return
        route = line.routes[row]
        if route["count"] != 1 or route["carrier"] >= 0 or route["carded"] == 1:
            return
        n = int(line.options["target"][route["first"]])


def pure_line(line: Line) -> Tandem | None:
    """Return a line as a pure line before it begins; None if it is not one.

    One source of one product, then stations of one server with or without a buffer before each,
    then one sink; no failures, shifts, set-ups, carriers or loops.
    """
    tables = (line.carriers, line.calendars, line.loops, line.initial)
    if line.scan or any(table.size for table in tables):
        return None
    nodes = line.nodes
    if nodes["kind"][0] != NodeKind.SOURCE or not all(_is_plain(row) for row in nodes):
        return None
    product = int(line.mix["product"][nodes["mix_first"][0]])
    way = list(_way(line, product))
    if len(way) != len(nodes) or not _is_row_of_stations(nodes[way]):
        return None
    stages = _stages(line, way, product)
    if stages["places"].max() > _MOST_PLACES:
        return None
    front = _front(line, way, product, len(stages))
    return Tandem(
        front=front,
        stages=stages,
        moments=np.zeros(_lay_rows(front, stages), np.int64),
        times=np.zeros((len(stages) + 1, _ROW), np.int64),
    )


def _is_row_of_stations(nodes: NDArray[np.void]) -> bool:
    """Return whether stations of one server stand in a row, at most one buffer before each."""
    kinds = [NodeKind(kind) for kind in nodes["kind"]]
    inner = kinds[1:-1]
    return (
        kinds[-1] is NodeKind.SINK
        and NodeKind.STATION in inner
        and set(inner) <= {NodeKind.STATION, NodeKind.BUFFER}
        and all(b is NodeKind.STATION for a, b in pairwise(kinds) if a is NodeKind.BUFFER)
        and bool((nodes["capacity"][nodes["kind"] == NodeKind.STATION] == 1).all())
    )


def _stages(line: Line, way: list[int], product: int) -> NDArray[np.void]:
    nodes = line.nodes
    stations = [k for k, n in enumerate(way) if nodes["kind"][n] == NodeKind.STATION]
    stages = np.zeros(len(stations), STAGE)
    for x, k in zip(stages, stations, strict=True):
        node, before = nodes[way[k]], nodes[way[k - 1]]
        buffered = before["kind"] == NodeKind.BUFFER
        x["station"] = node["resource"]
        x["buffer"] = before["resource"] if buffered else NONE
        x["places"] = max(0, before["capacity"]) if buffered else 0
        x["dist"] = line.process[way[k], product]
        x["stream"], x["pace"] = node["process_stream"], node["pace"]
    return stages


def _lay_rows(front: NDArray[np.void], stages: NDArray[np.void]) -> int:
    """Give each row of moments its place (see `twin.kernel.tandem`); return what all take."""
    count, chunk = len(stages), int(CHUNK)
    row_of = np.arange(count + 3) * _ROW + 1
    stages["enters"], stages["leaves"] = row_of[:count], row_of[1 : count + 1]
    front["done"], zeros = row_of[count], row_of[count + 1]
    front["there"] = stages["enters"][0] - 1 if front["saturated"][0] else row_of[count + 2]
    # The begins of a limited buffer move along a longer row, to be brought back but seldom.
    places = stages["places"]
    length = np.where(places > 0, places + np.maximum(places, _ROW), _ROW)
    ends = row_of[-1] + _ROW + np.cumsum(length)
    stages["first"] = ends - length
    stages["begins"], stages["last"] = stages["first"] + places, ends - chunk
    direct = stages["buffer"] < 0
    stages["gate"] = np.where(direct, stages["leaves"] - 1, zeros)
    stages["gate"][places > 0] = stages["first"][places > 0]
    return int(ends[-1])


def _front(line: Line, way: list[int], product: int, stages: int) -> NDArray[np.void]:
    source, front = line.nodes[way[0]], np.zeros(1, FRONT)
    front["source"], front["sink"] = source["resource"], line.nodes["resource"][way[-1]]
    front["product"], front["stages"] = product, stages
    front["saturated"], front["limit"] = source["saturated"], source["limit"]
    front["every"], front["stream"] = source["every"], source["every_stream"]
    front["since"] = source["first_at"]
    front["most"] = min(line.most_parts, line.most_events // (stages + 1))
    # No way through a chunk leads past more times than this.
    front["longest"] = int(LAP) // (2 * int(CHUNK) + stages + 2)
    return front


def run_pure(
    model: Model, state: State, pure: Tandem, end: int, look: Callable[[], None]
) -> State | None:
    """Run a pure line to its horizon; return the state with its tally, None if it is not pure.

    Parameters
    ----------
    model : Model
    state : State
        A fresh one.
    pure : Tandem
        `pure_line(line)`; it is left as it is.
    end : int
        ns, the horizon.
    look : callable
        Called now and then; it may raise.
    """
    copies: list[Any] = [array.copy() for array in pure]
    tandem, state = Tandem(*copies), with_all_pages(state)  # a chunk may need many
    code = PAUSED
    while code in (PAUSED, SUMS_FULL):
        if code == SUMS_FULL:
            state = with_more_sums(state)
        code = int(advance_tandem(model, state, tandem, end, _BUDGET))
        look()
    state.nodes["parts"][0] = tandem.front["outside"][0]  # the source is the first node
    return state if code == REACHED and not _may_exceed(state, tandem) else None


def _may_exceed(state: State, tandem: Tandem) -> bool:
    """Return whether there may have been more parts or ends than the run may have."""
    glob, front = state.glob[0], tandem.front[0]
    made, most = int(front["part"]) + 1, state.parts.size - int(glob["brim"])
    several = front["saturated"] == 0 and made > most
    return bool(several or made * (int(front["stages"]) + 1) > glob["most_total"])

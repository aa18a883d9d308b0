"""The event loop in C as a rival of the kernel: compile it, hand it a line, take its tally.

It reads the same arrays as the kernel, column by column.
"""

import ctypes
import shutil
import subprocess
from itertools import chain, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.kernel.arrays import NEVER, Model, State
from twin.kernel.model import NONE, Line
from twin.kernel.states import N_STATES, Choose, Clock, Dist, NodeKind, OnFailure
from twin.kernel.sums import HALF_BITS, split
from twin.kernel.tally import N_BINS, Tally

SOURCE = Path(__file__).parent / "ckernel.c"
# As fast as C gets without another result: the last two leave all bits as they are.
FLAGS = (
    *("-O3", "-march=native", "-fno-fast-math", "-ffp-contract=off"),
    *("-fno-math-errno", "-fno-trapping-math"),
)
# gcc puts branches into the tournament unless told not to; which is better depends on the line.
_MORE = ((), ("-fno-split-paths",))
_COMPILERS = ("clang", "gcc", "cc")
_KINDS = (NodeKind.SOURCE, NodeKind.BUFFER, NodeKind.STATION, NodeKind.SINK)
_FAMILIES = (Dist.CONSTANT, Dist.EXPONENTIAL, Dist.LOGNORMAL)

_NUMBERS = ("nodes", "resources", "leaves", "states", "seed", "replication", "start")
_COLUMNS = (
    *("kind", "resource", "capacity", "saturated", "dist", "after", "repair", "pace", "stream"),
    *("target_first", "targets", "feeder_first", "feeders", "way", "way_to", "sole_feeder"),
    *("node", "order", "priority", "end_slot", "repair_slot", "clock_slot", "arrival_slot"),
    "passes",
    *("after_stream", "repair_stream", "family", "a", "b", "slot_kind", "slot_who"),
)
_SUMS = ("time", "laps", "count", "histogram")
_TOTALS = ("finished", "lead_time", "lead_laps", "wip_high", "wip_low", "inside", "outside")


class _Line(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int64) for name in (*_NUMBERS, "end", "most_ends")),
        *((name, ctypes.c_void_p) for name in _COLUMNS),
    ]


class _Sums(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in _SUMS),
        *((name, ctypes.c_int64) for name in _TOTALS),
    ]


def libraries(folder: Path) -> dict[str, ctypes.CDLL]:
    """Return the C kernel as each C compiler makes it, in a folder; none without a compiler."""
    paths = {Path(path).resolve(): path for name in _COMPILERS if (path := shutil.which(name))}
    made = {}
    for path, more in product(paths.values(), _MORE):
        if more and not _is_gcc(path):
            continue
        name = " ".join([Path(path).name, *more])
        library = folder / f"{name.replace(' ', '')}.so"
        command = [path, *FLAGS, *more, "-shared", "-fPIC", "-o", library, SOURCE, "-lm"]
        subprocess.run(command, check=True)
        made[name] = ctypes.CDLL(str(library))
    return made


def _is_gcc(compiler: str) -> bool:
    told = subprocess.run([compiler, "--version"], check=True, capture_output=True, text=True)
    return "Free Software Foundation" in told.stdout


class Rival:
    """A line laid out for C; `run` may be called again and again."""

    def __init__(self, library: ctypes.CDLL, line: Line, model: Model, state: State) -> None:
        """Lay out a line whose fresh state is given."""
        _check(line)
        self._library, self._line, self._state = library, line, state
        self._columns = {
            name: np.ascontiguousarray(column) for name, column in _columns(line, model).items()
        }

    def run(self, end: int) -> Tally:
        """Run to the horizon; return the tally."""
        line, g = self._line, self._state.glob[0]
        shape = (len(line.resources), N_STATES)
        shapes = {"time": shape, "laps": shape, "count": shape, "histogram": (1, N_BINS)}
        sums = {name: np.zeros(shape, np.int64) for name, shape in shapes.items()}
        numbers = (len(line.nodes), len(line.resources), g["leaves"], N_STATES)
        values = (*numbers, g["seed"], g["replication"], g["start"], end, g["most_ends"])
        into = _Sums(*(sums[name].ctypes.data for name in _SUMS))
        laid_out = _Line(
            *(int(value) for value in values),
            *(self._columns[name].ctypes.data for name in _COLUMNS),
        )
        code = self._library.run_line(ctypes.byref(laid_out), ctypes.byref(into))
        if code != 0:
            raise RuntimeError(f"the C kernel stopped with code {code}")
        return _tally(sums, into, int(g["start"]), end)


def _tally(sums: dict[str, NDArray[np.int64]], into: _Sums, start: int, end: int) -> Tally:
    wip_time, wip_laps = split((into.wip_high << int(HALF_BITS)) + into.wip_low)
    return Tally(
        start=start,
        end=np.array(end),
        stopped=np.array(0),
        state_time=sums["time"],
        laps=sums["laps"].astype(np.int16),
        count=sums["count"],
        wip_time=wip_time,
        wip_laps=wip_laps,
        finished=np.array([into.finished]),
        scrapped=np.array([0]),
        lead_time=np.array([into.lead_time]),
        lead_laps=np.array([into.lead_laps], np.int16),
        lead_histogram=sums["histogram"],
        inside=np.array(into.inside),
        outside=np.array(into.outside),
        window=0,
        finished_per_window=np.zeros(0, np.int64),
    )


def _check(line: Line) -> None:
    """Refuse a line with what the rival leaves out."""
    nodes, routes, modes = line.nodes, line.routes, line.modes
    plain = {"first_at": NONE, "limit": NONE, "list_count": NONE, "patience": NONE}
    plain |= {"calendar": NONE, "intake": 0, "staged": 0, "preempt": 0, "yield_count": 0}
    plain |= {"dwell": 0, "external": 0, "planned": 0, "before": 0}
    known = (
        len(line.products) == 1
        and line.scan == 0
        and not (line.carriers.size or line.calls.size or line.loops.size or line.initial.size)
        and np.isin(nodes["kind"], _KINDS).all()
        and np.isin(line.dists["family"], _FAMILIES).all()
        and (routes["choose"] == Choose.FIRST_FREE).all()
        and (nodes["mode_count"] <= 1).all()
        and (modes["clock"] == Clock.OPERATING).all()
        and (modes["on_failure"] == OnFailure.RESUME).all()
        and (nodes["batch"][nodes["kind"] == NodeKind.SOURCE] == 1).all()
        and (nodes["standby_after"] < 0).all()
        and (nodes["good"][nodes["kind"] == NodeKind.SINK] == 1).all()
        and all(np.isin(nodes[name], (value, NONE)).all() for name, value in plain.items())
    )
    if not known:
        raise ValueError(f"{line.name} has something that the C kernel leaves out")


def _columns(line: Line, model: Model) -> dict[str, NDArray[np.generic]]:
    """Return the columns that the C kernel reads."""
    nodes, res, route = line.nodes, model.res, line.route_of[:, 0]
    source = nodes["kind"] == NodeKind.SOURCE
    failing = nodes["mode_count"] > 0
    mode = np.where(failing, nodes["mode_first"], 0)
    modes = line.modes if line.modes.size else np.zeros(1, line.modes.dtype)
    clocks = failing[res["node"]] & (res["kind"] == NodeKind.STATION)
    clock_slots = np.full(len(res), NONE)
    clock_slots[clocks] = model.clock_slots[res["clock"][clocks]]
    targets = [_targets(line, int(row)) for row in route]
    priority = np.where(route >= 0, line.routes["priority"][route], NEVER)[res["node"]]
    return {
        **{name: nodes[name] for name in ("kind", "resource", "capacity", "saturated", "pace")},
        "dist": np.where(source, nodes["every"], line.process[:, 0]),
        "stream": np.where(source, nodes["every_stream"], nodes["process_stream"]),
        "after": np.where(failing, modes["after"][mode], NONE),
        "repair": np.where(failing, modes["repair"][mode], NONE),
        "target_first": np.cumsum([0, *map(len, targets)]),
        "targets": np.array(list(chain.from_iterable(targets)), np.int64),
        "feeder_first": model.feeder_first,
        "feeders": model.feeders,
        "way": model.ways["target"][:, 0],
        "way_to": model.ways["to"][:, 0],
        "sole_feeder": model.sole_feeder,
        "node": res["node"],
        "order": res["order"],
        "priority": np.minimum(priority, 2**31 - 1),
        "end_slot": res["end"],
        "repair_slot": res["repair"],
        "clock_slot": clock_slots,
        "arrival_slot": res["arrival"],
        "passes": res["passes"],
        "after_stream": line.after_stream[:, 0],
        "repair_stream": line.repair_stream[:, 0],
        **{name: line.dists[name] for name in ("family", "a", "b")},
        "slot_kind": model.slots["kind"],
        "slot_who": model.slots["who"],
    }


def _targets(line: Line, row: int) -> list[int]:
    """Return the targets of a route, none where it is NONE."""
    if row < 0:
        return []
    first, count = line.routes["first"][row], line.routes["count"][row]
    return line.options["target"][first : first + count].tolist()

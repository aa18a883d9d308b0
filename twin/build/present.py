"""The start of a cell from a run: what stands where, in the words of a cell file.

A snapshot goes on with one line only.  This start is neutral: both engines begin with it, people
can read and change it, and it may be given to another cell, one with a second robot for instance.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Any

from cells.expand import QUEUE, expand, machines
from cells.graph import Spot, build_graph
from cells.inside import STAGES, Down, Inside, UnitNow
from cells.schema import Cell, Station
from twin.build.carriers import NOWHERE
from twin.kernel.arrays import (
    AHEAD,
    ANSWER,
    EMPTY,
    FINISHED,
    LOADING,
    NEVER,
    SETTING,
    UNLOADING,
    WORKING,
    Model,
)
from twin.kernel.arrays import State as RunState
from twin.kernel.layout import model_of
from twin.kernel.model import NONE, NS_PER_S, Line
from twin.kernel.reading import node_now, part_now, resource_now
from twin.kernel.states import NodeKind, State

Now = dict[str, Any]

_STAGE_OF = ("setup", "load", "rest", "unload")  # fields of the state, as STAGES
_RUNNING = dict(zip(STAGES, (SETTING, LOADING, WORKING, UNLOADING), strict=True))


def present(cell: Cell, line: Line, state: RunState, at: int) -> Cell:
    """Return a cell that begins as a run of it stands.

    What is not part of such a start begins anew: clocks of failures, maintenance and sources, and
    how long parts have waited or ripened where they are.  Shifts begin as `run.start` says.

    Parameters
    ----------
    cell : Cell
        As written.
    line : Line
        Built from it.
    state : State
        Of a run that has settled, as `Run.advance` leaves it.
    at : int
        ns, up to when it has run.

    Raises
    ------
    ValueError
        If it has not run up to then, or run on; or if a dual gripper is just on its way to exchange
        a part.
    """
    if not state.glob["now"][0] <= at < state.due[state.winners[1]]:
        raise ValueError(f"the run does not stand at {at} ns: advance it to there first")
    now = _Now(expand(cell), line, model_of(line), state, at)
    parts = {"inside": list(now.inside()), "units": list(now.units()), "down": list(now.down())}
    begun = cell.model_copy(update=parts)
    reached = build_graph(begun).reached
    stations = {
        name: station.model_copy(update={"tooled_for": now.tooled_for(name, station, reached)})
        for name, station in cell.stations.items()
    }
    return begun.model_copy(update={"stations": stations})


@dataclass(frozen=True)
class _Now:
    """A run as it stands."""

    cell: Cell  # expanded
    line: Line
    model: Model
    state: RunState
    now: int  # ns

    # ---- parts ----

    def inside(self) -> Iterator[Inside]:
        """Yield the parts inside, node by node."""
        for n, name in enumerate(self.line.node_names):
            kind = self.line.nodes["kind"][n]
            if kind == NodeKind.BUFFER:
                at = self._written(name)
                x = self._node(n)
                parts = [*self._chain(x["head"], x["parts"])]
                parts += self._chain(x["unripe_head"], x["unripe"])
                yield from (self._part(part, at=at) for part in parts)
            elif kind == NodeKind.CONVEYOR:
                yield from self._on_conveyor(n, name)
            elif kind == NodeKind.STATION:
                yield from self._at_station(n, name)

    def _written(self, name: str) -> str:
        """Return how a buffer is written: the queue of a station by that station."""
        machine = name.removesuffix(QUEUE)
        return machine if name.endswith(QUEUE) and machine in self.cell.stations else name

    def _part(self, part: int, **more: Any) -> Inside:
        return Inside.model_construct(**self._described(part), **more)

    def _described(self, part: int) -> dict[str, Any]:
        """Return what is known of a part, as cell files have it."""
        row = part_now(self.model, self.state, part)
        name = self.line.products[row["product"]]
        found: dict[str, Any] = {"product": name, "age": self.now - int(row["entry"])}
        if row["priority"] != self.line.product_priority[row["product"]]:
            found["priority"] = int(row["priority"])
        if row["due"] != NONE:
            found["due"] = max(0, int(row["due"]) - self.now)
        return found

    def _node(self, n: int) -> Now:
        return node_now(self.model, self.state, n)

    def _resource(self, r: int) -> Now:
        return resource_now(self.model, self.state, r)

    def _chain(self, part: int, count: int) -> Iterator[int]:
        """Yield a list of parts from its first on."""
        for _ in range(count):
            yield int(part)
            part = self.state.parts[part]["next"]

    def _on_conveyor(self, n: int, name: str) -> Iterator[Inside]:
        row, speed = self.line.nodes[n], self.cell.conveyors[name].speed
        parts = [*self._chain(self._node(n)["head"], self._node(n)["parts"])]
        for part, travelled in zip(parts, self._travelled(n, parts), strict=True):
            position = min(travelled, int(row["transit"])) * speed / NS_PER_S
            yield self._part(part, at=name, positions=[position])

    def _travelled(self, n: int, parts: list[int]) -> Iterator[int]:
        """Yield how far from the entry parts are, ns."""
        row, x = self.line.nodes[n], self._node(n)
        transit, gap = int(row["transit"]), int(row["gap"])
        ran, moved_up = self.now, int(x["last_leave"]) + gap
        if row["stops"]:
            stands = x["stands_since"] != NONE
            ran = int(x["stands_since"] if stands else self.now) - int(x["stood"])
            moved_up = 0
        room = transit - max(0, moved_up - self.now)
        for part in parts:
            left = max(0, int(self.state.traits[part]["until"]) - ran)
            travelled = max(0, min(transit - left, room))
            yield travelled
            room = travelled - gap

    def _at_station(self, n: int, name: str) -> Iterator[Inside]:
        several = bool(self.line.nodes[n]["several"])
        for server in range(1, int(self.line.nodes[n]["capacity"]) + 1):
            x = self._resource(int(self.line.nodes[n]["resource"]) + server - 1)
            how: dict[str, Any] = {"at": name, "server": server}
            if x["phase"] == EMPTY:
                kept = self._chain(x["kept"], x["gathered"])
                yield from (self._part(part, gathered=True, **how) for part in kept)
            elif x["part"] >= 0:
                progress, part = self._progress(x), int(x["part"])
                while part >= 0:
                    yield self._part(part, **progress, **how)
                    part = int(self.state.parts[part]["next"]) if several else NONE

    def _progress(self, x: Now) -> dict[str, Any]:
        """Return how far the operation of a server with a part has got."""
        if x["phase"] == FINISHED:
            return {"finished": True}
        for stage, field in zip(STAGES, _STAGE_OF, strict=True):
            if x[field] >= 0:
                left = int(x[field])
                if x["phase"] == _RUNNING[stage]:
                    left = max(0, int(x["since"]) + left - self.now)
                return {f"{stage}_left": left}
        return {"work_left": 0}

    # ---- servers and units ----

    def tooled_for(self, name: str, station: Station, reached: Container[Spot]) -> str | None:
        """Return what all servers of a station are set up for, if parts of it get there."""
        if station.setup is None:
            return None
        names = machines(name, station)
        rows = self.line.nodes[[self.line.node_names.index(one) for one in names]]
        tooling = {
            self._resource(r)["tooling"]
            for row in rows
            for r in range(row["resource"], row["resource"] + row["capacity"])
        }
        product = tooling.pop() if len(tooling) == 1 else len(self.line.products)
        if product == len(self.line.products):
            return None
        known = self.line.products[product]
        return known if all((one, known) in reached for one in names) else None

    def down(self) -> Iterator[Down]:
        """Yield the servers that are down."""
        for n, name in enumerate(self.line.node_names):
            row = self.line.nodes[n]
            if row["kind"] != NodeKind.STATION:
                continue
            for server in range(1, int(row["capacity"]) + 1):
                r = int(row["resource"]) + server - 1
                x = self._resource(r)
                if x["down"] >= 0:
                    due = int(self.state.due[self.model.res[r]["repair"]])
                    left = int(x["mend"]) if due == NEVER else max(0, due - self.now)
                    mode = int(row["mode_first"]) + int(x["down"])
                    key = "maintenance" if self.line.modes[mode]["planned"] else "failure"
                    why: dict[str, Any] = {key: self.line.mode_names[mode]}
                    yield Down.model_construct(at=name, server=server, left=left, **why)

    def units(self) -> Iterator[UnitNow]:
        """Yield what robots and operators are about, unless they are at home."""
        for group, name in enumerate(self.line.carrier_names):
            who = "robot" if name in self.cell.robots else "operator"
            row = self.line.carriers[group]
            for unit in range(int(row["units"])) if name not in self.cell.tools else ():
                u = int(row["resource"]) + unit
                left = int(self.state.due[self.model.res[u]["end"]])
                doing = self._doing(self._resource(u), max(0, left - self.now))
                if doing:
                    doing |= {who: name, "unit": unit + 1}
                    yield UnitNow.model_construct(**doing)

    def _doing(self, x: Now, left: int) -> dict[str, Any]:
        """Return what a unit does, for so long yet (ns)."""
        if x["state"] in (State.CARRYING, State.PLACING):
            if x["swap"] >= 0:
                raise ValueError(
                    f"a part is on its way to be exchanged at {self.now} ns, which no start can"
                    " say; take one a moment later"
                )
            n = int(self.line.resource_node[x["goal"]])
            known = self._described(int(x["part"]))
            step = "carrying" if x["state"] == State.CARRYING else "placing"
            known["carries"] = known.pop("product")
            return {
                **known,
                "to": self._written(self.line.node_names[n]),
                "step": step,
                "left": left,
            }
        if x["task"] >= 0 and x["errand"] == ANSWER and x["goal"] >= 0 and self._is_busy(x["task"]):
            return self._attending(x, left)
        place = (
            self._going_to(x)
            if x["state"] == State.MOVING
            else int(x["at"]) % len(self.line.places)
        )
        name = self.line.places[place] if place >= 0 else NOWHERE
        if name == NOWHERE:
            return {}
        return {"moves_to": name, "left": left} if x["state"] == State.MOVING else {"at": name}

    def _is_busy(self, server: int) -> bool:
        """Return whether a server is down or has a part: it may change over without one."""
        x = self._resource(server)
        return bool(x["down"] >= 0 or x["part"] >= 0)

    def _attending(self, x: Now, left: int) -> dict[str, Any]:
        """Return the server that a unit is at, or on the way to."""
        n = int(self.line.resource_node[x["task"]])
        server = int(x["task"]) - int(self.line.nodes["resource"][n]) + 1
        there = x["state"] != State.MOVING
        return {
            "attends": self.line.node_names[n],
            "server": server,
            **({} if there else {"left": left}),
        }

    def _going_to(self, x: Now) -> int:
        """Return the place to which a unit is under way without a part."""
        if x["errand"] == AHEAD:
            return int(x["goal"])
        n = int(self.line.resource_node[x["task"]])
        return int(self.line.nodes["place_at" if x["errand"] == ANSWER else "pick_at"][n])

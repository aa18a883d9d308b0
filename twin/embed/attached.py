"""A line in the compiled engine as one component of a user's SimPy environment.

Between two events of the environment the line runs in one go; it stops early only for what somebody
watches.  At one instant the events of the environment come first, then what ends in the line, then
it settles, then those who watch are told (docs/conventions.md).
"""

from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import Event, EventPriority

from twin.embed.clock import LATEST, clock_of
from twin.kernel.arrays import PUT_PARTS, START_STATION, STOP_STATION
from twin.kernel.happenings import NAMES, Happening, index_of, kind_of, resources_of
from twin.kernel.layout import model_of, state_of, with_more_diary
from twin.kernel.log import Log
from twin.kernel.model import NONE, Line
from twin.kernel.outcome import Outcome
from twin.kernel.single import Run
from twin.kernel.state_records import COMMAND
from twin.kernel.states import NodeKind, State

if TYPE_CHECKING:
    from twin.kernel.stops import Stop

_LAST = EventPriority(3)  # behind all that SimPy itself has at an instant


class AttachedLine:
    """A line that runs inside a SimPy environment.

    Parameters
    ----------
    env : simpy.Environment
        Of the user; the line begins now.
    line : Line
    seed, replication : int
        Which luck it has.
    unit : str
        What the environment counts in: `ns`, `us`, `ms`, `s`, `min` or `h`.
    log : bool
        Whether to keep the log.

    Attributes
    ----------
    stop : Stop or None
        Why the line stopped by itself, if it did.
    """

    def __init__(
        self,
        env: simpy.Environment,
        line: Line,
        *,
        seed: int,
        replication: int = 0,
        unit: str = "s",
        log: bool = True,
    ) -> None:
        self._env, self._line = env, line
        self._clock = clock_of(unit, env.now)
        # The pace of a station may be changed: nodes of its own.
        self._model = model_of(line)._replace(nodes=line.nodes.copy())
        luck = {"seed": seed, "replication": replication}
        state = state_of(line, self._model, **luck, end=LATEST, log=log, told=True)
        self._run = Run(line, self._model, state, end=LATEST)
        self.stop: Stop | None = None
        self._commands: list[tuple[int, int, int, int]] = []
        self._watches: list[tuple[int, frozenset[int], simpy.Store]] = []
        self._next: Event | None = None
        self._due = NONE  # instant of the line at which it is due
        self._wake(0)

    @property
    def now(self) -> int:
        """The present of the line, ns."""
        return max(self._clock.line(self._env.now), self._reached)

    @property
    def _reached(self) -> int:
        """Instant up to which the line has run, ns."""
        return int(self._run.state.glob["now"][0])

    # ---- what a user's processes can do ----

    def put(self, source: str, product: str | None = None, count: int = 1) -> None:
        """Let parts arrive at an external source now; without a product they are of its mix.

        Raises
        ------
        KeyError
            If there is no such external source, or no such product.
        ValueError
            If the source does not make that product.
        """
        n = self._node("external source", source, self._line.nodes["external"] == 1)
        p = NONE if product is None else index_of("product", product, self._line.products)
        row = self._line.nodes[n]
        made = self._line.mix["product"][row["mix_first"] : row["mix_first"] + row["mix_count"]]
        if p != NONE and p not in made:
            names = ", ".join(self._line.products[k] for k in made)
            raise ValueError(f"source {source!r} makes {names}; asked for {product!r}")
        if count < 1:
            raise ValueError(f"expected at least 1 part; got {count}")
        self._ask(PUT_PARTS, n, p, count)

    def stop_station(self, name: str) -> None:
        """Stop a station as the end of a shift would; its `at_shift_end` says how."""
        self._ask(STOP_STATION, self._station(name))

    def start_station(self, name: str) -> None:
        """Let a station go on that was stopped."""
        self._ask(START_STATION, self._station(name))

    def set_pace(self, name: str, factor: float) -> None:
        """Multiply the process times of a station by a factor, from the next part it takes on."""
        n = self._station(name)
        self._model.nodes["pace"][n] = factor
        self._run.state.nodes["ahead_of"][n] = NONE  # what was drawn ahead had the old pace

    def watch(self, kind: str, *names: str) -> simpy.Store:
        """Return a store into which happenings come from now on: `h = yield store.get()`.

        Parameters
        ----------
        kind : str
            `entered`, `arrived`, `finished`, `scrapped`, `consumed`, `made` or `changed`.
        names : str
            Nodes or resources where; default: all.

        Raises
        ------
        KeyError
            If there is no such kind, node or resource.
        """
        number, resources = kind_of(kind), resources_of(self._line, names)
        store = simpy.Store(self._env)
        state = self._run.state
        if not self._watches:
            with_room = with_more_diary(state)
            self._run.take_up(with_room)
            with_room.glob["telling"] = 1
            with_room.seen[:] = with_room.res["state"]
        self._run.state.watched[resources] |= 1 << number
        self._watches.append((number, frozenset(resources), store))
        return store

    def state_of(self, resource: str) -> State | None:
        """Return what a server or a carrier unit does; None for other resources."""
        r = index_of("resource", resource, self._line.resources)
        shown = int(self._run.state.res["state"][r])
        return State(shown) if shown >= 0 else None

    def parts_at(self, node: str) -> int:
        """Return how many parts a node holds, those on the way to it included."""
        n = index_of("node", node, self._line.node_names)
        x = self._run.state.nodes[n]
        return int(x["parts"] if self._line.nodes["kind"][n] == NodeKind.SOURCE else x["held"])

    def outcome(self) -> Outcome:
        """Return log, tally and stop of the run so far; what is due now has not happened yet."""
        self._check_time()
        end = self.now if self.stop is None else self.stop.at
        return self._run.so_far(end, self.stop)

    def log(self) -> Log:
        """Return what has happened so far, activities still going on cut now."""
        log = self.outcome().log
        if log is None:
            raise ValueError("no log is kept: attach the line with log=True")
        return log

    # ---- how it runs ----

    def _ask(self, kind: int, node: int, product: int = NONE, count: int = 0) -> None:
        self._check_time()
        if self.stop is not None:
            return  # nothing happens any more
        self._commands.append((kind, node, product, count))
        self._wake(self.now)

    def _check_time(self) -> None:
        if self._reached > self._clock.line(self._env.now):
            raise RuntimeError(
                "the line has run ahead to its next happening: ask it from a process or after"
                " env.run(), not between two calls of env.step()"
            )

    def _node(self, kind: str, name: str, chosen: NDArray[np.bool_]) -> int:
        names = self._line.node_names
        index_of(kind, name, tuple(names[n] for n in np.flatnonzero(chosen)))
        return names.index(name)

    def _station(self, name: str) -> int:
        return self._node("station", name, self._line.nodes["kind"] == NodeKind.STATION)

    def _wake(self, instant: int, moment: float | None = None) -> None:
        """Go on at an instant of the line, behind all events of the environment then."""
        event = Event(self._env)
        event._ok, event._value = True, None  # noqa: SLF001 - as simpy.Timeout does
        event.callbacks = [self._go_on]
        self._next, self._due = event, instant
        delay = (self._clock.env(instant) if moment is None else moment) - self._env.now
        self._env.schedule(event, _LAST, max(0, delay))

    def _go_on(self, event: Event) -> None:
        if event is not self._next:
            return  # overtaken by another
        coming = self._env.peek()
        if coming > self._env.now and self._clock.line(coming) <= self._due:
            self._wake(self._due, coming)  # the same nanosecond, as a float a little later
            return
        self._next = None
        if not self._told and self.stop is None:
            self._obey()
            until = max(self._due, self._clock.line(coming) - 1)
            self.stop = self._run.advance(min(until, LATEST))
        if not self._told:
            if self.stop is None:
                self._sleep()
        elif self._reached > self._due:
            self._wake(self._reached)  # told when the environment has come there
        else:
            self._tell()
            self._wake(self._due)

    @property
    def _told(self) -> bool:
        return bool(self._run.state.glob["told"][0] > 0)

    def _obey(self) -> None:
        """Hand over what was asked at this instant."""
        if not self._commands:
            return
        state = self._run.state
        self._run.take_up(state._replace(commands=np.array(self._commands, COMMAND)))
        glob = state.glob[0]
        glob["commands"], glob["obeyed"] = len(self._commands), 0
        if glob["now"] < self._due:
            glob["now"], glob["ends"] = self._due, 0
        self._commands.clear()

    def _sleep(self) -> None:
        """Go on when something ends in the line, or somebody asks for something."""
        state = self._run.state
        due = int(state.due[state.winners[1]])
        if due <= LATEST:
            self._wake(due)

    def _tell(self) -> None:
        """Give what happened at this instant to those who watch."""
        state = self._run.state
        for record in state.diary[: state.glob["told"][0]]:
            kind, resource = int(record["kind"]), int(record["resource"])
            happening = self._happening(record)
            for watched, resources, store in self._watches:
                if kind == watched and resource in resources:
                    store.put(happening)
        state.glob["told"] = 0

    def _happening(self, record: np.void) -> Happening:
        part, shown = int(record["part"]), int(record["state"])
        return Happening(
            kind=NAMES[int(record["kind"])],
            at=self._clock.env(self._reached),
            where=self._line.resources[record["resource"]],
            part=part if part >= 0 else None,
            product=self._line.products[record["product"]] if part >= 0 else None,
            since=self._clock.env(int(record["since"])),
            state=State(shown) if shown >= 0 else None,
        )

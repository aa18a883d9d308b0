"""A user's own SimPy model around a line: the same whichever engine runs the line."""

from random import Random
from typing import Any

from tests.strategies import NS, Case
from twin.kernel.model import Line
from twin.kernel.states import NodeKind


def external(case: Case) -> Case:
    """Return a case some of whose sources wait for parts of a user."""
    rng = Random(case.seed + case.horizon)
    for k, source in enumerate(case.document["sources"].values()):
        if k == 0 or rng.random() > 0.5:
            for key in ("every", "timetable", "orders", "off_shift"):
                source.pop(key, None)
            for key in ("saturated", "first", "batch", "limit"):
                source.pop(key, None)
            source["external"] = True
    return case


class User:
    """Processes that bring parts, react to what happens, and stop and start stations.

    Parameters
    ----------
    env : simpy.Environment
        In whole nanoseconds.
    line : object
        With `put`, `watch` and so on: either engine.
    described : Line
        What it runs.
    seed : int
        What the processes do.
    """

    def __init__(self, env: Any, line: Any, described: Line, seed: int) -> None:
        self.seen: list[Any] = []
        self._env, self._line = env, line
        nodes = described.nodes
        self._docks = [described.node_names[n] for n in (nodes["external"] == 1).nonzero()[0]]
        stations = (nodes["kind"] == NodeKind.STATION).nonzero()[0]
        self._stations = [described.node_names[n] for n in stations]
        rng = Random(seed)
        env.process(self._vehicle(Random(rng.random())))
        if self._stations:
            env.process(self._foreman(Random(rng.random())))
        for kind in ("finished", "scrapped", "entered", "arrived", "changed"):
            if rng.random() > 0.4:
                env.process(self._clerk(kind, Random(rng.random())))

    def seen_until(self, end: int) -> list[Any]:
        """Return what was seen until an instant: a line that stops leaves its environment alone."""
        return [happening for at, happening in self.seen if at <= end]

    def _vehicle(self, rng: Random) -> Any:
        while True:
            yield self._env.timeout(rng.choice([0, 1, 2, 3, 5, 7]) * NS + rng.choice([0, 0, 1]))
            self._line.put(rng.choice(self._docks), count=rng.choice([1, 1, 2, 3]))
            yield self._env.timeout(rng.randint(1, 9) * NS)

    def _foreman(self, rng: Random) -> Any:
        while True:
            yield self._env.timeout(rng.randint(0, 20) * NS)
            name = rng.choice(self._stations)
            what = rng.choice(["stop", "pace"])
            if what == "pace":
                self._line.set_pace(name, rng.choice([0.5, 1.0, 2.0]))
                yield self._env.timeout(NS)
                continue
            self._line.stop_station(name)
            yield self._env.timeout(rng.randint(0, 8) * NS)
            self._line.start_station(name)

    def _clerk(self, kind: str, rng: Random) -> Any:
        yield self._env.timeout(rng.choice([0, 0, 5, 11]) * NS)
        store = self._line.watch(kind)
        while True:
            happening = yield store.get()
            self.seen.append((self._env.now, happening))
            if kind == "finished" and rng.random() > 0.5:
                self._line.put(rng.choice(self._docks))
            if rng.random() > 0.8:
                yield self._env.timeout(rng.choice([0, 1]) * NS)

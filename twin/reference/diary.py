"""What users' processes are told of a line."""

from collections.abc import Callable
from dataclasses import dataclass, field

import simpy

from twin.kernel.happenings import ARRIVED, CHANGED, NAMES, Happening
from twin.kernel.model import Line
from twin.kernel.states import NodeKind, State
from twin.reference.environment import LineEnvironment
from twin.reference.parts import Part
from twin.reference.recorder import Track

Shown = dict[int, State | None]


@dataclass(slots=True)
class Diary:
    """Collects happenings of an instant and hands them out when the line has settled."""

    line: Line
    env: LineEnvironment
    _watches: list[tuple[int, frozenset[int], simpy.Store]] = field(default_factory=list)
    _told: list[tuple[int, int, Happening]] = field(default_factory=list)
    _seen: Shown = field(default_factory=dict)

    def watch(self, kind: int, resources: list[int], shown: Callable[[], Shown]) -> simpy.Store:
        """Return a store into which happenings of a kind come from now on."""
        if not self._watches:
            self._seen = shown()
        store = simpy.Store(self.env)
        self._watches.append((kind, frozenset(resources), store))
        return store

    def fact(self, t0: int, state: State, resource: int, part: Part) -> None:
        """Note a fact about a part."""
        self._note(int(state), resource, part, t0)

    def arrival(self, resource: int, part: Part) -> None:
        """Note that a part came to a node; at a sink it leaves, which is another fact."""
        if self.line.nodes["kind"][self.line.resource_node[resource]] == NodeKind.SINK:
            return
        self._note(ARRIVED, resource, part, self.env.now)

    def hand_out(self, tracks: dict[int, Track]) -> None:
        """Note who shows another state than before, and give all to those who watch."""
        if not self._watches:
            return
        for resource in sorted(tracks):
            track = tracks[resource]
            if self._seen.get(resource) is not track.state:
                self._seen[resource] = track.state
                self._note(CHANGED, resource, track.part, self.env.now, track.state)
        told, self._told = self._told, []
        for kind, resource, happening in told:
            for watched, resources, store in self._watches:
                if kind == watched and resource in resources:
                    store.put(happening)

    def _note(
        self, kind: int, resource: int, part: Part | None, t0: int, state: State | None = None
    ) -> None:
        if not self._watches:
            return
        happening = Happening(
            kind=NAMES[kind],
            at=self.env.now,
            where=self.line.resources[resource],
            part=part.number if part else None,
            product=self.line.products[part.product] if part else None,
            since=t0,
            state=state,
        )
        self._told.append((kind, resource, happening))

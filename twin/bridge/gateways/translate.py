"""Samples of a machine become the activities of a line."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cells.errors import hint
from twin.bridge.gateways.mapping import Map, MapError, Signal
from twin.bridge.gateways.source import Sample
from twin.kernel.log import ACTIVITY, PART_SHIFT
from twin.kernel.model import NONE, Line
from twin.kernel.states import Ending, NodeKind, State

Row = tuple[int, int, int, int, int, int, int]


@dataclass(slots=True)
class _Machine:
    """What is known of one resource."""

    resource: int
    node: int
    product: int
    state: State | None = None
    since: int = 0  # ns
    parts: int = 0
    count: float | None = None


class Translator:
    """Makes activities of samples, in order of time, and never one twice.

    Parameters
    ----------
    mapping : Map
    line : Line
        Of the cell that the twin runs.

    Attributes
    ----------
    time : int
        How far it has come, ns since the first sample.
    unknown : dict
        Values that are in no mapping, by signal, with how often they came.
    backwards : int
        Samples dated before one that came earlier: a clock that was set back.

    Raises
    ------
    MapError
        If a signal names a station or product that the cell does not have; all at once.
    """

    def __init__(self, mapping: Map, line: Line) -> None:
        faults = [fault for signal in mapping.signals for fault in _faults(signal, line)]
        if faults:
            raise MapError("\n".join(faults))
        self.time = 0
        self.unknown: dict[tuple[str, str], int] = {}
        self.backwards = 0
        self._origin: int | None = None
        self._machines = {s.station: _machine(s, line) for s in mapping.signals}
        self._counted = {s.station for s in mapping.signals if s.meaning == "count"}

    def take(self, samples: Iterable[Sample]) -> NDArray[np.void]:
        """Return the activities that samples end, shape (n,) ACTIVITY."""
        rows = [row for sample in sorted(samples, key=lambda s: s.at) for row in self._rows(sample)]
        return np.array(rows, ACTIVITY)

    def states(self) -> dict[str, State]:
        """Return what each station does now, as far as it is known."""
        return {name: m.state for name, m in self._machines.items() if m.state is not None}

    def _rows(self, sample: Sample) -> list[Row]:
        self._origin = sample.at if self._origin is None else self._origin
        at = sample.at - self._origin
        if at < self.time:
            self.backwards += 1
        self.time = at = max(self.time, at)
        machine, meaning = self._machines[sample.signal.station], sample.signal.meaning
        if sample.value is None:
            return self._change(machine, None, at, Ending.INTERRUPTED)
        if meaning == "state":
            return self._state(machine, sample, at)
        return self._counts(machine, meaning, sample, at)

    def _state(self, machine: _Machine, sample: Sample, at: int) -> list[Row]:
        state = sample.signal.state(sample.value)
        if state is None:
            key = (sample.signal.name, str(sample.value)[:40])
            self.unknown[key] = self.unknown.get(key, 0) + 1
            return []
        broken = state in (State.UNDER_REPAIR, State.OFF_SHIFT)
        # With a counter of its own a station's operations end by it, not by its states.
        ended = Ending.INTERRUPTED if broken else Ending.DONE
        return self._change(machine, state, at, ended)

    def _counts(self, machine: _Machine, meaning: str, sample: Sample, at: int) -> list[Row]:
        try:
            value = float(sample.value)
        except (TypeError, ValueError):
            value = np.nan
        before, machine.count = machine.count, value if np.isfinite(value) else machine.count
        if before is None or not value > before:
            return []  # the first look, or a counter that was reset
        rows: list[Row] = []
        for _ in range(min(int(value - before), 10_000)):
            if meaning == "finished":
                rows.append(_fact(machine, at))
                machine.parts += 1
            else:
                rows += self._operation(machine, at)
        return rows

    def _operation(self, machine: _Machine, at: int) -> list[Row]:
        if machine.state in (None, State.WORKING):
            begun = machine.state is not None
            machine.state = State.WORKING
            row = _row(machine, at, Ending.DONE) if begun else None
            machine.since = at
            machine.parts += 1
            return [row] if row else []
        return []

    def _change(self, machine: _Machine, state: State | None, at: int, ended: Ending) -> list[Row]:
        if state is machine.state:
            return []
        rows = [] if machine.state is None else [_row(machine, at, ended)]
        if machine.state is State.WORKING and ended is Ending.DONE:
            machine.parts += 1
        machine.state, machine.since = state, at
        return rows


def _row(machine: _Machine, at: int, ended: Ending) -> Row:
    assert machine.state is not None
    works = machine.state in (State.WORKING, State.BLOCKED)
    part = (machine.node << PART_SHIFT) + machine.parts if works else NONE
    product = machine.product if works else NONE
    return (machine.since, at, machine.resource, int(machine.state), part, product, int(ended))


def _fact(machine: _Machine, at: int) -> Row:
    part = (machine.node << PART_SHIFT) + machine.parts
    where = machine.resource
    return (at, at, where, int(State.FINISHED), part, machine.product, where)


def _machine(signal: Signal, line: Line) -> _Machine:
    node = line.node_names.index(signal.station)
    product = line.products.index(signal.product) if signal.product else 0
    return _Machine(resource=int(line.nodes["resource"][node]), node=node, product=product)


def _faults(signal: Signal, line: Line) -> list[str]:
    wanted = NodeKind.SINK if signal.meaning == "finished" else NodeKind.STATION
    kinds = line.nodes["kind"].tolist()
    known = [n for n, kind in zip(line.node_names, kinds, strict=True) if kind == wanted]
    faults, where = [], f"signals.{signal.name}"
    if signal.station not in known:
        what = wanted.name.lower()
        faults.append(f"{where}: no {what} {signal.station!r}.{hint(signal.station, known)}")
    if signal.product and signal.product not in line.products:
        faults.append(
            f"{where}: no product {signal.product!r}.{hint(signal.product, line.products)}"
        )
    return faults

"""Robots, operators, tools, buffers and conveyors."""

import numpy as np

from twin.kernel.model import NONE
from twin.kernel.states import CarrierKind, NodeKind, State
from twin.results.energy import energy_of_carrier
from twin.results.estimates import Floats, estimate, ratio, share
from twin.results.model import BufferResult, CarrierResult
from twin.results.observed import Observed, on_shift
from twin.results.stations import state_shares

STEPS = (State.MOVING, State.PICKING, State.CARRYING, State.PLACING)
CALLS = (State.ATTENDING, State.REPAIRING)
CARRIER_STATES = (State.IDLE, *STEPS, *CALLS)
_HOUR = 3600.0


def carrier_results(seen: Observed) -> tuple[CarrierResult, ...]:
    """Return one result a group of robots, operators or tools, in order of declaration.

    Parameters
    ----------
    seen : Observed
    """
    return tuple(_carrier(seen, group) for group in range(len(seen.line.carriers)))


def deliveries(count: Floats) -> Floats:
    """Return how many parts were delivered, by replication.

    Each delivery is one record of every step, but for steps that take no time.  Who answers calls
    moves to those as well: there the moves do not tell.

    Parameters
    ----------
    count : ndarray, shape (n, S)
        Records by state.
    """
    handled = count[:, STEPS[1:]].max(axis=1)
    called = count[:, CALLS].sum(axis=1) > 0
    delivered: Floats = np.where(called, handled, np.maximum(handled, count[:, State.MOVING]))
    return delivered


def _carrier(seen: Observed, group: int) -> CarrierResult:
    of = seen.resources(carrier=group)
    time, count = seen.time(of), seen.count(of)
    units = int(of.sum())
    delivered = deliveries(count)
    return CarrierResult(
        name=seen.line.carrier_names[group],
        kind=CarrierKind(int(seen.line.carriers[group]["kind"])).name.lower(),
        units=units,
        states=state_shares(time, CARRIER_STATES),
        off_shift=share(time[:, State.OFF_SHIFT] / (units * seen.seconds)),
        moves_per_hour=ratio(delivered, on_shift(time), "parts/h", scale=_HOUR * units),
        cycle_time=ratio(time[:, STEPS].sum(axis=1), delivered, "s"),
        energy=energy_of_carrier(seen, group),
    )


def buffer_results(seen: Observed) -> tuple[BufferResult, ...]:
    """Return one result a buffer or conveyor, in order of declaration.

    Parameters
    ----------
    seen : Observed
    """
    stores = [(node, State.WAITING) for node in seen.nodes(NodeKind.BUFFER)]
    stores += [(node, State.CONVEYED) for node in seen.nodes(NodeKind.CONVEYOR)]
    return tuple(_buffer(seen, node, state) for node, state in stores)


def _buffer(seen: Observed, node: int, state: State) -> BufferResult:
    of = seen.resources(node=node)
    stay = seen.time(of)[:, state]
    capacity = int(seen.line.nodes[node]["capacity"])
    return BufferResult(
        name=seen.line.node_names[node],
        kind=NodeKind(int(seen.line.nodes[node]["kind"])).name.lower(),
        mean_content=estimate(stay / seen.seconds, "parts", bounds=(0.0, np.inf)),
        mean_stay=ratio(stay, seen.count(of)[:, state], "s"),
        capacity=None if capacity == NONE else capacity,
    )

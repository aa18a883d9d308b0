"""Electricity: time by state times the power the cell file gives."""

import re
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from cells.power import PowerUse
from cells.schema import Cell
from twin.kernel.states import NodeKind, State
from twin.results.estimates import Floats, estimate, ratio
from twin.results.model import EnergyResult, Estimate
from twin.results.observed import Observed

_J_PER_KWH = 3.6e6
_FIGURE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([^\s/]+)\s*/\s*kWh")

# Which power of the cell file a state draws.
DRAW: Mapping[State, str] = {
    State.WORKING: "working",
    State.SETTING_UP: "setup",
    State.LOADING: "idle",
    State.UNLOADING: "idle",
    State.STARVED: "idle",
    State.BLOCKED: "idle",
    State.WAITING_OPERATOR: "idle",
    State.WAITING_ROBOT: "idle",
    State.FAILED: "down",
    State.UNDER_REPAIR: "down",
    State.MAINTENANCE: "down",
    State.OFF_SHIFT: "off",
    State.ASLEEP: "standby",
    State.IDLE: "idle",
    State.MOVING: "working",
    State.PICKING: "working",
    State.CARRYING: "working",
    State.PLACING: "working",
    State.ATTENDING: "working",
    State.REPAIRING: "working",
}
DRAWS = ("working", "setup", "idle", "standby", "down", "off")


def watts(power: PowerUse, draw: str) -> float:
    """Return the power of one server or unit, W; what is not given is drawn as when idle.

    Parameters
    ----------
    power : PowerUse
    draw : str
        One of `DRAWS`.
    """
    if draw == "standby":
        return power.idle if power.standby is None else power.standby.power
    given: float | None = getattr(power, draw)
    return power.idle if given is None else given


def _by_draw(seen: Observed, of: NDArray[np.bool_], power: PowerUse) -> Floats:
    """Return kWh by replication and draw, shape (n, 6)."""
    time = seen.time(of)
    total = np.zeros((seen.n, len(DRAWS)))
    for state, draw in DRAW.items():
        total[:, DRAWS.index(draw)] += time[:, state] * watts(power, draw) / _J_PER_KWH
    return total


def _power_of_node(cell: Cell, name: str) -> PowerUse | None:
    station = cell.stations.get(name)
    return None if station is None else station.power


def _power_of_carrier(cell: Cell, name: str) -> PowerUse | None:
    robot = cell.robots.get(name)
    return None if robot is None else robot.power


def _consumers(seen: Observed) -> dict[str, tuple[NDArray[np.bool_], PowerUse | None]]:
    line, cell = seen.line, seen.cell
    found = {}
    for node in seen.nodes(NodeKind.STATION):
        name = line.node_names[node]
        found[name] = (seen.resources(node=node), _power_of_node(cell, name))
    for group, name in enumerate(line.carrier_names):
        if name in cell.robots:  # people draw no electricity
            found[name] = (seen.resources(carrier=group), _power_of_carrier(cell, name))
    return found


def _energy(seen: Observed, of: NDArray[np.bool_], power: PowerUse | None) -> Estimate | None:
    return None if power is None else estimate(_by_draw(seen, of, power).sum(axis=1), "kWh")


def energy_of_node(seen: Observed, node: int) -> Estimate | None:
    """Return the electricity of a station in the window, kWh; None without a power."""
    power = _power_of_node(seen.cell, seen.line.node_names[node])
    return _energy(seen, seen.resources(node=node), power)


def energy_of_carrier(seen: Observed, group: int) -> Estimate | None:
    """Return the electricity of a group of robots in the window, kWh; None without a power."""
    power = _power_of_carrier(seen.cell, seen.line.carrier_names[group])
    return _energy(seen, seen.resources(carrier=group), power)


def _total_by_draw(seen: Observed) -> Floats | None:
    powers = _consumers(seen).values()
    known = [_by_draw(seen, of, power) for of, power in powers if power is not None]
    return np.sum(known, axis=0, dtype=np.float64) if known else None


def energy_by_replication(seen: Observed) -> Floats | None:
    """Return the electricity of the line, kWh, shape (n,); None where no power is given."""
    by_draw = _total_by_draw(seen)
    return None if by_draw is None else np.asarray(by_draw.sum(axis=1), dtype=np.float64)


def energy_result(seen: Observed) -> EnergyResult | None:
    """Return the electricity of the line, its cost and carbon; None where no power is given.

    Parameters
    ----------
    seen : Observed
    """
    consumers = _consumers(seen)
    by_draw = _total_by_draw(seen)
    if by_draw is None:
        return None
    total, good = by_draw.sum(axis=1), seen.tally.finished.sum(axis=1)
    figures = seen.cell.energy
    return EnergyResult(
        total=estimate(total, "kWh"),
        per_good_part=ratio(total, good, "kWh/part"),
        cost_per_good_part=_priced(total, good, figures.price if figures else None),
        carbon_per_good_part=_priced(total, good, figures.carbon if figures else None),
        source=figures.source if figures else None,
        by_state=dict(zip(DRAWS, by_draw.mean(axis=0).tolist(), strict=True)),
        missing=tuple(name for name, (_, power) in consumers.items() if power is None),
    )


def energy_notes(seen: Observed) -> Iterator[str]:
    """Yield what is missing for a full account of energy, cost and carbon."""
    consumers = _consumers(seen)
    missing = [name for name, (_, power) in consumers.items() if power is None]
    if missing and len(missing) < len(consumers):
        yield f"Energy leaves out {', '.join(missing)}: no power given."
    for key in ("price", "carbon"):
        figure = getattr(seen.cell.energy, key, None)
        if figure is not None and read_figure(figure) is None:
            yield f"energy.{key}: {figure!r} is not read; write it as `0.245 GBP/kWh`."


def read_figure(figure: str | None) -> tuple[float, str] | None:
    """Return value and unit of `0.245 GBP/kWh` per kWh; None where it is not written so."""
    match = _FIGURE.fullmatch(figure.strip()) if figure else None
    return (float(match[1]), match[2]) if match else None


def _priced(total: Floats, good: NDArray[np.int64], figure: str | None) -> Estimate | None:
    read = read_figure(figure)
    return None if read is None else ratio(total, good, f"{read[1]}/part", scale=read[0])

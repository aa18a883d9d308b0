"""What an emulated controller runs, seen as PackML tags: the unit and the plant behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.bridge.iec import Ton
from twin.bridge.packml import ACTING, STATION_STATES, Command, Mode, PackState, Unit
from twin.bridge.plant import Plant
from twin.bridge.session import Status
from twin.bridge.tags import Admin, StateTimes, Tags
from twin.kernel.states import State

_COMMAND = "Command."
_EXECUTE = PackState.EXECUTE  # looked up once: it is asked for in every turn
_MODES = {mode.value for mode in Mode}
_COMMANDS = {command.value for command in Command}
# What an operator would press next, to bring the unit to production.
_NEXT_BUTTON = {PackState.STOPPED: Command.RESET, PackState.IDLE: Command.START}


def writable(stations: list[str]) -> list[str]:
    """Return the tags that a machine with these stations lets be written."""
    unit = ["Command.CntrlCmd", "Command.UnitMode", "Command.MachSpeed"]
    return unit + [f"{station}.Command.MachSpeed" for station in stations]


@dataclass(slots=True)
class Machine:
    """The unit and its plant, stepped in scans.

    Production time passes in Execute only; held, suspended or stopped, the plant stands still.

    Parameters
    ----------
    plant : Plant
    scan : int
        ns.
    dwell : int
        Shortest stay in an acting state, ns.
    """

    plant: Plant
    scan: int
    dwell: int = 0
    unit: Unit = field(default_factory=Unit)
    speeds: dict[str, float] = field(default_factory=dict)  # of stations, 1: as described
    overruns: int = 0  # scans that took too long
    admin: Admin = field(init=False)
    times: StateTimes = field(default_factory=StateTimes)
    _written: Tags = field(default_factory=dict)  # command tags, as last written
    _time: int = 0  # ns of scans passed in other states than Execute
    _timer: Ton = field(default_factory=lambda: Ton(0))
    _automatic: bool = True  # brings itself to production, until somebody takes over

    def __post_init__(self) -> None:
        self._timer.preset = self.dwell
        self.admin = Admin(self.plant.line)

    @property
    def produces(self) -> bool:
        """Whether nothing keeps the plant from running on."""
        unit = self.unit
        return unit.state is _EXECUTE and not unit.latched

    def step(self) -> bool:
        """Pass a scan outside production; return whether the state changed."""
        button = _NEXT_BUTTON.get(self.unit.state)
        if self._automatic and button is not None:
            self.unit.command(button)
        self._time += self.scan
        self.times.pass_time(self.unit.state, self.scan)
        acting = self.unit.state in ACTING
        finished = self._timer(acting, self._time) and acting
        changed = self.unit.scan(finished=finished)
        if changed:
            self._timer(False, self._time)
        return changed

    def produced(self, rows: NDArray[np.void], duration: int) -> None:
        """Count what was noticed, shape (n,) ACTIVITY, in `duration` ns of production."""
        self.times.pass_time(self.unit.state, duration)
        if len(rows):
            self.admin.count(rows)

    def forget(self) -> None:
        """Lose all counts and times, as a controller does whose memory is not retained."""
        self.admin, self.times = Admin(self.plant.line), StateTimes()

    def finish(self, *, stopping: bool) -> None:
        """Bring the unit to rest: completed, or stopped."""
        if stopping:
            self.unit.command(Command.STOP)
        while self.unit.scan():
            pass

    def write(self, tag: str, value: float) -> dict[str, Any]:
        """Write a command tag; return what became of it."""
        self._written[tag] = value
        unit = {"Command.CntrlCmd": self._command, "Command.UnitMode": self._mode}
        if tag in unit:
            self._automatic = False
            return unit[tag](value)
        station, _, rest = f".{tag}".rpartition("." + _COMMAND)
        named = [station[1:]] if station else self.plant.stations
        if rest != "MachSpeed" or not set(named) <= set(self.plant.stations):
            return rejected(f"no tag {tag!r} here")
        return self._speed(named, value)

    def outcome(self) -> dict[str, Any] | None:
        """Return what became of a command that was accepted; None: it is still under way."""
        if self.unit.latched or self.unit.state in ACTING:
            return None
        return {"status": Status.DONE, "state": int(self.unit.state)}

    def status(self) -> dict[str, Any]:
        """Return the present state, as the wire protocol describes it."""
        states, stop = self.plant.states(), self.plant.stop
        return {
            "unit": int(self.unit.state),
            "mode": int(self.unit.mode),
            "scans": self.unit.scans,
            "overruns": self.overruns,
            "stations": {name: int(STATION_STATES[state]) for name, state in states.items()},
            "states": {name: int(state) for name, state in states.items()},
            "speeds": dict(self.speeds),
            "inside": self.admin.inside,
            "tags": self._tags(states),
            "stop": "" if stop is None else stop.kind,
        }

    def _tags(self, states: Mapping[str, State]) -> Tags:
        """Return Status, Command and Admin tags, by name."""
        tags: Tags = {
            "Status.StateCurrent": int(self.unit.state),
            "Status.UnitModeCurrent": int(self.unit.mode),
        }
        for name in self.plant.shown:
            state = states.get(name)
            shown = PackState.STOPPED if state is None else STATION_STATES[state]
            tags[f"{name}.Status.StateCurrent"] = int(shown)
            tags[f"{name}.Status.EquipmentInterlock.Starved"] = int(state is State.STARVED)
            tags[f"{name}.Status.EquipmentInterlock.Blocked"] = int(state is State.BLOCKED)
        for name in self.plant.stations:
            tags[f"{name}.Status.MachSpeed"] = self.speeds.get(name, 1.0)
        return tags | self.admin.tags() | self.times.tags() | self._written

    def _command(self, value: float) -> dict[str, Any]:
        if value not in _COMMANDS:
            return rejected(f"no PackML command {value:g}; commands are 1 to {max(_COMMANDS)}")
        command = Command(int(value))
        if not self.unit.command(command):
            state = self.unit.state.name.capitalize()
            return rejected(f"{command.name.capitalize()} leads nowhere from {state}")
        return {"status": Status.ACCEPTED}

    def _mode(self, value: float) -> dict[str, Any]:
        if value not in _MODES:
            return rejected(f"no unit mode {value:g}; modes are 1 to {max(_MODES)}")
        if not self.unit.change_mode(Mode(int(value))):
            return rejected(f"the mode does not change in {self.unit.state.name.capitalize()}")
        return {"status": Status.DONE, "mode": int(value)}

    def _speed(self, stations: list[str], value: float) -> dict[str, Any]:
        if not 0.01 <= value <= 100:
            return rejected(f"a speed of {value:g}; 0.01 to 100 is possible")
        for station in stations:
            self.plant.set_speed(station, value)
            self.speeds[station] = value
        return {"status": Status.DONE, "speed": value}


def rejected(reason: str) -> dict[str, Any]:
    """Return the result of a command that had no effect."""
    return {"status": Status.REJECTED, "reason": reason}

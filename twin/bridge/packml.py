"""The PackML state machine of ISA-TR88.00.02 as tables, with the numbers of its PackTags."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from twin.kernel.states import State


class PackState(IntEnum):
    """The 17 states; `Status.StateCurrent`."""

    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17


class Command(IntEnum):
    """What can be asked of a unit; `Command.CntrlCmd`."""

    RESET = 1
    START = 2
    STOP = 3
    HOLD = 4
    UNHOLD = 5
    SUSPEND = 6
    UNSUSPEND = 7
    ABORT = 8
    CLEAR = 9
    COMPLETE = 10


class Mode(IntEnum):
    """How a unit is run; `Status.UnitModeCurrent`."""

    PRODUCTION = 1
    MAINTENANCE = 2
    MANUAL = 3


# Acting states end by themselves ("state complete"); a unit stays in each at least one scan.
COMPLETES: Final = {
    PackState.CLEARING: PackState.STOPPED,
    PackState.STARTING: PackState.EXECUTE,
    PackState.EXECUTE: PackState.COMPLETING,
    PackState.STOPPING: PackState.STOPPED,
    PackState.ABORTING: PackState.ABORTED,
    PackState.HOLDING: PackState.HELD,
    PackState.UNHOLDING: PackState.EXECUTE,
    PackState.SUSPENDING: PackState.SUSPENDED,
    PackState.UNSUSPENDING: PackState.EXECUTE,
    PackState.RESETTING: PackState.IDLE,
    PackState.COMPLETING: PackState.COMPLETE,
}

# Execute waits for an end of its own: the order is complete.
ACTING: Final = frozenset(COMPLETES) - {PackState.EXECUTE}

# States in which the mode of a unit may change.
MODE_CHANGES: Final = frozenset({PackState.STOPPED, PackState.IDLE, PackState.ABORTED})

_STOPPED_OR_ABORTED = {PackState.STOPPING, PackState.STOPPED, PackState.ABORTING}
_STOPPED_OR_ABORTED |= {PackState.ABORTED, PackState.CLEARING}

# Where each command leads, by the state in which it is accepted.
COMMANDS: Final = {
    Command.RESET: dict.fromkeys((PackState.STOPPED, PackState.COMPLETE), PackState.RESETTING),
    Command.START: {PackState.IDLE: PackState.STARTING},
    Command.HOLD: {PackState.EXECUTE: PackState.HOLDING},
    Command.UNHOLD: {PackState.HELD: PackState.UNHOLDING},
    Command.SUSPEND: {PackState.EXECUTE: PackState.SUSPENDING},
    Command.UNSUSPEND: {PackState.SUSPENDED: PackState.UNSUSPENDING},
    Command.COMPLETE: {PackState.EXECUTE: PackState.COMPLETING},
    Command.CLEAR: {PackState.ABORTED: PackState.CLEARING},
    Command.STOP: dict.fromkeys(set(PackState) - _STOPPED_OR_ABORTED, PackState.STOPPING),
    Command.ABORT: dict.fromkeys(
        set(PackState) - {PackState.ABORTING, PackState.ABORTED}, PackState.ABORTING
    ),
}

# What a station of the line shows.  Held: the cause is inside the station; suspended: outside.
STATION_STATES: Final = {
    State.WORKING: PackState.EXECUTE,
    State.SETTING_UP: PackState.STARTING,
    State.LOADING: PackState.STARTING,
    State.UNLOADING: PackState.COMPLETING,
    State.STARVED: PackState.SUSPENDED,
    State.BLOCKED: PackState.SUSPENDED,
    State.WAITING_OPERATOR: PackState.SUSPENDED,
    State.WAITING_ROBOT: PackState.SUSPENDED,
    State.FAILED: PackState.HELD,
    State.UNDER_REPAIR: PackState.HELD,
    State.MAINTENANCE: PackState.HELD,
    State.OFF_SHIFT: PackState.STOPPED,
    State.ASLEEP: PackState.IDLE,
    # A robot or an operator between two tasks is ready; at work it executes.
    State.IDLE: PackState.IDLE,
    State.MOVING: PackState.EXECUTE,
    State.PICKING: PackState.EXECUTE,
    State.CARRYING: PackState.EXECUTE,
    State.PLACING: PackState.EXECUTE,
    State.ATTENDING: PackState.EXECUTE,
    State.REPAIRING: PackState.EXECUTE,
}


@dataclass(slots=True)
class Unit:
    """A unit machine that is stepped once a scan.

    Commands are latched at the start of a scan and take effect then; the last one wins, but
    nothing displaces an abort.
    """

    state: PackState = PackState.STOPPED
    mode: Mode = Mode.PRODUCTION
    scans: int = 0  # scans spent in the present state
    latched: Command | None = None  # waits for the next scan

    def accepts(self, command: Command) -> bool:
        """Return whether a command leads anywhere from the present state."""
        return self.state in COMMANDS[command]

    def command(self, command: Command) -> bool:
        """Latch a command for the next scan; return whether it is accepted now."""
        accepted = self.accepts(command)
        if accepted and self.latched is not Command.ABORT:
            self.latched = command
        return accepted

    def change_mode(self, mode: Mode) -> bool:
        """Change the mode, where the present state allows it; return whether it does."""
        allowed = self.state in MODE_CHANGES
        if allowed:
            self.mode = mode
        return allowed

    def scan(self, *, finished: bool = True) -> bool:
        """Pass one scan; return whether the state changed.

        Parameters
        ----------
        finished : bool
            Whether what the present acting state does is done.
        """
        self.scans += 1
        latched, self.latched = self.latched, None
        new = COMMANDS[latched].get(self.state) if latched else None
        if new is None and finished:
            new = COMPLETES.get(self.state)
        if new is None:
            return False
        self.state, self.scans = new, 0
        return True

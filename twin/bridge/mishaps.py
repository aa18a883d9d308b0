"""What befalls an emulated controller itself: overruns, silence, crashes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from twin.bridge.faults import Fault

OF_THE_PROGRAM = ("overrun", "freeze", "crash")
DOWN = 300_000_000  # ns that a crashed controller needs to come back


@dataclass(slots=True)
class Mishaps:
    """Tells what is due; each happens once, when production has come to its onset."""

    faults: Sequence[Fault] = ()
    _waiting: list[Fault] = field(default_factory=list)
    silent_until: int = 0  # ns of the clock; until then nothing is heard and nothing said

    def __post_init__(self) -> None:
        mine = [fault for fault in self.faults if fault.kind in OF_THE_PROGRAM]
        self._waiting = sorted(mine, key=lambda fault: fault.onset)

    def due(self, time: int) -> list[Fault]:
        """Return what happens now that production has come to `time` ns."""
        if not self._waiting or self._waiting[0].onset > time:
            return []
        found = [fault for fault in self._waiting if fault.onset <= time]
        self._waiting = self._waiting[len(found) :]
        return found

    def freeze(self, now: int, duration: int) -> None:
        """Be silent for `duration` ns of the clock."""
        self.silent_until = max(self.silent_until, now + duration)

"""Parts that do not wait for ever."""

from collections.abc import Callable, Iterable

import numpy as np
from simpy.events import Event

from twin.kernel.model import NONE
from twin.kernel.states import Ending, State
from twin.reference.draws import Variates
from twin.reference.environment import End, Family
from twin.reference.floor import Floor
from twin.reference.parts import Part


class Patience:
    """How long parts wait at a node before they leave the line.

    Parameters
    ----------
    floor : Floor
    row : record of NODE
        A buffer or a source.
    waiting : callable
        Returns the parts that wait there, as they stand.
    leave : callable
        Takes a part out of the node.
    """

    def __init__(
        self,
        floor: Floor,
        row: np.void,
        waiting: Callable[[], Iterable[Part]],
        leave: Callable[[Part], None],
    ) -> None:
        self._floor = floor
        self._resource = int(row["resource"])
        self._longest = int(row["patience"])
        name = floor.line.resources[self._resource]
        self._luck = Variates(floor.draws, row["patience_stream"], name)
        self._waiting = waiting
        self._leave = leave
        self._until: dict[Part, int] = {}
        self._alarm: End | None = None

    def begins(self, part: Part) -> None:
        """Let a part begin to wait."""
        if self._longest != NONE:
            part.patience = self
            self._until[part] = self._floor.env.now + self._luck.duration(self._longest)
            self._set_alarm()

    def ends(self, part: Part) -> None:
        """Let a part be served for certain."""
        part.patience = None
        del self._until[part]
        self._set_alarm()

    def _set_alarm(self) -> None:
        due = min(self._until.values(), default=None)
        if self._alarm is not None:
            if self._alarm.due == due:
                return
            self._alarm.abandon()
            self._alarm = None
        if due is not None:
            self._alarm = End(self._floor.env, Family.PATIENCE, self._resource, due)
            self._alarm.callbacks.append(self._ring)

    def _ring(self, _: Event) -> None:
        floor = self._floor
        self._alarm = None
        over = [part for part in self._waiting() if self._until.get(part) == floor.env.now]
        part = over[0]
        self.ends(part)
        self._leave(part)
        part.keep_cards()
        floor.recorder.fact(part.entered, State.SCRAPPED, self._resource, part, Ending.EXPIRED)
        floor.inside -= 1

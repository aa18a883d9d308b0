"""What a server does for one part, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from twin.kernel.model import NONE
from twin.kernel.states import Progress, State
from twin.kernel.states import Stage as Staffed
from twin.reference.draws import Variates
from twin.reference.floor import Floor


class Step(Enum):
    """Kinds of stages, in the order in which a server goes through them."""

    WAKE_UP = 0
    SETUP = 1
    LOAD = 2
    WORK = 3
    UNLOAD = 4


SHOWN = {
    Step.WAKE_UP: State.SETTING_UP,
    Step.SETUP: State.SETTING_UP,
    Step.LOAD: State.LOADING,
    Step.WORK: State.WORKING,
    Step.UNLOAD: State.UNLOADING,
}


STAFFED = {
    Step.SETUP: Staffed.SETUP,
    Step.LOAD: Staffed.LOAD,
    Step.WORK: Staffed.PROCESS,
    Step.UNLOAD: Staffed.UNLOAD,
}


PROGRESS = {
    Progress.SETUP: Step.SETUP,
    Progress.LOAD: Step.LOAD,
    Progress.PROCESS: Step.WORK,
    Progress.UNLOAD: Step.UNLOAD,
}


@dataclass(slots=True)
class Stage:
    """One stage and what is left of it."""

    step: Step
    whole: int  # ns
    left: int  # ns

    @classmethod
    def new(cls, step: Step, lasts: int) -> "Stage":
        """Return a stage that has not begun."""
        return cls(step, lasts, lasts)

    @property
    def shows(self) -> State:
        """What a server in this stage is seen to do."""
        return SHOWN[self.step]


def staffed(todo: Sequence[Stage]) -> Staffed | None:
    """Return the stage to come, as far as somebody may have to be there; None: nobody has."""
    return STAFFED.get(todo[0].step) if todo else None


class Recipe:
    """How long the stages of the operations of a station take.

    Parameters
    ----------
    floor : Floor
    node : int
        Index of the station.
    """

    def __init__(self, floor: Floor, node: int) -> None:
        line = floor.line
        row, name = line.nodes[node], line.node_names[node]
        self.pace = float(row["pace"])
        self.tooled_for = int(row["tooled_for"])  # at the start; NONE: for nothing
        self._process: list[int] = line.process[node].tolist()
        # Of no product is the last row: that is where an index of -1 leads.
        self._setup = line.setup[row["setup"]].tolist() if row["setup"] != NONE else None
        self._load, self._unload = int(row["load"]), int(row["unload"])
        self._luck = {
            step: Variates(floor.draws, row[f"{purpose}_stream"], name)
            for step, purpose in (
                (Step.SETUP, "setup"),
                (Step.LOAD, "load"),
                (Step.WORK, "process"),
                (Step.UNLOAD, "unload"),
            )
        }

    def stages(self, product: int, tooled_for: int) -> list[Stage]:
        """Return what has to be done for a part; what takes no time is left out, but the work."""
        setup = NONE if self._setup is None else self._setup[tooled_for][product]
        work = self._luck[Step.WORK].duration(self._process[product], self.pace)
        around = [
            self._stage(Step.SETUP, setup),
            self._stage(Step.LOAD, self._load),
            [Stage.new(Step.WORK, work)],
            self._stage(Step.UNLOAD, self._unload),
        ]
        return [stage for stages in around for stage in stages]

    def change(self, before: int, to: int) -> int:
        """Return how long a server without a part takes to change over, ns."""
        assert self._setup is not None
        return self._luck[Step.SETUP].duration(self._setup[before][to])

    def _stage(self, step: Step, dist: int) -> list[Stage]:
        lasts = 0 if dist == NONE else self._luck[step].duration(dist)
        return [Stage.new(step, lasts)] if lasts else []

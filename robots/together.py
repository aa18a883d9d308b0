"""Programs of several arms that run together and wait for each other's signals."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from robots.collide import scene
from robots.errors import RobotError
from robots.plan import Activity, Plan
from robots.program import Workplace
from robots.two_arms import Apart, between_arms

STEP = 0.004  # s between instants that are looked at


def together(plans: Mapping[str, Plan]) -> dict[str, Plan]:
    """Return programs started at one instant, each `await` as long as another's `set` takes.

    A signal that nobody sets is there at once.

    Raises
    ------
    RobotError
        If programs wait for each other for ever.
    """
    setters = {a.name for plan in plans.values() for a in plan.activities if a.kind == "set"}
    made = {name: _Clock(plan) for name, plan in plans.items()}
    told: dict[str, float] = {}
    moving = True
    while moving:
        moving = any(clock.advance(setters, told) for clock in made.values())
    stuck = {name: clock.waits_for for name, clock in made.items() if clock.waits_for}
    if stuck:
        waits = ", ".join(f"{name} for {signal!r}" for name, signal in stuck.items())
        raise RobotError(f"programs wait for ever: {waits}")
    return {name: clock.plan() for name, clock in made.items()}


class _Clock:
    """One program, as far as it has come."""

    def __init__(self, plan: Plan) -> None:
        self.source = plan
        self.done: list[Activity] = []
        self.late = 0.0  # s behind the plan
        self.late_from: list[tuple[float, float]] = []  # planned instant, s behind from then on
        self.waits_for = ""

    def advance(self, setters: set[str], told: dict[str, float]) -> bool:
        """Go on to the next signal that is not there yet; say whether anything was done."""
        begin, self.waits_for = len(self.done), ""
        for activity in self.source.activities[begin:]:
            now, end = activity.begin + self.late, activity.end + self.late
            if activity.kind == "await" and activity.name in setters:
                if activity.name not in told:
                    self.waits_for = activity.name
                    break
                end = max(now, told[activity.name])
                self.late += end - now
                self.late_from.append((activity.end, self.late))
            elif activity.kind == "set":
                told.setdefault(activity.name, now)
            self.done.append(replace(activity, begin=now, end=end))
        return len(self.done) > begin

    def plan(self) -> Plan:
        """Return the program with its waits."""

        def shifted(at: float) -> float:
            late = [late for since, late in self.late_from if at >= since - 1e-12]
            return at + (late[-1] if late else 0.0)

        motions = tuple((shifted(begin), motion) for begin, motion in self.source.motions)
        return replace(
            self.source,
            activities=tuple(self.done),
            motions=motions,
            duration=self.source.duration + self.late,
        )


def apart(one: tuple[Workplace, Plan], other: tuple[Workplace, Plan], offset: float = 0.0) -> Apart:
    """Return how near two arms come while they run their programs, each once.

    Parameters
    ----------
    offset : float
        How much later the other one starts, s.
    """
    end = max(one[1].duration, other[1].duration + offset)
    t = STEP * np.arange(int(np.ceil(end / STEP)) + 1, dtype=np.float64)
    views = [scene(place.task(next(iter(place.tools)), np.eye(4))) for place, _ in (one, other)]
    tracks = (one[1].joints(t), other[1].joints(np.maximum(t - offset, 0.0)))
    bases = (one[0].pose_cell_base, other[0].pose_cell_base)
    return between_arms((views[0], views[1]), bases, tracks, STEP)

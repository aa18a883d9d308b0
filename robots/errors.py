"""Errors raised while describing an arm or timing its motion."""

from collections.abc import Iterable
from difflib import get_close_matches


class RobotError(ValueError):
    """Base of every error of this package."""


class ArmFileError(RobotError):
    """The description of an arm is wrong or missing."""


class UnknownArm(ArmFileError):
    """No arm of that name is in the catalogue."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        hint = f"  Did you mean {near[0]!r}?" if near else ""
        super().__init__(
            f"no arm named {name!r} in the catalogue.{hint}  Known: {', '.join(names)}"
        )


class UrdfError(RobotError):
    """A URDF cannot be used; every fault found is listed."""


class PhysicsUnavailable(RobotError):
    """The physics engine is not installed, or has no wheel for this platform."""


class MotionError(RobotError):
    """The arm cannot do what the task asks; every problem found is listed.

    Attributes
    ----------
    problems : tuple of str
        One line each: where, what was found, what would do.
    """

    def __init__(self, task: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{task}: {count} problem{'s' if count > 1 else ''} with its motion"
        super().__init__("\n  ".join((head, *self.problems)))

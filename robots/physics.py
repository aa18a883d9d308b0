"""What can be asked of the physics worker about the arm of a task."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robots.arm import Floats
from robots.collide import scene
from robots.dynamics import GRAVITY, body_of, inverse_dynamics
from robots.errors import RobotError
from robots.frames import inverse
from robots.kinematics.fk import flanges
from robots.motions import Motion
from robots.task import ArmTask
from robots.urdf import surplus, task_bodies, task_urdf
from robots.worker import Worker

STEP = 1e-3  # s between two rows of a motion that is followed
REPLAY_EVERY = 5  # rows between two poses of a replay without dynamics
POSES = 24  # compared for agreement


class Contact(NamedTuple):
    """Where the arm touched something."""

    fixture: str
    link: str  # the tool counts to the last link
    depth: float  # m, deepest
    at: float  # s into the motion


class Followed(NamedTuple):
    """What the engine made of one motion."""

    reached: Floats  # (k, n) rad
    saturated: NDArray[np.bool_]  # (k - 1,) steps in which a motor gave all it has


class Surroundings(NamedTuple):
    """What is near a motion."""

    contacts: tuple[Contact, ...]
    clearance: float | None  # m, None: nothing within reach of the measurement
    nearest: str | None  # fixture


class Agreement(NamedTuple):
    """The largest differences between the engine and this package, over random states."""

    position: float  # m
    rotation: float  # of the elements of rotation matrices
    torque: float | None  # N m; None where masses are not known


class Physics:
    """The arm of one task in the worker's engine."""

    def __init__(self, task: ArmTask, worker: Worker) -> None:
        self.task = task
        self.worker = worker
        pose_base_cell = inverse(task.pose_cell_base)
        poses = [pose_base_cell @ fixture.pose_cell_fixture for fixture in task.fixtures]
        self._fixed = {
            # The engine's world is the arm's base: of a turned base gravity is turned instead.
            "gravity": task.pose_cell_base[:3, :3].T @ np.array([0.0, 0.0, -GRAVITY]),
            "fixture_poses": np.array(poses).reshape(-1, 4, 4),
            "lowest": scene(task).lowest,
        }
        self._fixtures = [{"kind": f.kind, "size": list(f.size)} for f in task.fixtures]

    def ask(self, job: str, load: int, arrays: dict[str, Floats], **values: Any) -> Any:
        """Return the worker's answer to a job about the arm, holding a load, 0 none, 1 + k."""
        raised = np.array([surplus(body) for body in task_bodies(self.task, load)[1:]])
        return self.worker.ask(
            job,
            {**self._fixed, "surplus": raised, **arrays},
            urdf=task_urdf(self.task, load),
            fixtures=self._fixtures,
            **values,
        )

    def follow(self, motion: Motion) -> tuple[Followed, Surroundings]:
        """Drive the arm along a motion sampled every `STEP` with its own torques.

        Raises
        ------
        RobotError
            If the arm's torques are not known.
        PhysicsFailed
            If the worker died or the motion is not a number.
        """
        if self.task.arm.torque is None:
            raise RobotError(f"{self.task.arm.name}: its torques are not known")
        given = {"angles": motion.angles, "torque": self.task.arm.torque}
        answer = self.ask("follow", motion.load, given)
        followed = Followed(answer.arrays["reached"], answer.arrays["saturated"].astype(bool))
        return followed, self._surroundings(answer.values, STEP)

    def replay(self, motion: Motion) -> Surroundings:
        """Put the arm at poses along a motion and look for contacts, without dynamics."""
        angles = motion.angles[: motion.moving]
        rows = np.append(np.arange(0, len(angles), REPLAY_EVERY), len(angles) - 1)
        answer = self.ask("replay", motion.load, {"angles": angles[rows]})
        return self._surroundings(answer.values, STEP * REPLAY_EVERY)

    def _surroundings(self, values: Any, step: float) -> Surroundings:
        arm, fixtures = self.task.arm, self.task.fixtures
        contacts = tuple(
            Contact(fixtures[c["fixture"]].name, arm.links[c["link"]], c["depth"], c["step"] * step)
            for c in values["contacts"]
        )
        if values["nearest"] < 0:
            return Surroundings(contacts, None, None)
        return Surroundings(contacts, values["clearance"], fixtures[values["nearest"]].name)

    def agree(self, load: int) -> Agreement:
        """Compare the engine's kinematics and dynamics with those of this package."""
        task, arm = self.task, self.task.arm
        draws = np.random.default_rng(1)
        shape = (POSES, arm.dof)
        q = draws.uniform(arm.lower, arm.upper, shape)
        speeds, accelerations = (
            draws.uniform(-1.0, 1.0, shape) * scale for scale in (arm.speed, 10.0)
        )
        answer = self.ask(
            "agree", load, {"angles": q, "speeds": speeds, "accelerations": accelerations}
        )
        mine = flanges(arm.chain, q)
        origin, rotation = answer.arrays["origin"], answer.arrays["rotation"]
        position = origin + rotation @ arm.chain.offset[-1]
        turned = rotation @ arm.chain.rotation[-1]
        torque = None
        if arm.inertials is not None:
            wanted = inverse_dynamics(body_of(task, load), q, speeds, accelerations)
            torque = float(np.abs(wanted - answer.arrays["torque"]).max())
        return Agreement(
            float(np.abs(position - mine[:, :3, 3]).max()),
            float(np.abs(turned - mine[:, :3, :3]).max()),
            torque,
        )


def worst(agreements: Sequence[Agreement]) -> Agreement:
    """Return the largest difference of each kind."""
    torques = [a.torque for a in agreements if a.torque is not None]
    return Agreement(
        max(a.position for a in agreements),
        max(a.rotation for a in agreements),
        max(torques) if torques else None,
    )

"""The physics engine: the only module that imports PyBullet, and it runs in the worker process.

Everything PyBullet is known to get wrong by default is set right here: inertia from the file, no
damping, no motors left on, no speed cap, fixed order of loading, everything fresh for each job.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pybullet

from robots.frames import quaternion
from robots.wire import Array, Message

STEP = 1e-3  # s; the engine's first-order integrator needs 1 kHz
ITERATIONS = 50  # of the constraint solver: a motor within its limit is off by some 1e-6 rad
POSITION_GAIN = 0.3  # share of a position error that is corrected in one step
SATURATED = 0.999  # of the torque limit
CLEARANCE_EVERY = 10  # steps
CLEARANCE_REACH = 0.3  # m: what is further away counts as this far
TOUCH = 1e-5  # m: overlap that counts as contact

Values = Mapping[str, Any]
Arrays = Mapping[str, Array]


class Scene:
    """One arm on its base at the origin, and the fixtures around it."""

    def __init__(self, values: Values, arrays: Arrays) -> None:
        pybullet.resetSimulation()
        pybullet.setTimeStep(STEP)
        pybullet.setPhysicsEngineParameter(
            numSolverIterations=ITERATIONS,
            solverResidualThreshold=0.0,
            deterministicOverlappingPairs=1,
            enableFileCaching=0,
        )
        pybullet.setGravity(*arrays["gravity"].tolist())
        self.arm = _load_arm(values["urdf"])
        self.joints = list(range(pybullet.getNumJoints(self.arm)))
        self._free_joints()
        self._lower_moments(arrays["surplus"].tolist())
        self.fixtures = [
            _load_fixture(fixture, pose)
            for fixture, pose in zip(values["fixtures"], arrays["fixture_poses"], strict=True)
        ]
        # Links below `lowest` are not checked against a fixture; link k is the engine's k - 1.
        self.lowest = arrays["lowest"].tolist()
        for fixture, lowest in zip(self.fixtures, self.lowest, strict=True):
            for link in range(lowest):
                pybullet.setCollisionFilterPair(self.arm, fixture, link - 1, -1, 0)

    def _free_joints(self) -> None:
        for link in (-1, *self.joints):
            pybullet.changeDynamics(
                self.arm,
                link,
                linearDamping=0.0,
                angularDamping=0.0,
                jointDamping=0.0,
                maxJointVelocity=1e3,
            )
        pybullet.setJointMotorControlArray(
            self.arm, self.joints, pybullet.VELOCITY_CONTROL, forces=[0.0] * len(self.joints)
        )

    def _lower_moments(self, surplus: list[float]) -> None:
        """Take off what `robots.urdf.surplus` added, before the engine derives anything from it."""
        for joint, excess in zip(self.joints, surplus, strict=True):
            if excess > 0.0:
                moments = pybullet.getDynamicsInfo(self.arm, joint)[2]
                lowered = [moment - excess for moment in moments]
                pybullet.changeDynamics(self.arm, joint, localInertiaDiagonal=lowered)

    def place(self, angles: Array) -> None:
        """Put the arm at rest at joint angles, rad."""
        for joint, angle in zip(self.joints, angles.tolist(), strict=True):
            pybullet.resetJointState(self.arm, joint, angle, 0.0)

    def drive(self, at: list[float], speed: list[float], torque: list[float]) -> None:
        """Make one step towards a speed, correcting what is off a position."""
        count = len(self.joints)
        pybullet.setJointMotorControlArray(
            self.arm,
            self.joints,
            pybullet.POSITION_CONTROL,
            targetPositions=at,
            targetVelocities=speed,
            forces=torque,
            positionGains=[POSITION_GAIN] * count,
            velocityGains=[1.0] * count,
        )
        pybullet.stepSimulation()

    def overlaps(self) -> Iterator[tuple[int, int, float]]:
        """Yield (fixture, link, depth in m) of all contacts found by the last step."""
        for contact in pybullet.getContactPoints(bodyA=self.arm):
            if contact[2] != self.arm and -contact[8] > TOUCH:
                yield self.fixtures.index(contact[2]), contact[3] + 1, -contact[8]

    def clearance(self) -> tuple[float, int]:
        """Return the least distance to a fixture, m, and which one (-1: none within reach)."""
        best, nearest = CLEARANCE_REACH, -1
        for index, (fixture, lowest) in enumerate(zip(self.fixtures, self.lowest, strict=True)):
            for point in pybullet.getClosestPoints(self.arm, fixture, best):
                if point[8] < best and point[3] + 1 >= lowest:
                    best, nearest = point[8], index
        return best, nearest


def _load_arm(urdf: str) -> int:
    # A file in memory: nothing is left behind in a folder when the worker is killed.
    handle = os.memfd_create("arm.urdf")
    try:
        os.write(handle, urdf.encode())
        arm = pybullet.loadURDF(
            f"/proc/self/fd/{handle}",
            useFixedBase=True,
            flags=pybullet.URDF_USE_INERTIA_FROM_FILE,
        )
    finally:
        os.close(handle)
    return int(arm)


def _load_fixture(fixture: Values, pose: Array) -> int:
    size = fixture["size"]
    if fixture["kind"] == "box":
        shape = {"shapeType": pybullet.GEOM_BOX, "halfExtents": [side / 2 for side in size]}
    else:
        shape = {"shapeType": pybullet.GEOM_CYLINDER, "radius": size[0], "height": size[1]}
    return int(
        pybullet.createMultiBody(
            baseMass=0.0,
            baseCollisionShapeIndex=pybullet.createCollisionShape(**shape),
            basePosition=pose[:3, 3].tolist(),
            baseOrientation=quaternion(pose[:3, :3]).tolist(),
        )
    )


class _Contacts:
    """The deepest overlap with each fixture, and the least clearance."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.deepest: dict[tuple[int, int], tuple[float, int]] = {}
        self.clearance, self.nearest = CLEARANCE_REACH, -1

    def look(self, step: int) -> None:
        for fixture, link, depth in self.scene.overlaps():
            if depth > self.deepest.get((fixture, link), (0.0, 0))[0]:
                self.deepest[fixture, link] = depth, step
        if step % CLEARANCE_EVERY == 0 and self.scene.fixtures:
            distance, nearest = self.scene.clearance()
            if distance < self.clearance:
                self.clearance, self.nearest = distance, nearest

    def report(self) -> dict[str, Any]:
        return {
            "contacts": [
                {"fixture": fixture, "link": link, "depth": depth, "step": step}
                for (fixture, link), (depth, step) in sorted(self.deepest.items())
            ],
            "clearance": self.clearance,
            "nearest": self.nearest,
        }


def follow(values: Values, arrays: Arrays) -> Message:
    """Drive the arm along sampled joint angles with limited torques.

    ``angles`` (k, n), rad, one row a `STEP`, starting at rest; ``torque`` (n,), N m.  Gives the
    angles reached (k, n), the steps saturated and the contacts.
    """
    scene, angles = Scene(values, arrays), arrays["angles"]
    limit = arrays["torque"]
    speeds, torque = np.diff(angles, axis=0) / STEP, limit.tolist()
    reached, applied = np.empty_like(angles), np.empty_like(speeds)
    contacts = _Contacts(scene)
    scene.place(angles[0])
    reached[0] = angles[0]
    # The speed that leads to the next row, with the error against this row: a motor that is
    # not saturated arrives exactly, without the lag of a step that the position target has.
    for step, (at, speed) in enumerate(zip(angles.tolist(), speeds.tolist(), strict=False)):
        scene.drive(at, speed, torque)
        states = pybullet.getJointStates(scene.arm, scene.joints)
        reached[step + 1] = [state[0] for state in states]
        applied[step] = [state[3] for state in states]
        contacts.look(step)
    if not (np.isfinite(reached).all() and np.isfinite(applied).all()):
        raise ArithmeticError("the motion is not a number: the model is numerically unsound")
    saturated = (np.abs(applied) >= SATURATED * limit).any(axis=1)
    flags: Array = np.asarray(saturated, np.uint8)
    return Message(contacts.report(), {"reached": reached, "saturated": flags})


def replay(values: Values, arrays: Arrays) -> Message:
    """Put the arm at each row of ``angles`` in turn and look for contacts: no dynamics."""
    scene = Scene(values, arrays)
    contacts = _Contacts(scene)
    for row in arrays["angles"]:
        scene.place(row)
        pybullet.performCollisionDetection()
        contacts.look(0)
    return Message(contacts.report(), {})


def agree(values: Values, arrays: Arrays) -> Message:
    """Give the engine's own kinematics and inverse dynamics, to compare with those of this package.

    Rows of ``angles``, ``speeds`` and ``accelerations`` give ``origin`` (m, 3) and ``rotation``
    (m, 3, 3) of the last link and ``torque`` (m, n).
    """
    scene = Scene(values, arrays)
    origins, rotations, torques = [], [], []
    for q, speed, acceleration in zip(
        arrays["angles"], arrays["speeds"], arrays["accelerations"], strict=True
    ):
        scene.place(q)
        state = pybullet.getLinkState(scene.arm, scene.joints[-1], computeForwardKinematics=1)
        origins.append(state[4])
        rotations.append(pybullet.getMatrixFromQuaternion(state[5]))
        torques.append(
            pybullet.calculateInverseDynamics(
                scene.arm, q.tolist(), speed.tolist(), acceleration.tolist()
            )
        )
    return Message(
        {},
        {
            "origin": np.array(origins),
            "rotation": np.array(rotations).reshape(-1, 3, 3),
            "torque": np.array(torques),
        },
    )


def draw(values: Values, arrays: Arrays) -> Message:
    """Draw coloured surfaces seen from ``eye`` towards ``center``, z up.

    ``counts`` (b, 2) says how many of ``points`` and ``corners`` belong to each of b bodies.  Gives
    ``image`` (h, w, 3) and ``body`` (h, w), the number of the body seen, -1 for none.
    """
    pybullet.resetSimulation()
    _add_surfaces(arrays)
    width, height = values["size"]
    eye, center = arrays["eye"], arrays["center"]
    view = pybullet.computeViewMatrix(eye.tolist(), center.tolist(), [0.0, 0.0, 1.0])
    far = 4.0 * float(np.linalg.norm(eye - center))
    picture = pybullet.getCameraImage(
        width,
        height,
        view,
        pybullet.computeProjectionMatrixFOV(values["lens"], width / height, far / 100.0, far),
        lightDirection=arrays["light"].tolist(),
        shadow=0,
        renderer=pybullet.ER_TINY_RENDERER,
    )
    pixels = np.asarray(picture[2], np.uint8).reshape(height, width, 4)
    bodies = np.asarray(picture[4], np.int64).reshape(height, width)
    return Message({}, {"image": pixels[:, :, :3], "body": bodies})


def _add_surfaces(arrays: Arrays) -> None:
    point = corner = 0
    for (points, corners), color in zip(arrays["counts"], arrays["colors"], strict=True):
        shape = pybullet.createVisualShape(
            pybullet.GEOM_MESH,
            vertices=arrays["points"][point : point + points].tolist(),
            normals=arrays["normals"][point : point + points].tolist(),
            indices=arrays["corners"][corner : corner + corners].ravel().tolist(),
            rgbaColor=[*color.tolist(), 1.0],
            specularColor=[0.1, 0.1, 0.1],
        )
        pybullet.createMultiBody(baseVisualShapeIndex=shape)
        point, corner = point + points, corner + corners


JOBS: dict[str, Callable[[Values, Arrays], Message]] = {
    "follow": follow,
    "replay": replay,
    "agree": agree,
    "draw": draw,
}


def connect() -> None:
    """Open the one engine of this process, without a window."""
    pybullet.connect(pybullet.DIRECT)

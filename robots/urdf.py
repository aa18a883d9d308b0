"""Write an arm, with its tool and the part it holds, as one URDF."""

from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np

from robots.arm import Arm, Capsules, Floats
from robots.collide import scene
from robots.task import ArmTask

# An engine gives 1 kg and 1 kg m2 to a link without inertia; this is as good as nothing.
TINY_MASS = 1e-6  # kg
TINY_INERTIA = 1e-6  # kg m2


class Body(NamedTuple):
    """Mass distribution of one rigid body in the frame of its link."""

    mass: float  # kg
    center: Floats  # (3,), m
    inertia: Floats  # (3, 3), about the centre, axes of the frame, kg m2


def arm_urdf(arm: Arm, bodies: tuple[Body, ...], capsules: Capsules) -> str:
    """Return the URDF of an arm; its frames are those of `robots.arm.Chain`.

    The inertial frames have no rotation, joints have no damping, and nothing is joined by fixed
    joints: engines are known to get all three wrong.

    Parameters
    ----------
    arm : Arm
        n joints; effort limits are its torques (1e6 where they are not known).
    bodies : tuple of Body, length n + 1
        Of the base and of each moving link; whatever is fixed to a link is part of its body.
    capsules : Capsules
        Collision shapes.

    Returns
    -------
    str
        XML with numbers that read back exactly.
    """
    if len(bodies) != arm.dof + 1:
        raise ValueError(f"one body a link: {arm.dof + 1} needed, got {len(bodies)}")
    parts = ['<?xml version="1.0" encoding="utf-8"?>', f"<robot name={quoteattr(arm.name)}>"]
    for index, name in enumerate(arm.links):
        own = [k for k in range(capsules.link.size) if capsules.link[k] == index]
        shapes = [_capsule(capsules, k) for k in own]
        parts += [f"<link name={quoteattr(name)}>", _inertial(bodies[index]), *shapes, "</link>"]
    parts += [_joint(arm, k) for k in range(arm.dof)]
    return "\n".join((*parts, "</robot>", ""))


def task_urdf(task: ArmTask, load: int) -> str:
    """Return the URDF of a task's arm with its grippers, holding a load, 0 none, 1 + k."""
    return arm_urdf(task.arm, task_bodies(task, load), task_capsules(task))


def task_bodies(task: ArmTask, load: int) -> tuple[Body, ...]:
    """Return the bodies of the base and of each moving link, tools and part merged into the last.

    Tool and part are point masses at their centres, as in `robots.dynamics`.
    """
    n, known = task.arm.dof, task.arm.inertials
    tiny = Body(TINY_MASS, np.zeros(3), TINY_INERTIA * np.eye(3))
    if known is None:
        return (tiny,) * (n + 1)
    links = [Body(float(known.mass[k]), known.center[k], known.inertia[k]) for k in range(n)]
    rotation, offset = task.arm.chain.rotation[n], task.arm.chain.offset[n]
    points = [(tool.mass, np.asarray(tool.center_of_mass)) for tool in task.grippers]
    if load:
        points.append((task.loads[load - 1], task.gripper_of(load).pose_flange_tcp[:3, 3]))
    held = [Body(m, rotation @ center + offset, np.zeros((3, 3))) for m, center in points]
    return (tiny, *links[:-1], merge(links[-1], *held))


def merge(*bodies: Body) -> Body:
    """Return the one body that several bodies make (parallel axis theorem).

    Examples
    --------
    >>> half = Body(1.0, np.array([0.5, 0.0, 0.0]), np.zeros((3, 3)))
    >>> other = Body(1.0, np.array([-0.5, 0.0, 0.0]), np.zeros((3, 3)))
    >>> merge(half, other).inertia.diagonal().tolist()
    [0.0, 0.5, 0.5]
    """
    mass = sum(body.mass for body in bodies)
    if mass == 0.0:
        return bodies[0]
    moments = np.array([body.mass * body.center for body in bodies])
    center = moments.sum(axis=0) / mass
    inertia = np.zeros((3, 3))
    for body in bodies:
        r = body.center - center
        inertia += body.inertia + body.mass * (r @ r * np.eye(3) - np.outer(r, r))
    return Body(mass, center, inertia)


def task_capsules(task: ArmTask) -> Capsules:
    """Return the capsules of the arm and of its tool, all in the frames of the n + 1 links."""
    n, view = task.arm.dof, scene(task)
    rotation, offset = task.arm.chain.rotation[n], task.arm.chain.offset[n]
    start, end = view.start.copy(), view.end.copy()
    tool = view.link == n + 1  # in the frame of the flange, which is fixed to the last link
    start[tool] = start[tool] @ rotation.T + offset
    end[tool] = end[tool] @ rotation.T + offset
    return Capsules(np.minimum(view.link, n), start, end, view.radius)


def surplus(body: Body) -> float:
    """Return how much each moment of a body is raised in the URDF, kg m2.

    Published moments do not always keep the triangle inequality; an engine then takes none at all.
    Raised alike they keep their axes, and the surplus can be taken off after loading.
    """
    low, middle, high = np.linalg.eigvalsh(body.inertia)
    return max(0.0, 1.01 * float(high - middle - low), 1e-9 - float(low))


def _inertial(body: Body) -> str:
    i = body.inertia + surplus(body) * np.eye(3)
    return (
        f'<inertial><origin xyz="{_row(body.center)}" rpy="0 0 0"/>'
        f'<mass value="{float(body.mass)!r}"/>'
        f'<inertia ixx="{float(i[0, 0])!r}" ixy="{float(i[0, 1])!r}" ixz="{float(i[0, 2])!r}"'
        f' iyy="{float(i[1, 1])!r}" iyz="{float(i[1, 2])!r}" izz="{float(i[2, 2])!r}"/></inertial>'
    )


def _capsule(capsules: Capsules, k: int) -> str:
    start, end = capsules.start[k], capsules.end[k]
    length = float(np.linalg.norm(end - start))
    radius = float(capsules.radius[k])
    shape = f'<sphere radius="{radius!r}"/>'
    turn = np.zeros(3)
    if length > 1e-6:
        shape = f'<capsule radius="{radius!r}" length="{length!r}"/>'
        x, y, z = (end - start) / length
        turn = np.array([0.0, np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)])
    origin = f'<origin xyz="{_row((start + end) / 2)}" rpy="{_row(turn)}"/>'
    return f"<collision>{origin}<geometry>{shape}</geometry></collision>"


def _joint(arm: Arm, k: int) -> str:
    parent, child = quoteattr(arm.links[k]), quoteattr(arm.links[k + 1])
    effort = 1e6 if arm.torque is None else float(arm.torque[k])
    angles = roll_pitch_yaw(arm.chain.rotation[k])
    kind = "prismatic" if arm.chain.slides[k] else "revolute"
    return (
        f'<joint name={quoteattr(arm.joints[k])} type="{kind}">'
        f"<parent link={parent}/><child link={child}/>"
        f'<origin xyz="{_row(arm.chain.offset[k])}" rpy="{_row(angles)}"/>'
        f'<axis xyz="{_row(arm.chain.axis[k])}"/>'
        f'<limit lower="{float(arm.lower[k])!r}" upper="{float(arm.upper[k])!r}"'
        f' effort="{effort!r}" velocity="{float(arm.speed[k])!r}"/>'
        '<dynamics damping="0" friction="0"/></joint>'
    )


def roll_pitch_yaw(rotation: Floats) -> Floats:
    """Return the angles about fixed x, y, z (REP-103) of a rotation matrix, rad, shape (3,)."""
    sine = np.hypot(rotation[0, 0], rotation[1, 0])
    pitch = np.arctan2(-rotation[2, 0], sine)
    if sine < 1e-9:  # gimbal lock: only one combination of roll and yaw matters
        return np.array([np.arctan2(-rotation[1, 2], rotation[1, 1]), pitch, 0.0])
    roll = np.arctan2(rotation[2, 1], rotation[2, 2])
    return np.array([roll, pitch, np.arctan2(rotation[1, 0], rotation[0, 0])])


def _row(values: Floats) -> str:
    return " ".join(repr(float(value)) for value in values)

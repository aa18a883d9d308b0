"""Make an arm of a user's URDF: for arms that the catalogue does not have."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robots.arm import Arm, Capsules, Chain, Floats, Inertials
from robots.errors import UrdfError
from robots.findings import shorten
from robots.guard import Report, read_urdf
from robots.meshes import MeshFolder
from robots.recognise import closed_form
from robots.safexml import Element
from robots.urdf import Body, merge
from robots.urdf_links import body_of_link, capsules_of_link, numbers, origin_of

TIPS = ("tool0", "flange", "tool", "tcp", "ee_link")  # names of the link a tool is fixed to
_LEAST = 6  # joints that reach a place in any orientation
_BARE_RADIUS = 0.05  # m, assumed around links without any shape


@dataclass(frozen=True, slots=True)
class _Tree:
    """A checked URDF by name."""

    report: Report
    links: dict[str, Element]
    joint_to: dict[str, Element]  # child link -> joint

    def fail(self, text: str, line: int = 0) -> UrdfError:
        """Return the error for a sound file that is not an arm."""
        where = f"{self.report.path}:{line}" if line else f"{self.report.path}"
        return UrdfError(f"{where}: {text}")

    def path_to(self, link: str) -> list[Element]:
        """Return the joints from the root to a link."""
        path: list[Element] = []
        while link in self.joint_to:
            joint = self.joint_to[link]
            path.insert(0, joint)
            link = _end(joint, "parent")
        return path


def import_urdf(
    path: str | Path, *, folder: str | Path | None = None, tip: str | None = None
) -> Arm:
    """Return the arm that a URDF describes.

    Its numbers are taken as given: joint limits, `effort` as torque, inertials where every moving
    link has them.  Shapes become capsules around them.

    Parameters
    ----------
    path : str or Path
        The URDF file.
    folder : str or Path, optional
        The model folder, see `robots.guard.check_urdf`.
    tip : str, optional
        Link that the tool is fixed to.  Default: `TIPS` in order, else the last link.

    Raises
    ------
    UrdfError
        The file is unsound, or not an arm of six joints or more, or a SCARA.
    """
    report, robot = read_urdf(path, folder)
    tree = _Tree(
        report,
        {link.attributes["name"]: link for link in robot.all("link")},
        {_end(joint, "child"): joint for joint in robot.all("joint")},
    )
    tip = _tip(tree, tip)
    moving = [joint for joint in tree.path_to(tip) if joint.attributes["type"] != "fixed"]
    for joint in moving:
        _check_joint(tree, joint)
    _check_beside(tree, moving, robot)
    meshes = MeshFolder(Path(folder) if folder else report.path.parent, report.path.parent)
    return _arm(tree, moving, tip, meshes)


def _arm(tree: _Tree, moving: Sequence[Element], tip: str, meshes: MeshFolder) -> Arm:
    chain, turned = _chain(tree, moving, tip)
    form = closed_form(chain)
    if form is None and len(moving) < _LEAST:
        raise tree.fail(
            f"{len(moving)} joints do not reach a place in any orientation: an arm has at least"
            " six, or the four of a SCARA (turn, turn, slide, turn; flange down)"
        )
    placed = _link_frames(tree, moving)
    limits = np.array([_limit(joint) for joint in moving])
    report = tree.report
    return Arm(
        name=report.robot or report.path.stem,
        maker="",
        model=report.robot,
        joints=tuple(joint.attributes["name"] for joint in moving),
        links=(report.root, *(_end(joint, "child") for joint in moving)),
        chain=chain,
        closed_form=form,
        lower=limits[:, 0],
        upper=limits[:, 1],
        speed=limits[:, 2],
        torque=limits[:, 3] if (limits[:, 3] > 0.0).all() else None,
        acceleration=None,
        inertials=_inertials(tree, placed, len(moving)),
        capsules=_capsules(tree, moving, chain, meshes, placed),
        self_pairs=(),
        payload=None,
        reach=None,
        mass=None,
        straight_acceleration=None,
        assumed=("shape",),
        sources={"urdf": report.path.name},
        notes=_notes(tip if turned else None, form is None),
    )


def _notes(turned_tip: str | None, numeric: bool) -> tuple[str, ...]:
    notes: tuple[str, ...] = (
        "torques, speeds and masses are those of the URDF, as given",
        "the arm is not checked for contact with itself",
    )
    if numeric:
        notes += ("its joint angles are found numerically: a rare branch may be missed",)
    if turned_tip is None:
        return notes
    return (*notes, f"the flange is {turned_tip} turned so that z points out along the last axis")


def _end(joint: Element, key: str) -> str:
    end = joint.first(key)
    return "" if end is None else end.attributes.get("link", "")


def _tip(tree: _Tree, wanted: str | None) -> str:
    """Return the link a tool is fixed to."""
    if wanted is not None:
        if wanted not in tree.links:
            raise tree.fail(f"no link named {shorten(wanted)} for the tool")
        return wanted
    named = [name for name in TIPS if name in tree.links]
    ends = [
        name
        for name in tree.links
        if name not in {_end(j, "parent") for j in tree.joint_to.values()}
    ]
    return max([*named, *ends], key=lambda name: _moving_count(tree, name))


def _moving_count(tree: _Tree, link: str) -> int:
    return sum(joint.attributes["type"] != "fixed" for joint in tree.path_to(link))


def _check_joint(tree: _Tree, joint: Element) -> None:
    name = shorten(joint.attributes["name"])
    if joint.first("mimic") is not None:
        raise tree.fail(f"joint {name} mimics another; that is not timed", joint.line)
    lower, upper, speed, _ = _limit(joint)
    if not lower < upper or speed <= 0.0:
        raise tree.fail(
            f"joint {name} needs a range and a velocity limit: <limit lower= upper= velocity=>",
            joint.line,
        )


def _check_beside(tree: _Tree, moving: Sequence[Element], robot: Element) -> None:
    for joint in robot.all("joint"):
        if joint.attributes["type"] != "fixed" and joint not in moving:
            name = shorten(joint.attributes["name"])
            raise tree.fail(
                f"joint {name} moves beside the arm; make it fixed (the cell file has the gripper)",
                joint.line,
            )


def _limit(joint: Element) -> tuple[float, float, float, float]:
    """Return lower and upper (rad), speed (rad/s) and torque (N m, 0 unknown) of a joint."""
    limit = joint.first("limit")
    lower, upper = (float(numbers(limit, key, (0,))[0]) for key in ("lower", "upper"))
    if joint.attributes["type"] == "continuous":
        lower, upper = -2.0 * math.pi, 2.0 * math.pi
    speed, torque = (float(numbers(limit, key, (0,))[0]) for key in ("velocity", "effort"))
    return lower, upper, speed, torque


def _chain(tree: _Tree, moving: Sequence[Element], tip: str) -> tuple[Chain, bool]:
    """Return the chain, and whether the flange is the tip turned."""
    steps = [np.eye(4)]
    for joint in tree.path_to(tip):
        steps[-1] = steps[-1] @ origin_of(joint)
        if joint in moving:
            steps.append(np.eye(4))
    axes = np.array([numbers(joint.first("axis"), "xyz", (1, 0, 0)) for joint in moving])
    axes = axes.reshape(-1, 3)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    straight = _straightened(steps[-1], axes[-1]) if len(axes) else steps[-1]
    turned = not np.allclose(straight, steps[-1], atol=1e-9)
    steps[-1] = straight
    fixed = np.array(steps)
    slides = np.array([joint.attributes["type"] == "prismatic" for joint in moving])
    return Chain(fixed[:, :3, :3].copy(), fixed[:, :3, 3].copy(), axes, slides), turned


def _straightened(pose_link_tip: Floats, axis: Floats) -> Floats:
    """Return the tip with its origin on the last axis and its z axis along it, outwards."""
    turn, origin = pose_link_tip[:3, :3], pose_link_tip[:3, 3]
    along = float(origin @ axis)
    if abs(turn[:, 2] @ axis) > 1.0 - 1e-9 and np.linalg.norm(origin - along * axis) < 1e-9:
        return pose_link_tip
    z = axis if along >= 0.0 else -axis
    x = min(turn.T, key=lambda column: abs(column @ z))
    x = x - (x @ z) * z
    x = x / np.linalg.norm(x)
    straight = np.eye(4)
    straight[:3, :3] = np.column_stack([x, np.cross(z, x), z])
    straight[:3, 3] = along * axis
    return straight


def _link_frames(tree: _Tree, moving: Sequence[Element]) -> dict[str, tuple[int, Floats]]:
    """Return for each link the moving link it is fixed to (0: the base), and its pose there."""
    found: dict[str, tuple[int, Floats]] = {}
    for name in tree.links:
        number, placed = 0, np.eye(4)
        for joint in tree.path_to(name):
            placed = placed @ origin_of(joint)
            if joint in moving:
                number, placed = moving.index(joint) + 1, np.eye(4)
        found[name] = number, placed
    return found


def _inertials(
    tree: _Tree, frames_of: dict[str, tuple[int, Floats]], count: int
) -> Inertials | None:
    """Return the masses of the moving links, None unless every one of them has some."""
    bodies: list[list[Body]] = [[] for _ in range(count + 1)]
    for name, (number, placed) in frames_of.items():
        body = body_of_link(tree.links[name], placed)
        if body is not None:
            bodies[number].append(body)
    if not all(bodies[1:]):
        return None
    merged = [merge(*parts) for parts in bodies[1:]]
    return Inertials(
        np.array([body.mass for body in merged]),
        np.array([body.center for body in merged]),
        np.array([body.inertia for body in merged]),
    )


def _capsules(
    tree: _Tree,
    moving: Sequence[Element],
    chain: Chain,
    meshes: MeshFolder,
    frames_of: dict[str, tuple[int, Floats]],
) -> Capsules:
    """Return a capsule around each shape; links without any get a bar to their next joint."""
    rows: list[tuple[int, Floats, Floats, float]] = []
    for name, (number, placed) in frames_of.items():
        rows += [(number, *one) for one in capsules_of_link(tree.links[name], placed, meshes)]
    shaped = {row[0] for row in rows}
    for number in range(1, len(moving) + 1):
        if number not in shaped:
            rows.append((number, np.zeros(3), chain.offset[number], _BARE_RADIUS))
    rows.sort(key=lambda row: row[0])
    return Capsules(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
    )

"""Speed of an arm's clearance from obstacles, against PyBullet's collision detection in one run.

PyBullet says which bodies touch; the clearance of this package says how far they are apart.
"""

import math
import tempfile
from pathlib import Path

import numpy as np
import pytest

from benchmarks.timing import best_of, say
from robots.collide import clearances, scene
from robots.frames import pose, quaternion
from robots.load import load_arm
from robots.task import ArmTask, Fixture, Target, Tool
from robots.urdf import TINY_INERTIA, TINY_MASS, Body, arm_urdf

POSES = 400
TOUCH = 2e-3  # m: engines keep a margin around shapes


def task(count: int) -> ArmTask:
    """Return a UR10e among boxes and cylinders around it."""
    draws = np.random.default_rng(4)
    fixtures = []
    for k in range(count):
        angle, away = draws.uniform(-math.pi, math.pi), draws.uniform(0.5, 1.6)
        at = (away * math.cos(angle), away * math.sin(angle), draws.uniform(-0.6, 1.2))
        kind = "cylinder" if k % 4 == 3 else "box"
        size = (0.06, 0.3) if kind == "cylinder" else tuple(draws.uniform(0.05, 0.3, 3))
        where = pose(at, tuple(draws.uniform(-1, 1, 3)))
        fixtures.append(Fixture(name=f"f{k}", kind=kind, size=size, pose_cell_fixture=where))
    return ArmTask(
        name="among",
        arm=load_arm("ur10e"),
        pose_cell_base=np.eye(4),
        tool=Tool(
            mass=0.0,
            center_of_mass=(0.0, 0.0, 0.0),
            pose_flange_tcp=np.eye(4),
            open_time=0.0,
            close_time=0.0,
        ),
        loads=(0.0,),
        speed=1.0,
        approach=0.05,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.0,
        place_extra=0.0,
        targets=(Target(name="t", pose_cell_tcp=pose((0.6, 0.0, 0.4))),),
        moves=(),
        fixtures=tuple(fixtures),
        home=0,
    )


class Rival:
    """The same arm and obstacles in PyBullet."""

    def __init__(self, asked: ArmTask) -> None:
        self.bullet = b = pytest.importorskip("pybullet")
        self.client = b.connect(b.DIRECT)
        body = Body(TINY_MASS, np.zeros(3), TINY_INERTIA * np.eye(3))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "arm.urdf"
            path.write_text(arm_urdf(asked.arm, (body,) * 7, asked.arm.capsules))
            self.arm = b.loadURDF(str(path), useFixedBase=True)
        for fixture in asked.fixtures:
            self._add(fixture)

    def _add(self, fixture: Fixture) -> None:
        b = self.bullet
        if fixture.kind == "box":
            half = [x / 2 for x in fixture.size]
            shape = b.createCollisionShape(b.GEOM_BOX, halfExtents=half)
        else:
            radius, height = fixture.size
            shape = b.createCollisionShape(b.GEOM_CYLINDER, radius=radius, height=height)
        at = fixture.pose_cell_fixture
        turn = quaternion(at[:3, :3]).tolist()
        body = b.createMultiBody(0, shape, basePosition=at[:3, 3].tolist(), baseOrientation=turn)
        b.setCollisionFilterPair(self.arm, body, -1, -1, 0)  # the base is bolted down

    def touching(self, q) -> list[bool]:
        """Say for each position of the joints whether the arm touches something."""
        b, joints = self.bullet, range(6)
        found = []
        for row in q:
            b.resetJointStatesMultiDof(self.arm, joints, [[angle] for angle in row])
            b.performCollisionDetection()
            found.append(any(point[8] < 0 for point in b.getContactPoints(self.arm)))
        return found

    def close(self) -> None:
        """Let go of the client."""
        self.bullet.disconnect(self.client)


@pytest.mark.parametrize("count", [1, 20, 100])
@pytest.mark.benchmark(group="clearance of an arm")
def test_clearance_against_pybullet(benchmark, count):
    asked = task(count)
    view, rival = scene(asked), Rival(asked)
    q = np.random.default_rng(1).uniform(-2.5, 2.5, (POSES, 6))
    clearances(view, q[:2])  # compiles
    rows = q.tolist()
    theirs = best_of(3, lambda: rival.touching(rows))
    ours = best_of(10, lambda: clearances(view, q))

    gaps = benchmark(clearances, view, q)

    say(f"clearance from {count} obstacles, against performCollisionDetection", theirs / ours)
    touching = np.array(rival.touching(rows))
    rival.close()
    sure = np.abs(gaps) > TOUCH
    assert sure.mean() > 0.9
    assert ((gaps < 0) == touching)[sure].mean() > 0.98  # the engine misses some shallow contacts

"""Claims that hold for every arm of the catalogue: from its pose to its moves in the engine."""

import math

import numba
import numpy as np
import pytest

from robots.arm import Arm
from robots.collide import nearest, scene
from robots.frames import inverse, pose
from robots.kinematics.fk import flange, flanges
from robots.kinematics.ik_numeric import any_angles
from robots.kinematics.inverse import branches
from robots.load import known_arms, load_arm
from robots.pace import notes_of, pace_of
from robots.physics import Physics
from robots.table import computed_move_times
from robots.task import ArmTask, Target, Tool
from robots.worker import Worker

JIT = not numba.config.DISABLE_JIT
ARMS = known_arms()
TCP = pose((0.0, 0.0, 0.1))


@pytest.fixture(scope="module")
def worker():
    with Worker() as shared:
        yield shared


def task_of(arm: Arm, poses) -> ArmTask:
    """Return a task between flange poses in the base."""
    places = [Target(name=f"place {k}", pose_cell_tcp=at @ TCP) for k, at in enumerate(poses)]
    return ArmTask(
        name="cell",
        arm=arm,
        pose_cell_base=np.eye(4),
        tool=Tool(
            mass=0.5,
            center_of_mass=(0.0, 0.0, 0.05),
            pose_flange_tcp=TCP,
            open_time=0.2,
            close_time=0.2,
        ),
        loads=(0.5,),
        speed=1.0,
        approach=0.02,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.0,
        place_extra=0.0,
        targets=tuple(places),
        moves=((0, 1, True), (1, 0, False)),
        fixtures=(),
        home=0,
    )


def free_poses(arm: Arm, count: int):
    """Return flange poses of random joint angles in which the arm does not touch itself."""
    view = scene(task_of(arm, np.tile(np.eye(4), (2, 1, 1))))
    draws, found = np.random.default_rng(3), []
    middle, half = (arm.lower + arm.upper) / 2, (arm.upper - arm.lower) / 2
    while len(found) < count:
        q = middle + 0.5 * half * draws.uniform(-1.0, 1.0, arm.dof)
        if nearest(view, q[None]).own > 0.01:
            found.append(q)
    return flanges(arm.chain, np.array(found))


@pytest.mark.parametrize("name", ARMS)
def test_the_engine_reads_its_urdf_as_this_package_does(worker, name):
    found = Physics(task_of(load_arm(name), np.tile(np.eye(4), (2, 1, 1))), worker).agree(True)

    assert found.position < 1e-6
    assert found.rotation < 1e-6
    assert found.torque is None or found.torque < 1e-6


@pytest.mark.parametrize("name", ARMS)
def test_every_joint_angle_that_is_found_leads_to_the_pose(name):
    arm = load_arm(name)

    for at in free_poses(arm, 5):
        found = branches(arm, at)
        assert len(found) > 0
        assert np.abs(flanges(arm.chain, found) - at).max() < 1e-9
        assert ((found >= arm.lower) & (found <= arm.upper)).all()


@pytest.mark.parametrize("name", [name for name in ARMS if load_arm(name).dof > 5])
def test_the_numeric_inverse_reaches_what_the_arm_reaches(name):
    arm = load_arm(name)
    q = np.random.default_rng(4).uniform(arm.lower, arm.upper, (300 if JIT else 3, arm.dof))
    found, missed = np.empty(arm.dof), 0

    for at in flanges(arm.chain, q):
        turn, place = np.ascontiguousarray(at[:3, :3]), np.ascontiguousarray(at[:3, 3])
        missed += not any_angles(arm.chain, arm.lower, arm.upper, turn, place, found)
        assert missed or np.abs(flange(arm.chain, found) - at).max() < 1e-9

    assert missed == 0


@pytest.mark.parametrize("name", ARMS)
@pytest.mark.skipif(not JIT, reason="minutes when not compiled; the table's own tests cover it")
def test_it_can_be_timed(name):
    arm = load_arm(name)
    poses = free_poses(arm, 2)
    if arm.dof == 4:  # a shaft moves straight down only
        poses = [inverse(pose((0, 0, 0), (math.pi, 0, 0))) for _ in range(2)]
        for at, place in zip(poses, ((0.4, 0.2, 0.1), (0.2, -0.4, 0.05)), strict=True):
            at[:3, 3] = place

    table = computed_move_times(task_of(arm, poses))

    assert 0.05 < table.travel[1, 0, 1] < 10.0
    assert table.travel[0, 1, 0] <= table.travel[1, 0, 1] + 1e-9
    assert table.basis["travel"] == arm.basis
    for q, at in zip(table.joints_at, poses, strict=True):
        assert flange(arm.chain, q) == pytest.approx(at, abs=1e-8)


@pytest.mark.skipif(not JIT, reason="minutes when not compiled")
def test_what_the_controller_refuses_is_not_passed_whatever_the_torques():
    arm = load_arm("fr3")
    pace = pace_of(task_of(arm, np.tile(np.eye(4), (2, 1, 1))))
    start = np.array([0.0, -0.5, 0.0, -2.0, 0.0, 1.5, 0.0])
    goal = start + np.array([1.0, 0.3, 0.0, 0.5, 0.0, 0.0, 0.0])

    law = pace.travel(start, goal, 0)

    assert law.values[1] * np.abs(goal - start).max() == pytest.approx(10.0, rel=0.02)
    assert any("10 rad/s2" in note for note in notes_of(pace.task))

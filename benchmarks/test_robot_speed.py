"""Speed of joint angles and move times, against PyBullet's numeric inverse in the same run.

PyBullet gets 500 iterations and a residual of 1e-6 m: its default settings miss nearly every pose.
"""

import math
import tempfile
from pathlib import Path

import numpy as np
import pytest

from robots.arm import Arm
from robots.frames import pose, quaternion
from robots.kinematics.fk import flanges
from robots.kinematics.inverse import inverse_of, solve_many
from robots.load import load_arm
from robots.pairs import pair_times
from robots.table import computed_move_times
from robots.task import ArmTask, Fixture, Target, Tool
from robots.timelaw import rest_to_rest
from robots.urdf import TINY_INERTIA, TINY_MASS, Body, arm_urdf

ARMS = ("ur10e", "kr6_r700_2")
POSES = 20  # that PyBullet solves
MANY = 2000  # that the closed form solves
ACCELERATION = np.full(6, 20.0)
JERK = 20.0 * ACCELERATION

# A cell like `machine_tending`.
DOWN, AHEAD = (math.pi, 0.0, 0.0), (0.0, math.pi / 2, 0.0)
PLACES = {
    "infeed": ((-0.1, 0.8, 0.9), DOWN),
    "lathe_1": ((0.74, 0.52, 1.05), AHEAD),
    "lathe_2": ((0.74, -0.52, 1.05), AHEAD),
    "clamp": ((-0.75, 0.32, 0.95), DOWN),
    "rack": ((-0.75, -0.32, 0.9), DOWN),
    "outfeed": ((-0.1, -0.8, 0.9), DOWN),
    "chute": ((-0.5, -0.76, 1.0), DOWN),
}
BOXES = {
    "pedestal": ((0.3, 0.3, 0.74), (0.0, 0.0, 0.37)),
    "body_1": ((0.9, 0.7, 1.7), (1.29, 0.52, 0.85)),
    "body_2": ((0.9, 0.7, 1.7), (1.29, -0.52, 0.85)),
    "infeed_frame": ((0.3, 2.4, 0.82), (-0.1, 1.9, 0.41)),
    "outfeed_frame": ((0.3, 2.4, 0.82), (-0.1, -1.9, 0.41)),
    "clamp_table": ((0.4, 0.4, 0.85), (-0.85, 0.32, 0.425)),
    "rack_table": ((0.4, 0.4, 0.8), (-0.85, -0.32, 0.4)),
    "chute_box": ((0.3, 0.3, 0.85), (-0.5, -0.85, 0.425)),
}
CARRIES = ((0, 1), (0, 2), (1, 3), (2, 3), (1, 4), (2, 4), (4, 3), (3, 5), (3, 6))
EMPTY_MOVES = (
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (3, 1),
    (3, 2),
    (5, 1),
    (5, 2),
    (6, 4),
)


def reachable(arm: Arm, count: int):
    angles = np.random.default_rng(7).uniform(arm.lower / 2, arm.upper / 2, (count, 6))
    return flanges(arm.chain, angles)


class PyBulletInverse:
    """One arm in PyBullet, asked for joint angles."""

    def __init__(self, arm: Arm) -> None:
        self.bullet = pytest.importorskip("pybullet")
        self.arm = arm
        self.client = self.bullet.connect(self.bullet.DIRECT)
        body = Body(TINY_MASS, np.zeros(3), TINY_INERTIA * np.eye(3))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "arm.urdf"
            path.write_text(arm_urdf(arm, (body,) * 7, arm.capsules))
            self.body = self.bullet.loadURDF(
                str(path), useFixedBase=True, physicsClientId=self.client
            )
        self.link_flange = np.eye(4)
        self.link_flange[:3, :3] = arm.chain.rotation[-1]
        self.link_flange[:3, 3] = arm.chain.offset[-1]

    def solve(self, flange):
        """Return joint angles for one flange pose, from the middle of the joints' ranges."""
        link = flange @ np.linalg.inv(self.link_flange)
        for k, angle in enumerate((self.arm.lower + self.arm.upper) / 2 + 0.1):
            self.bullet.resetJointState(self.body, k, angle, physicsClientId=self.client)
        return self.bullet.calculateInverseKinematics(
            self.body,
            5,
            link[:3, 3].tolist(),
            quaternion(link[:3, :3]).tolist(),
            maxNumIterations=500,
            residualThreshold=1e-6,
            physicsClientId=self.client,
        )

    def close(self) -> None:
        """Let go of the client."""
        self.bullet.disconnect(self.client)


@pytest.fixture(params=ARMS)
def arm(request):
    return load_arm(request.param)


def found_part(arm: Arm, angles, poses) -> float:
    """Return how many of the answers are within 1 mm and 0.5 degrees."""
    reached = flanges(arm.chain, np.asarray(angles, dtype=np.float64))
    place = np.linalg.norm(reached[:, :3, 3] - poses[:, :3, 3], axis=1)
    trace = np.einsum("kij,kij->k", reached[:, :3, :3], poses[:, :3, :3])
    turn = np.arccos(np.clip((trace - 1) / 2, -1, 1))
    return float(((place < 1e-3) & (turn < math.radians(0.5))).mean())


@pytest.mark.benchmark(group="joint angles for a pose")
def test_closed_form_all_branches(benchmark, arm):
    poses, model = reachable(arm, MANY), inverse_of(arm)
    solve_many(model, poses[:2])  # compiles; not part of the figure

    branches = benchmark(solve_many, model, poses)

    there = ~np.isnan(branches[:, :, 0])
    asked = np.repeat(poses, there.sum(axis=1), axis=0)
    assert there.any(axis=1).all()
    assert np.abs(flanges(arm.chain, branches[there]) - asked).max() < 1e-9
    if benchmark.stats is not None:
        benchmark.extra_info["us_per_pose"] = 1e6 * benchmark.stats.stats.min / MANY


@pytest.mark.benchmark(group="joint angles for a pose")
def test_pybullet_one_branch(benchmark, arm):
    rival, poses = PyBulletInverse(arm), reachable(arm, POSES)

    angles = benchmark.pedantic(lambda: [rival.solve(p) for p in poses], rounds=3)

    benchmark.extra_info["found"] = found_part(arm, angles, poses)
    if benchmark.stats is not None:
        benchmark.extra_info["us_per_pose"] = 1e6 * benchmark.stats.stats.min / POSES
    rival.close()
    # The rival solves the same problem, if not always: its answers are joint angles of this arm.
    assert found_part(arm, angles, poses) > 0.2


@pytest.mark.benchmark(group="table of joint moves")
def test_table_best_of_all_branches(benchmark, arm):
    poses = reachable(arm, 200)
    pair_times(arm, poses[:2], ACCELERATION, JERK)  # compiles

    times = benchmark(pair_times, arm, poses, ACCELERATION, JERK)

    assert np.isfinite(times).all()
    assert (times == times.T).all()
    if benchmark.stats is not None:
        benchmark.extra_info["pairs_per_s"] = times.size / benchmark.stats.stats.min


@pytest.mark.benchmark(group="table of joint moves")
def test_table_with_pybullets_angles(benchmark, arm):
    rival, poses = PyBulletInverse(arm), reachable(arm, POSES)

    def table():
        angles = [rival.solve(p) for p in poses]
        return np.array([[synchronised(arm, a, b) for b in angles] for a in angles])

    times = benchmark.pedantic(table, rounds=3)

    rival.close()
    if benchmark.stats is not None:
        benchmark.extra_info["pairs_per_s"] = times.size / benchmark.stats.stats.min
    best = pair_times(arm, poses, ACCELERATION, JERK)
    # One branch, not wrapped into limits: no better on average than the best of all branches.
    assert best.mean() <= times.mean()


def synchronised(arm: Arm, a, b) -> float:
    way = np.abs(np.subtract(a, b))
    limits = zip(way, arm.speed, ACCELERATION, JERK, strict=True)
    return max(rest_to_rest(*row) for row in limits)


@pytest.mark.benchmark(group="times of a cell's moves, with torques and collisions")
def test_moves_of_a_tending_cell(benchmark):
    task = tending()
    computed_move_times(task)  # compiles

    table = benchmark.pedantic(computed_move_times, (task,), rounds=3)

    asked = np.isfinite(table.travel)
    assert asked.sum() == len(task.moves)
    assert table.clearance[asked].min() > 0.02


def tending() -> ArmTask:
    """Return a UR10e that serves seven places among eight fixtures with 20 moves."""
    return ArmTask(
        name="tending",
        arm=load_arm("ur10e"),
        pose_cell_base=pose((0.0, 0.0, 0.75)),
        tool=Tool(
            mass=1.1,
            center_of_mass=(0.0, 0.0, 0.09),
            pose_flange_tcp=pose((0.0, 0.0, 0.18)),
            open_time=0.3,
            close_time=0.35,
        ),
        loads=(1.4,),
        speed=0.8,
        approach=0.08,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.5,
        place_extra=0.5,
        targets=tuple(Target(name=n, pose_cell_tcp=pose(*p)) for n, p in PLACES.items()),
        moves=tuple((*m, True) for m in CARRIES) + tuple((*m, False) for m in EMPTY_MOVES),
        fixtures=tuple(
            Fixture(name=n, kind="box", size=size, pose_cell_fixture=pose(at))
            for n, (size, at) in BOXES.items()
        ),
        home=0,
    )

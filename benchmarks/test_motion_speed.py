"""Speed of time laws and of the least time along a path, against ruckig and toppra in one run.

Install the rivals with the extra `bench`.
"""

import numpy as np
import pytest

from benchmarks.timing import best_of, say
from robots.course import Caps, Drive, course
from robots.dynamics import Body, with_load
from robots.frames import pose
from robots.joined import joined
from robots.joint_laws import synchronised_times
from robots.kinematics.inverse import branches
from robots.legs import line, tool_leg
from robots.limits import torque_effort
from robots.load import load_arm
from robots.topp import Bounds, at_both_ends, fastest_along, instants

MOVES = 500
SPEED = np.radians([360.0, 300, 360, 381, 388, 615])
ACCELERATION = np.array([41.7, 21.6, 46.2, 145.8, 152.3, 292.6])  # KUKA KR 6 R700 sixx, rad/s2
LIMITS = np.stack([SPEED, ACCELERATION, 20.0 * ACCELERATION])
GRIDS = (100, 200, 500)


@pytest.mark.benchmark(group="rest to rest, six joints")
def test_rest_to_rest_against_ruckig(benchmark):
    ruckig = pytest.importorskip("ruckig")
    draws = np.random.default_rng(3)
    start = draws.uniform(-2, 2, (MOVES, 6))
    goal = start + draws.uniform(-4, 4, (MOVES, 6)) * 10.0 ** draws.uniform(-4, 0, (MOVES, 1))
    solver, trajectory, durations = ruckig.Ruckig(6), ruckig.Trajectory(6), []
    asked = []
    for a, b in zip(start, goal, strict=True):
        one = ruckig.InputParameter(6)
        one.current_position, one.target_position = a.tolist(), b.tolist()
        one.max_velocity, one.max_acceleration, one.max_jerk = LIMITS.tolist()
        asked.append(one)

    def rival():
        durations.clear()
        for one in asked:
            solver.calculate(one, trajectory)
            durations.append(trajectory.duration)

    synchronised_times(start, goal, LIMITS)  # compiles
    theirs = best_of(5, rival)
    ours = best_of(20, lambda: synchronised_times(start, goal, LIMITS))

    times = benchmark(synchronised_times, start, goal, LIMITS)

    say("rest-to-rest time, against ruckig", theirs / ours)
    assert np.abs(times - durations).max() <= 1e-12


@pytest.mark.parametrize("steps", GRIDS)
@pytest.mark.benchmark(group="least time along a path")
def test_path_time_against_toppra(benchmark, steps):
    toppra = pytest.importorskip("toppra")
    toppra.setup_logging("ERROR")
    constraint, algorithm = toppra.constraint, toppra.algorithm
    points = np.random.default_rng(0).uniform(-1, 1, (5, 6))
    path = toppra.SplineInterpolator(np.linspace(0, 1, 5), points)
    grid = np.linspace(0, 1, steps + 1)
    limits = [
        constraint.JointVelocityConstraint(np.c_[-SPEED, SPEED]),
        constraint.JointAccelerationConstraint(np.c_[-ACCELERATION, ACCELERATION]),
    ]

    def rival():
        solver = algorithm.TOPPRA(
            limits, path, gridpoints=grid, parametrizer="ParametrizeConstAccel"
        )
        return solver.compute_trajectory().duration

    def own():
        first, second = path(grid, 1), path(grid, 2)
        b = second / ACCELERATION
        cap = (SPEED / np.maximum(np.abs(first), 1e-12)).min(axis=1) ** 2
        bounds = Bounds(np.diff(grid), first / ACCELERATION, b, b, np.zeros_like(b), cap)
        x = np.empty(steps + 1)
        fastest_along(at_both_ends(bounds), x)
        return instants(bounds.step, x)[-1]

    own()  # compiles
    theirs, ours = best_of(5, rival), best_of(20, own)

    duration = benchmark(own)

    say(f"path time, {steps} steps, against toppra", theirs / ours)
    assert duration == pytest.approx(rival(), rel=5e-3)


@pytest.mark.benchmark(group="torque-limited path of 200 points")
def test_torque_limited_path(benchmark):
    arm, tcp = load_arm("kr6_r700_2"), np.eye(4)
    down = (np.pi, 0.0, 0.0)
    a, b = pose((0.45, -0.15, 0.3), down), pose((0.45, 0.15, 0.3), down)
    leg = tool_leg(arm, tcp, branches(arm, a)[0], *line(a, b))
    path = joined(arm, tcp, [leg], (), 199)
    body = Body(arm.chain, with_load(arm, 1.0, np.zeros(3)), np.array([0.0, 0.0, -9.80665]))
    shape = np.ascontiguousarray(np.stack([path.q, path.first, path.second]))
    cap = (arm.speed / np.maximum(np.abs(path.first), 1e-12)).min(axis=1) ** 2

    def least_time():
        effort = torque_effort(body, arm.torque, shape)
        a, b, c = (values / arm.torque for values in effort[:3])
        bounds = Bounds(np.diff(path.s), a, b, b, c, cap)
        x = np.empty(len(path.s))
        fastest_along(at_both_ends(bounds), x)
        return instants(bounds.step, x)[-1]

    least_time()  # compiles
    duration = benchmark(least_time)

    drive = Drive(
        arm=arm, pose_flange_tcp=tcp, body=body, most=arm.torque, build_up=0.0, basis="torque"
    )
    assert len(path.s) == 200
    assert duration == pytest.approx(
        course(drive, path, [Caps(joints=arm.speed)]).duration, rel=1e-3
    )
    print(f"\ntorque-limited path of 200 points: {1e3 * best_of(20, least_time):.2f} ms")

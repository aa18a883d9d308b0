"""Claims about the fastest motion along a path: lines, arcs, corners, and what limits them."""

import itertools
import math

import numpy as np
import pytest

from robots import topp
from robots.course import Caps, Drive, course
from robots.dynamics import Body, inverse_dynamics, with_load
from robots.errors import RobotError
from robots.frames import pose
from robots.joined import joined
from robots.kinematics.fk import flanges
from robots.kinematics.inverse import branches
from robots.legs import arc, joint_leg, line, rotations, tool_leg
from robots.load import load_arm
from robots.moves import arc as arc_timing
from robots.moves import jerk_limited, trapezoid
from robots.profile import Profile

ARM = load_arm("kr6_r700_2")
TCP = pose((0.0, 0.0, 0.1))
DOWN = (math.pi, 0.0, 0.0)
STRONG = 1e3 * ARM.torque
FREE = Caps(joints=ARM.speed)
GRAVITY = np.array([0.0, 0.0, -9.80665])


def drive(most=ARM.torque, build_up=0.0, load=1.0) -> Drive:
    body = Body(ARM.chain, with_load(ARM, load, np.array([0.0, 0.0, 0.1])), GRAVITY)
    return Drive(
        arm=ARM, pose_flange_tcp=TCP, body=body, most=most, build_up=build_up, basis="torque"
    )


def legs_through(*points):
    """Return straight legs of the tool, pointing down."""
    poses = [pose(point, DOWN) for point in points]
    here = branches(ARM, poses[0] @ np.linalg.inv(TCP))[0]
    legs = []
    for a, b in itertools.pairwise(poses):
        legs.append(tool_leg(ARM, TCP, here, *line(a, b)))
        here = legs[-1].rows[-1]
    return legs


ARCH = ((0.45, -0.15, 0.3), (0.45, -0.15, 0.325), (0.45, 0.15, 0.325), (0.45, 0.15, 0.3))


def arch(radius=0.025, points=60):
    return joined(ARM, TCP, legs_through(*ARCH), (radius, radius), points)


def places(q):
    return (flanges(ARM.chain, np.ascontiguousarray(q)) @ TCP)[:, :3, 3]


def one_joint(way: float, v: float, a: float, points: int = 41) -> tuple[topp.Bounds, np.ndarray]:
    s = np.linspace(0.0, way, points)
    row, zero = np.full((points, 1), 1 / a), np.zeros((points, 1))
    return topp.Bounds(np.diff(s), row, zero, zero, zero, np.full(points, v * v)), s


@pytest.mark.parametrize(("way", "v"), [(1.0, 10.0), (2.0, 0.5)])
def test_one_joint_under_constant_limits_goes_a_trapezoid(way, v):
    bounds, s = one_joint(way, v, 2.0, 801)
    x = np.empty(s.size)

    assert topp.fastest_along(bounds, x)

    exact = trapezoid(way, v, 2.0).duration
    assert topp.instants(bounds.step, x)[-1] == pytest.approx(exact, rel=2e-4)


def test_an_average_over_time_turns_the_trapezoid_into_seven_segments():
    bounds, s = one_joint(1.0, 0.8, 2.0, 801)
    x = np.empty(s.size)
    topp.fastest_along(bounds, x)
    profile = Profile(s=s, t=topp.instants(bounds.step, x), speed=np.sqrt(x), build_up=0.1)
    t = np.linspace(0.0, profile.duration, 400)

    place, speed, acceleration = profile.at(t)

    assert profile.duration == pytest.approx(jerk_limited(1.0, 0.8, 2.0, 20.0).duration, rel=2e-4)
    assert place[[0, -1]] == pytest.approx([0.0, 1.0])
    assert speed.max() <= 0.8 * (1 + 1e-9)
    assert np.abs(np.diff(acceleration)).max() <= 20.0 * t[1] * 1.05
    assert np.gradient(place, t)[1:-1] == pytest.approx(speed[1:-1], abs=2e-3)


def test_limits_that_stand_against_each_other_have_no_motion():
    bounds, s = one_joint(1.0, 1.0, 1.0)
    held = np.full_like(bounds.c, 1.5)  # more than can be held at rest

    assert not topp.fastest_along(bounds._replace(c=held), np.empty(s.size))


@pytest.mark.parametrize("build_up", [0.0, 0.01, 0.05])
def test_a_course_keeps_torques_and_speeds_and_uses_them(build_up):
    motion = course(drive(build_up=build_up), arch(), [FREE] * 3)
    track = motion.sample(np.linspace(0.0, motion.duration, 150))

    torque = inverse_dynamics(drive().body, track.q, track.qd, track.qdd) / ARM.torque

    assert motion.basis == "torque"
    assert np.abs(torque).max() < 1.01
    assert (np.abs(track.qd) <= ARM.speed * 1.001).all()
    assert motion.peak > 0.9
    assert not track.qd[[0, -1]].any()


def test_jerk_costs_the_time_it_takes_to_build_up():
    path = arch()
    sharp, soft = (course(drive(build_up=b), path, [FREE] * 3).duration for b in (0.0, 0.04))

    assert 0.04 <= soft - sharp < 0.07


def test_an_arch_is_followed_with_its_corners_rounded():
    motion = course(drive(), arch(), [FREE] * 3)
    at = places(motion.sample(np.linspace(0.0, motion.duration, 120)).q)

    assert at[0] == pytest.approx(ARCH[0], abs=1e-6)
    assert at[-1] == pytest.approx(ARCH[-1], abs=1e-6)
    assert np.abs(at[:, 0] - 0.45).max() < 5e-4
    assert at[:, 2].max() == pytest.approx(0.325, abs=1e-5)
    # A parabola over two ways of 25 mm passes their corner at 25 mm / sqrt(8).
    corner = np.linalg.norm(at - np.array(ARCH[1]), axis=1).min()
    assert corner == pytest.approx(0.025 / math.sqrt(8), abs=1e-3)


def test_limits_of_the_tool_give_the_trapezoid_of_a_straight_move():
    caps = Caps(joints=ARM.speed, tool_speed=0.25, tool_acceleration=1.2)
    path = joined(ARM, TCP, legs_through(*ARCH[1:3]), ())

    motion = course(drive(STRONG), path, [caps])

    assert motion.duration == pytest.approx(trapezoid(0.3, 0.25, 1.2).duration, rel=2e-3)


def test_limits_of_the_tool_hold_on_an_arc():
    start, goal = pose((0.45, -0.1, 0.3), DOWN), pose((0.45, 0.1, 0.3), DOWN)
    poses, length = arc(start, np.array([0.35, 0.0, 0.3]), goal)
    here = branches(ARM, start @ np.linalg.inv(TCP))[0]
    path = joined(ARM, TCP, [tool_leg(ARM, TCP, here, poses, length)], ())
    caps = Caps(joints=ARM.speed, tool_speed=0.3, tool_acceleration=1.0)

    motion = course(drive(STRONG), path, [caps])

    assert length == pytest.approx(0.1 * math.pi)
    exact = arc_timing(0.1, math.pi, 0.3, 1.0, math.inf).duration
    assert motion.duration == pytest.approx(exact, rel=2e-3)
    at = places(motion.sample(np.linspace(0.0, motion.duration, 60)).q)
    assert np.linalg.norm(at - (0.45, 0.0, 0.3), axis=1) == pytest.approx(0.1, abs=1e-5)


def test_a_slower_leg_slows_the_corner_before_it():
    slow = Caps(joints=ARM.speed, tool_speed=0.1)
    motion = course(drive(), arch(0.01), [FREE, FREE, slow])
    track = motion.sample(np.linspace(0.0, motion.duration, 1500))
    at = places(track.q)
    speed = np.linalg.norm(np.gradient(at, track.t, axis=0), axis=1)

    assert speed.max() > 0.5
    assert speed[at[:, 1] > 0.1401].max() <= 0.1005


def test_a_joint_leg_may_join_a_leg_of_the_tool():
    down = legs_through(*ARCH[:2])[0]
    start, goal = down.rows[-1], down.rows[-1] + np.array([0.6, 0.1, 0.0, 0.0, 0.0, 0.0])
    legs = [down, joint_leg(ARM, TCP, start, goal)]

    stopping = sum(course(drive(), joined(ARM, TCP, [leg], ()), [FREE]).duration for leg in legs)
    flying = course(drive(), joined(ARM, TCP, legs, (0.02,)), [FREE] * 2)

    assert flying.duration < stopping - 0.02
    assert flying.sample(np.array([flying.duration])).q[0] == pytest.approx(goal)


def test_an_arm_that_cannot_hold_its_load_is_told():
    with pytest.raises(RobotError, match=r"joint_2 needs \d+% of its usable torque to stand"):
        course(drive(ARM.torque / 4), arch(), [FREE] * 3)


def test_corners_may_not_overlap():
    with pytest.raises(RobotError, match="leg 1: the corners at its ends overlap"):
        joined(ARM, TCP, legs_through(*ARCH), (0.02, 0.29))


def test_what_the_tool_cannot_follow_is_told():
    poses, length = line(pose((0.45, 0.0, 0.3), DOWN), pose((1.2, 0.0, 0.3), DOWN))
    here = branches(ARM, poses[0] @ np.linalg.inv(TCP))[0]
    with pytest.raises(RobotError, match="out of reach on the way"):
        tool_leg(ARM, TCP, here, poses, length)
    with pytest.raises(RobotError, match="lie on a line"):
        arc(pose((0, 0, 0)), np.array([0.1, 0, 0]), pose((0.2, 0, 0)))


def test_the_tool_turns_evenly_about_one_axis():
    poses, length = line(pose((0, 0, 0)), pose((0, 0, 0), (0.0, 0.0, math.pi / 2)))

    assert length == pytest.approx(0.1 * math.pi / 2)
    assert poses[40, :3, :3] == pytest.approx(pose((0, 0, 0), (0, 0, math.pi / 4))[:3, :3])
    assert rotations(np.zeros((1, 3)))[0] == pytest.approx(np.eye(3))

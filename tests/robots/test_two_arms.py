"""Claims about two arms that move at the same time, and programs that wait for each other."""

import math
from dataclasses import replace

import numpy as np
import pytest

from robots.collide import place_capsules, scene
from robots.distance import segment_to_segment
from robots.errors import RobotError
from robots.frames import pose
from robots.load import load_arm
from robots.plan import plan
from robots.program import AwaitSignal, Move, Program, SetSignal, Wait, Workplace
from robots.task import Tool
from robots.together import apart, together
from robots.two_arms import between_arms

DOWN = (math.pi, 0.0, 0.0)
GAP = 1.1  # m between the bases
TOOL = Tool(
    mass=0.5,
    center_of_mass=(0.0, 0.0, 0.05),
    pose_flange_tcp=pose((0.0, 0.0, 0.1)),
    open_time=0.1,
    close_time=0.1,
)
LEFT = Workplace(arm=load_arm("kr6_r700_2"), pose_cell_base=np.eye(4), tools={"gripper": TOOL})
RIGHT = replace(LEFT, pose_cell_base=pose((GAP, 0.0, 0.0), (0.0, 0.0, math.pi)))


def reach(name: str, start: float, to: float, *before, after=()) -> Program:
    """Return a program that moves straight along x at 300 mm height and back."""
    poses = [pose((x, 0.0, 0.3), DOWN) for x in (start, to)]
    out, back = (
        Move(kind="line", to=word, pose_cell_tcp=at, speed=0.25)
        for word, at in (("middle", poses[1]), ("home", poses[0]))
    )
    return Program(
        name=name,
        start="home",
        pose_cell_start=poses[0],
        steps=(*before, out, back, *after),
    )


@pytest.fixture(scope="module")
def pair():
    return plan(LEFT, reach("left", 0.35, 0.6)), plan(RIGHT, reach("right", 0.75, 0.5))


def brute(q_left, q_right):
    """Return the least distance of all capsules, worked out one by one."""
    found = []
    for place, q in ((LEFT, q_left), (RIGHT, q_right)):
        view = scene(place.task("gripper", np.eye(4)))
        ends = np.empty((2, view.link.size, 3))
        place_capsules(view, q, np.empty((8, 3, 3)), np.empty((8, 3)), ends)
        at = place.pose_cell_base
        found.append((ends @ at[:3, :3].T + at[:3, 3], view.radius))
    (a, ra), (b, rb) = found
    return min(
        segment_to_segment(a[0, i], a[1, i], b[0, j], b[1, j]) - ra[i] - rb[j]
        for i in range(len(ra))
        for j in range(len(rb))
    )


def test_the_tightest_instant_is_found(pair):
    left, right = pair

    spot = apart((LEFT, left), (RIGHT, right))

    t = np.arange(0.0, left.duration, 0.02)
    every = [brute(a, b) for a, b in zip(left.joints(t), right.joints(t), strict=True)]
    assert spot.clearance == pytest.approx(min(every), abs=4e-3)
    assert spot.clearance < 0.0
    assert spot.links[0] == spot.links[1]  # the arms mirror each other
    assert spot.at == pytest.approx(t[int(np.argmin(every))], abs=0.1)


def test_arms_that_take_turns_keep_apart(pair):
    left, right = pair

    later = apart((LEFT, left), (RIGHT, right), offset=left.duration)

    assert later.clearance > 0.01
    assert later.clearance == pytest.approx(
        apart((RIGHT, right), (LEFT, left), offset=right.duration).clearance, abs=5e-3
    )


def test_a_signal_makes_one_arm_wait_for_the_other():
    left = plan(LEFT, reach("left", 0.35, 0.6, after=(SetSignal("clear"),)))
    right = plan(RIGHT, reach("right", 0.75, 0.5, AwaitSignal("clear")))

    both = together({"left": left, "right": right})

    assert both["left"].duration == left.duration
    assert both["right"].duration == pytest.approx(left.duration + right.duration)
    assert both["right"].activities[0].end == pytest.approx(left.duration)
    assert apart((LEFT, both["left"]), (RIGHT, both["right"])).clearance > 0.01


def test_a_signal_that_is_there_already_costs_nothing():
    left = plan(LEFT, reach("left", 0.35, 0.6, SetSignal("go")))
    right = plan(RIGHT, reach("right", 0.75, 0.5, Wait(0.5), AwaitSignal("go"), AwaitSignal("x")))

    both = together({"left": left, "right": right})

    assert both["right"].duration == right.duration


def test_programs_that_wait_for_each_other_are_told():
    left = plan(LEFT, reach("left", 0.35, 0.6, AwaitSignal("a"), SetSignal("b")))
    right = plan(RIGHT, reach("right", 0.75, 0.5, AwaitSignal("b"), SetSignal("a")))

    with pytest.raises(RobotError, match="wait for ever: left for 'a', right for 'b'"):
        together({"left": left, "right": right})


def test_tracks_are_equally_long():
    view = scene(LEFT.task("gripper", np.eye(4)))
    with pytest.raises(RobotError, match="two tracks of the same length, got 2 and 3"):
        between_arms((view, view), (np.eye(4),) * 2, (np.zeros((2, 6)), np.zeros((3, 6))), 0.1)

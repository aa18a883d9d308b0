"""Claims about singular poses and about how far a pose is out of reach."""

import math

import numpy as np
import pytest

from robots.frames import pose
from robots.kinematics.fk import flange
from robots.kinematics.posture import flange_reach, miss, posture
from robots.load import load_arm

# Arms whose makers give the reach of the wrist: the flange gets further by the hand.
WRIST_REACH = {
    "kr6_r700_sixx": (0.7067, 0.08),
    "kr6_r900_2": (0.901, 0.09),
    "lrmate200id": (0.717, 0.08),
    "gp8": (0.727, 0.08),
    "irb1200_5_90": (0.901, 0.082),
}


@pytest.mark.parametrize(
    ("name", "q", "kind"),
    [
        ("ur10e", (0.4, -1.1, 1.3, -0.6, 0.0, 0.7), "wrist"),
        ("ur10e", (0.4, -1.1, 0.0, -0.6, -1.2, 0.7), "elbow"),
        ("kr6_r700_2", (0.4, -1.1, 1.3, 0.5, 0.0, 0.7), "wrist"),
        ("kr6_r700_2", (0.4, -1.1, math.atan2(0.025, 0.365), 0.5, 1.0, 0.7), "elbow"),
        ("hsr065a1_n32", (0.4, 0.0, 0.1, 0.7), "elbow"),
    ],
)
def test_a_singular_pose_is_known_and_named(name, q, kind):
    stands = posture(load_arm(name), np.array(q))

    assert stands.evenness < 1e-12
    assert stands.singular
    assert stands.kind == kind
    assert len(stands.joints) >= 2


def test_a_good_posture_is_not_called_singular():
    stands = posture(load_arm("ur10e"), np.array([0.0, -1.3, 1.6, -1.8, -1.57, 0.0]))

    assert not stands.singular
    assert stands.evenness > 0.05


@pytest.mark.parametrize("name", WRIST_REACH)
def test_the_computed_reach_is_that_of_the_wrist_and_the_hand(name):
    published, hand = WRIST_REACH[name]

    assert flange_reach(load_arm(name)) - hand == pytest.approx(published, abs=1e-3)


@pytest.mark.parametrize("away", [0.05, 0.5])
def test_how_far_a_pose_is_out_of_reach_is_the_way_to_the_nearest_one(away):
    arm = load_arm("kr6_r700_sixx")  # the wrist gets 706.7 mm from axis 1, 400 mm above the base
    far = pose((0.025 + math.hypot(0.315 + 0.0, 0.0) + math.hypot(0.365, 0.035), 0.0, 0.4))
    far[:3, :3] = pose((0, 0, 0), (0.0, math.pi / 2, 0.0))[:3, :3]
    far[0, 3] += 0.08 + away

    off = miss(arm, far)

    assert off.distance == pytest.approx(away, abs=2e-3)
    assert off.angle < 0.01


def test_a_pose_within_reach_is_not_missed():
    arm = load_arm("ur5e")

    assert miss(arm, flange(arm.chain, np.array([0.3, -1.2, 1.1, -0.8, -1.4, 0.5]))) is None

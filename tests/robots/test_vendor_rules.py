"""Claims about moves and zones as vendors publish them."""

import math

import numpy as np
import pytest

from robots.errors import RobotError
from robots.frames import pose
from robots.urscript import movec, movej, movel
from robots.zones import RAPID_ZONES, rapid_zones, ur_blends

CORNER = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.1, 0.04, 0.0], [0.5, 0.04, 0.0]])


def test_the_axis_that_turns_farthest_leads():
    short = movej(np.zeros(3), np.array([0.1, -0.4, 0.2]), a=2.0, v=1.0)
    long = movej(np.zeros(3), np.array([0.1, -3.0, 0.2]), a=2.0, v=1.0)

    assert short.duration == pytest.approx(2 * math.sqrt(0.4 / 2.0))
    assert long.duration == pytest.approx(3.0 / 1.0 + 1.0 / 2.0)
    assert short.basis == "published rule of the controller"


def test_the_defaults_are_those_of_the_manual():
    assert movej(np.zeros(6), np.ones(6)).duration == pytest.approx(1 / 1.05 + 1.05 / 1.4)
    way = movel(pose((0, 0, 0)), pose((0, 0.5, 0)))
    assert way.duration == pytest.approx(0.5 / 0.25 + 0.25 / 1.2)
    assert movec(0.5, -1.0).duration == way.duration


@pytest.mark.parametrize("t", [0.9, 5.0])
def test_a_time_overrides_speed_and_acceleration(t):
    timing = movej(np.zeros(2), np.array([0.0, 1.0]), a=2.0, v=0.1, t=t)
    up = timing.peak_speed / timing.peak_acceleration

    assert timing.duration == t
    assert timing.peak_speed * (t - up) == pytest.approx(1.0)


def test_a_tool_that_only_turns_needs_a_time():
    turned = pose((0, 0, 0), (0, 0, 1.0))
    with pytest.raises(RobotError, match="no speed is published; give t"):
        movel(pose((0, 0, 0)), turned)
    assert movel(pose((0, 0, 0)), turned, t=2.0).duration == 2.0
    with pytest.raises(RobotError, match="t must be a time"):
        movel(pose((0, 0, 0)), turned, t=-1.0)


def test_overlapping_blends_skip_the_move_in_version_1():
    zones = ur_blends(CORNER, np.array([0.0, 0.03, 0.03, 0.0]), version=1)

    assert zones.kept == (0, 2, 3)
    assert zones.warnings == ("overlapping blends: the move to point 1 is skipped",)


def test_overlapping_blends_shrink_in_version_2():
    zones = ur_blends(CORNER, np.array([0.0, 0.03, 0.01, 0.0]), version=2)
    tight = ur_blends(CORNER, np.array([0.0, 0.06, 0.02, 0.0]), version=2)

    assert zones.radii == (0.0, 0.03, 0.01, 0.0)
    assert not zones.warnings
    assert tight.radii == pytest.approx((0.0, 0.03, 0.01, 0.0))
    assert len(tight.warnings) == 2


def test_a_rapid_zone_is_at_most_half_a_neighbouring_way():
    zones = rapid_zones(CORNER, np.array([0.05, RAPID_ZONES["z50"], RAPID_ZONES["z10"], 0.05]))

    assert zones.radii == pytest.approx((0.0, 0.02, 0.01, 0.0))
    assert zones.kept == (0, 1, 2, 3)
    assert "point 1 reduced to 20.0 mm" in zones.warnings[0]


def test_a_radius_for_each_point():
    with pytest.raises(RobotError, match="one radius, not negative, for each of the 4 points"):
        rapid_zones(CORNER, np.array([0.0, -0.01, 0.0, 0.0]))

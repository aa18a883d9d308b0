"""Claims about how long moves take under limits of speed, acceleration and jerk."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots import timelaw
from robots.errors import RobotError
from robots.joint_laws import synchronised_times
from robots.moves import arc, jerk_limited, joint_move, straight, trapezoid

TRUTH = Path(__file__).parents[1] / "truth" / "motion_cases.json"
CASES = {case["id"]: case for case in json.loads(TRUTH.read_text())}

positive = st.floats(1e-3, 1e3)
speed = st.floats(-1.0, 1.0)
few = settings(deadline=None, derandomize=True, max_examples=60)


def of_kind(letter):
    return pytest.mark.parametrize(
        "case", [c for k, c in CASES.items() if k[0] == letter], ids=lambda case: case["id"]
    )


def check(case, timing):
    exact, within = case["exact"], case["abs_tol"]
    assert timing.duration == pytest.approx(exact["duration"], abs=within)
    if "peak_speed" in exact:
        assert timing.peak_speed == pytest.approx(exact["peak_speed"], abs=within)
    if "peak_acc" in exact:
        assert timing.peak_acceleration == pytest.approx(exact["peak_acc"], abs=within)


@of_kind("T")
def test_trapezoids_take_their_exact_time(case):
    check(case, trapezoid(**case["input"]))


@of_kind("J")
def test_seven_segment_moves_take_their_exact_time(case):
    check(case, jerk_limited(**case["input"]))


@of_kind("L")
def test_straight_lines_and_arcs_take_their_exact_time(case):
    given_ = case["input"]
    if "radius" in given_:
        check(case, arc(**given_))
    else:
        check(case, straight(given_["length"], given_["v_tcp"], given_["a_tcp"]))


@of_kind("P")
def test_joint_moves_take_their_exact_time(case):
    given_, exact, within = case["input"], case["exact"], case["abs_tol"]
    limits = (given_["v_max"], given_["a_max"], given_["j_max"])

    timing = joint_move(given_["q_start"], given_["q_goal"], *limits)

    assert timing.axis_times == pytest.approx(exact["axis_minimum_times"], abs=within)
    assert timing.time_synchronised == pytest.approx(
        exact["duration_time_synchronised"], abs=within
    )
    assert timing.straight == pytest.approx(exact["duration_straight_in_joint_space"], abs=within)
    assert timing.slowest == exact["slowest_axis"]


@few
@given(positive, positive, positive, positive)
def test_a_sampled_law_covers_the_distance_within_its_limits(distance, v, a, j):
    lengths, state = np.empty(timelaw.SEGMENTS), np.empty(3)
    jerk = timelaw.segments(distance, v, a, j, lengths)
    time = lengths.sum()

    timelaw.along(lengths, jerk, time, state)

    assert time == pytest.approx(timelaw.rest_to_rest(distance, v, a, j), rel=1e-12)
    assert state[0] == pytest.approx(distance, rel=1e-9)
    for t in np.linspace(0.0, time, 23):
        timelaw.along(lengths, jerk, t, state)
        assert 0.0 <= state[0] <= distance * (1 + 1e-9)
        assert state[1] <= v * (1 + 1e-9)
        assert abs(state[2]) <= a * (1 + 1e-9)


@few
@given(positive, positive, positive, positive, st.floats(0.1, 10.0))
def test_all_lengths_scaled_alike_leave_the_time_as_it_is(distance, v, a, j, factor):
    once = timelaw.rest_to_rest(distance, v, a, j)
    scaled = timelaw.rest_to_rest(*(factor * x for x in (distance, v, a, j)))

    assert scaled == pytest.approx(once, rel=1e-9)


@few
@given(positive, positive, positive, positive, st.floats(1.0, 5.0), st.integers(1, 3))
def test_a_higher_limit_never_makes_a_move_slower(distance, v, a, j, factor, which):
    limits = [distance, v, a, j]
    higher = limits.copy()
    higher[which] *= factor

    assert timelaw.rest_to_rest(*higher) <= timelaw.rest_to_rest(*limits) * (1 + 1e-9)


@few
@given(st.floats(-2.0, 2.0), speed, speed, st.floats(0.2, 5.0), st.floats(0.2, 50.0))
def test_a_move_between_speeds_takes_as_long_backwards_and_mirrored(distance, v0, v1, a, j):
    time, _ = timelaw.with_speeds(distance, v0, v1, 1.0, a, j)

    assert timelaw.with_speeds(distance, v1, v0, 1.0, a, j)[0] == pytest.approx(time, rel=1e-6)
    assert timelaw.with_speeds(-distance, -v0, -v1, 1.0, a, j)[0] == pytest.approx(time, rel=1e-6)


@few
@given(st.floats(0.01, 3.0), st.floats(0.2, 5.0), st.floats(0.2, 50.0))
def test_speeds_of_zero_are_rest(distance, a, j):
    time, _ = timelaw.with_speeds(distance, 0.0, 0.0, 1.0, a, j)

    assert time == pytest.approx(timelaw.rest_to_rest(distance, 1.0, a, j), rel=1e-9)


@few
@given(st.floats(-2.0, 2.0), speed, st.floats(0.2, 5.0))
def test_the_jerk_limited_move_becomes_the_trapezoid_when_jerk_is_free(distance, v0, a):
    time, _ = timelaw.with_speeds(distance, v0, 0.0, 1.0, a, 1e12)

    assert timelaw.trapezoid(distance, v0, 1.0, a, a)[0] == pytest.approx(time, abs=1e-4)


@pytest.mark.parametrize(
    ("distance", "v_start", "expected"),
    [
        (0.0, 0.0, 0.0),
        (1.0, -1.0, 1.0 + 1.5 + 1.0),  # stops first (0.5 m back), then goes 1.5 m
        (0.5, 1.0, 1.0),  # just enough way to brake
        (0.2, 1.0, 1.0 + 2 * math.sqrt(0.3)),  # overshoots by 0.3 m and returns
        (2.0, 2.0, 1.0 + 1.0),  # brakes 2 -> 1 within 1.5 m, then 1 -> 0 within 0.5 m
        (-0.2, -1.0, 1.0 + 2 * math.sqrt(0.3)),
    ],
)
def test_a_trapezoid_with_initial_speed_takes_the_time_worked_by_hand(distance, v_start, expected):
    timing = trapezoid(distance, v_max=1.0, a_max=1.0, v_start=v_start)

    assert timing.duration == pytest.approx(expected, abs=1e-12)


def test_straight_in_joint_space_is_never_shorter_than_synchronised():
    rng = np.random.default_rng(3)
    for _ in range(30):
        start, goal = rng.uniform(-2, 2, (2, 6))
        v, a, j = rng.uniform(0.5, 3, (3, 6)) * np.array([[1], [5], [50]])
        timing = joint_move(start, goal, v, a, j)
        assert timing.straight >= timing.time_synchronised - 1e-12


@pytest.mark.parametrize("limits", [(0.0, 1.0), (1.0, -1.0), (1.0, math.nan)])
def test_limits_that_are_not_positive_are_refused(limits):
    with pytest.raises(RobotError, match="must be positive"):
        trapezoid(1.0, *limits)


@pytest.mark.parametrize("speeds", [(1.5, 0.0), (0.0, -1.5)])
def test_ends_faster_than_the_limit_are_refused(speeds):
    with pytest.raises(RobotError, match="v_start and v_end must be within v_max"):
        jerk_limited(1.0, 1.0, 1.0, 1.0, *speeds)


def test_many_moves_at_once_take_as_long_as_their_slowest_joint():
    rng = np.random.default_rng(5)
    start, goal = rng.uniform(-2, 2, (2, 40, 6)) * 10.0 ** rng.uniform(-6, 0, (40, 1))
    limits = rng.uniform(0.5, 3, (3, 6)) * np.array([[1], [5], [50]])

    times = synchronised_times(start, goal, limits)

    slowest = [
        joint_move(a, b, *limits).time_synchronised for a, b in zip(start, goal, strict=True)
    ]
    assert times == pytest.approx(slowest, abs=1e-12)

"""Claims about angles from cosines and sines."""

import math

import numba
import numpy as np
import pytest

from robots.jit import compiled
from robots.kinematics.angles import angle, bend_of, root

SAMPLES = 2_000 if numba.config.DISABLE_JIT else 500_000
TINY, HUGE = 5e-324, 1e307


@compiled
def angles_of(y, x):
    out = np.empty(y.size)
    for k in range(y.size):
        out[k] = angle(y[k], x[k])
    return out


@compiled
def bends_of(cosines):
    out = np.empty((cosines.size, 2))
    for k in range(cosines.size):
        out[k, 0], out[k, 1] = bend_of(cosines[k])
    return out


@compiled
def root_of(square):
    return root(square)


def units_off(y, x):
    """Return the largest difference to the C library, in units in the last place."""
    exact = np.arctan2(y, x)
    return (np.abs(angles_of(y, x) - exact) / np.spacing(np.abs(exact))).max()


def test_angles_are_those_of_the_c_library_in_all_directions_and_sizes():
    random = np.random.default_rng(3)
    turn, size = random.uniform(-math.pi, math.pi, SAMPLES), 10 ** random.uniform(-9, 9, SAMPLES)
    y, x = size * np.sin(turn), size * np.cos(turn)

    assert units_off(y, x) <= 3
    assert units_off(y * 10 ** random.uniform(-250, 250, SAMPLES), x) <= 3


def test_angles_are_right_where_the_formula_changes_over():
    random = np.random.default_rng(4)
    x = random.normal(size=SAMPLES)
    near = random.choice([-1, 1], SAMPLES) * (1 + random.normal(size=SAMPLES) * 1e-8)

    for slope in (math.tan(math.pi / 8), 1.0, math.tan(3 * math.pi / 8)):
        assert units_off(x * near * slope, x) <= 3


@pytest.mark.parametrize("x", [-HUGE, -1.0, -TINY, 0.0, TINY, 1.0, HUGE])
@pytest.mark.parametrize("y", [-HUGE, -1.0, -TINY, 0.0, TINY, 1.0, HUGE])
def test_angles_of_axes_diagonals_and_extremes_are_those_of_the_c_library(y, x):
    (found,) = angles_of(np.array([y]), np.array([x]))

    assert found == pytest.approx(math.atan2(y, x), abs=1e-300, rel=4e-16)


def test_no_angle_comes_of_no_number():
    nowhere = angles_of(np.array([math.nan, 1.0, math.nan]), np.array([1.0, math.nan, math.nan]))

    assert np.isnan(nowhere).all()


def test_a_bend_has_the_cosine_asked_for_and_a_sine_to_match():
    cosines = np.cos(np.linspace(0.0, math.pi, 1001))

    found = bends_of(cosines)

    assert (found[:, 0] == cosines).all()
    assert np.hypot(found[:, 0], found[:, 1]) == pytest.approx(1.0, abs=5e-16)


def test_a_cosine_beyond_one_is_a_full_stretch_if_that_is_rounding():
    found = bends_of(np.array([1 + 5e-11, -1 - 5e-11, 1 + 2e-10, -1 - 2e-10, math.nan]))

    assert found[:2].tolist() == [[1.0, 0.0], [-1.0, 0.0]]
    assert np.isnan(found[2:]).all()


def test_there_is_no_root_of_less_than_nothing():
    assert root_of(2.25) == 1.5
    assert root_of(0.0) == 0.0
    assert math.isnan(root_of(-1e-30))

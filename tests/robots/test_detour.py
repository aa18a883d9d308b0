"""Claims about ways of the joints round corners and obstacles."""

import numpy as np
import pytest

from robots.bends import bent

POINTS = np.array([[0.0, 0.0], [1.0, 0.2], [1.0, 1.0], [0.4, 1.5]])


@pytest.mark.parametrize("width", [0.1, 1.0])
def test_a_bent_way_is_smooth_and_ends_where_it_should(width):
    s = np.linspace(0.0, 1.0, 2001)

    q, first, second = bent(POINTS, width, s)

    assert q[0] == pytest.approx(POINTS[0])
    assert q[-1] == pytest.approx(POINTS[-1])
    assert np.gradient(q, s, axis=0)[1:-1] == pytest.approx(first[1:-1], abs=5e-2)
    assert np.abs(np.diff(first, axis=0)).max() <= np.abs(second).max() * s[1] * 1.001


def test_narrower_corners_pass_nearer_to_the_points():
    s = np.linspace(0.0, 1.0, 501)
    gaps = [
        np.abs(bent(POINTS, width, s)[0] - POINTS[1]).max(axis=1).min() for width in (1.0, 0.5, 0.1)
    ]

    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < 0.02


def test_a_way_of_two_points_is_straight():
    q, first, second = bent(POINTS[:2], 0.5, np.array([0.25]))

    assert q[0] == pytest.approx(0.25 * POINTS[1])
    assert first[0] == pytest.approx(POINTS[1])
    assert not second.any()


def test_a_way_that_goes_nowhere_stands():
    q, first, _ = bent(POINTS[[0, 0]], 0.5, np.array([0.0, 0.7]))

    assert (q == POINTS[0]).all()
    assert not first.any()

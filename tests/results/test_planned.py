"""Claims about planned times: means of the distribution families."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from twin.kernel.model import DIST, NONE, NS_PER_S
from twin.kernel.states import Dist
from twin.results.planned import mean_of, planned_cycle

VALUES = np.array([0.25, 4.0, 0.75, 12.0])


def line(family, *parameters):
    a, b, c = (*parameters, 0.0, 0.0, 0.0)[:3]
    dists = np.array([(family, a, b, c, 0, len(VALUES))], dtype=DIST)
    return SimpleNamespace(dists=dists, values=VALUES)


@pytest.mark.parametrize(
    ("family", "parameters", "mean"),
    [
        (Dist.CONSTANT, (7.0,), 7.0),
        (Dist.EXPONENTIAL, (7.0,), 7.0),
        (Dist.UNIFORM, (2.0, 6.0), 4.0),
        (Dist.TRIANGULAR, (1.0, 2.0, 6.0), stats.triang(0.2, 1, 5).mean()),
        (Dist.PERT, (1.0, 2.0, 7.0), (1 + 8 + 7) / 6),
        (Dist.ERLANG, (9.0, 3.0), 9.0),
        (Dist.GAMMA, (9.0, 0.4), 9.0),
        (Dist.WEIBULL, (5.0, 1.7), stats.weibull_min(1.7, scale=5).mean()),
        (Dist.NORMAL, (3.0, 2.0), stats.truncnorm(-1.5, math.inf, 3, 2).mean()),
        (Dist.NORMAL, (3.0, 0.0), 3.0),
        (Dist.LOGNORMAL, (1.2, 0.5), stats.lognorm(0.5, scale=math.exp(1.2)).mean()),
        (Dist.HYPEREXPONENTIAL, (), 0.25 * 4 + 0.75 * 12),
        (Dist.GEOMETRIC, (10.0, 0.25), 40.0),
        (Dist.EMPIRICAL, (), VALUES.mean()),
        (Dist.SEQUENCE, (), VALUES.mean()),
    ],
)
def test_the_mean_of_each_family_is_the_closed_form(family, parameters, mean):
    assert mean_of(line(family, *parameters), 0) == pytest.approx(mean)


def test_every_family_has_a_mean():
    for family in Dist:
        assert math.isfinite(mean_of(line(family, 3.0, 0.5, 4.0), 0))


def test_the_planned_cycle_weighs_products_as_they_were_made():
    dists = np.array(
        [(Dist.CONSTANT, 10 * NS_PER_S, 0, 0, 0, 0), (Dist.CONSTANT, 40 * NS_PER_S, 0, 0, 0, 0)],
        dtype=DIST,
    )
    process = np.array([[0, 1, NONE]])
    mixed = SimpleNamespace(dists=dists, values=VALUES, process=process)

    assert planned_cycle(mixed, 0, np.array([2.0, 1.0, 50.0])) == pytest.approx(20.0)
    assert planned_cycle(mixed, 0, np.zeros(3)) == pytest.approx(25.0)  # nothing made yet

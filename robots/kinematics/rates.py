"""How fast the points of an arm move when its joints do."""

import math

import numpy as np

from robots.arm import Chain, Floats
from robots.jit import compiled
from robots.kinematics.fk import frames


@compiled
def _speed(
    chain: Chain, turns: Floats, origins: Floats, rates: Floats, at: Floats, link: int
) -> float:
    """Return the speed of a point that is fixed to a link; n + 1 is the flange."""
    v, z, d = np.zeros(3), np.empty(3), np.empty(3)
    for i in range(min(link, rates.size)):
        for k in range(3):
            z[k] = 0.0
            d[k] = at[k] - origins[i + 1, k]
            for j in range(3):
                z[k] += turns[i + 1, k, j] * chain.axis[i, j]
        if chain.slides[i]:
            for k in range(3):
                v[k] += rates[i] * z[k]
            continue
        v[0] += rates[i] * (z[1] * d[2] - z[2] * d[1])
        v[1] += rates[i] * (z[2] * d[0] - z[0] * d[2])
        v[2] += rates[i] * (z[0] * d[1] - z[1] * d[0])
    return math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])


@compiled
def point_rates(chain: Chain, tcp: Floats, q: Floats, rates: Floats) -> Floats:
    """Return the largest speed of a joint, the flange or the tool centre point along a path.

    Parameters
    ----------
    tcp : ndarray, shape (3,)
        In the flange frame, m.
    q, rates : ndarray, shape (k, n)
        Joint angles, rad, and what they change by for each unit of the path.

    Returns
    -------
    ndarray, shape (k,)
        m for each unit of the path.
    """
    n, found = q.shape[1], np.zeros(q.shape[0])
    turns, origins, point = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3)), np.empty(3)
    for row in range(q.shape[0]):
        frames(chain, q[row], turns, origins)
        most = 0.0
        for link in range(1, n + 2):
            most = max(most, _speed(chain, turns, origins, rates[row], origins[link], link))
        for k in range(3):
            point[k] = origins[n + 1, k]
            for j in range(3):
                point[k] += turns[n + 1, k, j] * tcp[j]
        found[row] = max(most, _speed(chain, turns, origins, rates[row], point, n + 1))
    return found


def fastest_point(chain: Chain, tcp: Floats, q: Floats, rates: Floats) -> float:
    """Return the largest of `point_rates`."""
    return float(point_rates(chain, tcp, q, rates).max())

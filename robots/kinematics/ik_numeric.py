"""Numeric inverse of any serial chain: damped least squares, started again where it gets stuck.

T. Sugihara, "Solvability-unconcerned inverse kinematics by the Levenberg-Marquardt method", 2011:
the damping falls with the error.
"""

import math

import numpy as np

from robots.arm import Chain, Floats
from robots.jit import compiled
from robots.kinematics.fk import columns, frames

CLOSE = 1e-10  # m and rad together: a pose that counts as reached
_DAMPING = 1e-2  # of the squared error
_STRIDE = 0.7  # rad or m, most a joint moves in one iteration
_ITERATIONS = 40
_QUICK = 20  # where another start costs less than to go on
_SLACK = 1e-9  # rad a joint may pass its limit by rounding


@compiled
def twist_between(
    turn: Floats, position: Floats, goal_turn: Floats, goal: Floats, out: Floats
) -> float:
    """Write the way and the rotation vector from one pose to another; return their squared size."""
    r = np.empty((3, 3))
    for i in range(3):
        out[i] = goal[i] - position[i]
        for j in range(3):
            r[i, j] = 0.0
            for k in range(3):
                r[i, j] += goal_turn[i, k] * turn[j, k]
    x, y, z = r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]
    sine = math.sqrt(x * x + y * y + z * z)
    trace = r[0, 0] + r[1, 1] + r[2, 2]
    angle = math.atan2(sine, trace - 1.0)
    scale = angle / sine if sine > 1e-12 else 0.5
    out[3], out[4], out[5] = scale * x, scale * y, scale * z
    if sine <= 1e-12 and trace < 0.0:  # turned by half: about which axis does not matter
        out[3] = angle
    total = 0.0
    for k in range(6):
        total += out[k] * out[k]
    return total


@compiled
def solve_symmetric(a: Floats, b: Floats) -> bool:
    """Solve a x = b by Cholesky's method, x in place of b; False where a is not positive."""
    n = b.size
    for j in range(n):
        pivot = a[j, j]
        for k in range(j):
            pivot -= a[j, k] * a[j, k]
        if pivot <= 1e-300:
            return False
        a[j, j] = math.sqrt(pivot)
        for i in range(j + 1, n):
            for k in range(j):
                a[i, j] -= a[i, k] * a[j, k]
            a[i, j] /= a[j, j]
    for i in range(n):
        for k in range(i):
            b[i] -= a[i, k] * b[k]
        b[i] /= a[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            b[i] -= a[k, i] * b[k]
        b[i] /= a[i, i]
    return True


@compiled
def descend(chain: Chain, turn: Floats, position: Floats, iterations: int, q: Floats) -> float:
    """Improve joint angles `q` (n,) in place towards a flange pose; return what is left.

    Returns
    -------
    float
        Distance and angle that remain, m and rad together.  Limits are not looked at.
    """
    n = q.size
    turns, origins = np.empty((n + 2, 3, 3)), np.empty((n + 2, 3))
    jac, error, square = np.empty((6, n)), np.empty(6), np.empty((6, 6))
    left = math.inf
    for _ in range(iterations):
        frames(chain, q, turns, origins)
        squared = twist_between(turns[n + 1], origins[n + 1], turn, position, error)
        left = math.sqrt(squared)
        if left < CLOSE:
            break
        columns(chain, turns, origins, jac)
        for i in range(6):
            for j in range(i + 1):
                square[i, j] = 0.0
                for k in range(n):
                    square[i, j] += jac[i, k] * jac[j, k]
            square[i, i] += _DAMPING * squared + 1e-12
        if not solve_symmetric(square, error):
            break
        for k in range(n):
            step = 0.0
            for i in range(6):
                step += jac[i, k] * error[i]
            q[k] += min(max(step, -_STRIDE), _STRIDE)
    return left


@compiled
def into_limits(chain: Chain, lower: Floats, upper: Floats, q: Floats) -> bool:
    """Bring each turning joint to its lowest turn within limits; say whether all are within."""
    good = True
    for k in range(q.size):
        if not chain.slides[k]:
            low = lower[k] - _SLACK
            q[k] -= 2.0 * math.pi * math.floor((q[k] - low) / (2.0 * math.pi))
        good = good and lower[k] - _SLACK <= q[k] <= upper[k] + _SLACK
        q[k] = min(max(q[k], lower[k]), upper[k])
    return good


@compiled
def _spread(n: int) -> float:
    """Return the n-dimensional golden ratio, for points spread evenly (Kronecker sequence).

    M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018.
    """
    root = 1.5
    for _ in range(30):
        root = (1.0 + root) ** (1.0 / (n + 1))
    return root


@compiled
def _start(lower: Floats, upper: Floats, seed: int, root: float, q: Floats) -> None:
    """Write start `seed`: the middle first, then points spread evenly."""
    part = 1.0
    for k in range(q.size):
        part /= root
        q[k] = lower[k] + ((0.5 + seed * part) % 1.0) * (upper[k] - lower[k])


@compiled
def any_angles(
    chain: Chain, lower: Floats, upper: Floats, turn: Floats, position: Floats, out: Floats
) -> bool:
    """Write joint angles within limits for one flange pose; say whether some were found.

    Parameters
    ----------
    lower, upper : ndarray, shape (n,)
    turn, position : ndarray, shapes (3, 3) and (3,)
        Flange in the base.
    out : ndarray, shape (n,)
    """
    root = _spread(out.size)
    for seed in range(100):
        _start(lower, upper, seed, root, out)
        left = descend(chain, turn, position, int(_QUICK), out)
        if left < CLOSE and into_limits(chain, lower, upper, out):
            return True
    return False


@compiled
def solve(
    chain: Chain, lower: Floats, upper: Floats, turn: Floats, position: Floats, out: Floats
) -> int:
    """Write the different joint angles that many starts lead to; return how many there are.

    Parameters
    ----------
    out : ndarray, shape (rows, n)
        The first rows: joint angles within limits.
    """
    rows, n = out.shape
    q, count, root = np.empty(n), 0, _spread(n)
    for seed in range(4 * rows):
        _start(lower, upper, seed, root, q)
        if descend(chain, turn, position, int(_ITERATIONS), q) >= CLOSE:
            continue
        new = into_limits(chain, lower, upper, q)
        for row in range(count):
            apart = 0.0
            for k in range(n):
                apart = max(apart, abs(q[k] - out[row, k]))
            new = new and apart > 1e-5
        if new:
            for k in range(n):
                out[count, k] = q[k]
            count += 1
            if count == rows:
                break
    return count

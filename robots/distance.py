"""Signed distances of a segment from boxes, cylinders and segments; kernels.

Negative inside: how deep the segment's axis has entered.  All bodies are convex, so the distance is
a convex function of the place on the segment.
"""

import math

from robots.arm import Floats
from robots.jit import compiled

BOX, CYLINDER = 0, 1
_GOLDEN = 0.6180339887498949
_STEPS = 48  # of the golden section: the bracket shrinks to 1e-10


@compiled
def _slope(start: Floats, way: Floats, half: Floats, t: float) -> float:
    """Return half the derivative of the squared distance from the box at `t`."""
    total = 0.0
    for k in range(3):
        x = start[k] + t * way[k]
        if x > half[k]:
            total += (x - half[k]) * way[k]
        elif x < -half[k]:
            total += (x + half[k]) * way[k]
    return total


@compiled
def _outside(start: Floats, way: Floats, half: Floats, t: float) -> float:
    total = 0.0
    for k in range(3):
        over = abs(start[k] + t * way[k]) - half[k]
        if over > 0.0:
            total += over * over
    return math.sqrt(total)


@compiled
def _to_box(start: Floats, way: Floats, half: Floats) -> float:
    """Return the distance of a segment from a box, 0.0 if they meet: exact.

    The derivative of the squared distance rises piecewise linearly; its zero is bracketed between
    the places where a coordinate passes a face.
    """
    low, high = 0.0, 1.0
    slope_low = _slope(start, way, half, 0.0)
    slope_high = _slope(start, way, half, 1.0)
    if slope_low >= 0.0:
        return _outside(start, way, half, 0.0)
    if slope_high <= 0.0:
        return _outside(start, way, half, 1.0)
    for k in range(3):
        for side in range(2):
            if abs(way[k]) < 1e-15:
                continue
            t = ((half[k] if side else -half[k]) - start[k]) / way[k]
            if low < t < high:
                slope = _slope(start, way, half, t)
                if slope > 0.0:
                    high, slope_high = t, slope
                else:
                    low, slope_low = t, slope
    rise = slope_high - slope_low
    return _outside(start, way, half, low - slope_low * (high - low) / rise if rise > 0.0 else low)


@compiled
def _signed(kind: int, x: float, y: float, z: float, half: Floats) -> float:
    """Return the signed distance of a point from a box or an upright cylinder (radius, -, half)."""
    if kind == BOX:
        dx, dy, dz = abs(x) - half[0], abs(y) - half[1], abs(z) - half[2]
        inside = min(max(dx, dy, dz), 0.0)
        dx, dy, dz = max(dx, 0.0), max(dy, 0.0), max(dz, 0.0)
        return inside + math.sqrt(dx * dx + dy * dy + dz * dz)
    across, along = math.hypot(x, y) - half[0], abs(z) - half[2]
    return min(max(across, along), 0.0) + math.hypot(max(across, 0.0), max(along, 0.0))


@compiled
def _golden(kind: int, start: Floats, way: Floats, half: Floats) -> float:
    """Return the least signed distance along a segment."""
    low, high = 0.0, 1.0
    a, b = high - _GOLDEN, _GOLDEN
    at_a = _signed(kind, start[0] + a * way[0], start[1] + a * way[1], start[2] + a * way[2], half)
    at_b = _signed(kind, start[0] + b * way[0], start[1] + b * way[1], start[2] + b * way[2], half)
    for _ in range(_STEPS):
        if at_a < at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            x, y, z = start[0] + a * way[0], start[1] + a * way[1], start[2] + a * way[2]
            at_a = _signed(kind, x, y, z, half)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            x, y, z = start[0] + b * way[0], start[1] + b * way[1], start[2] + b * way[2]
            at_b = _signed(kind, x, y, z, half)
    return min(at_a, at_b)


@compiled
def segment_to_solid(kind: int, start: Floats, way: Floats, half: Floats) -> float:
    """Return the signed distance of a segment from a solid centred at the origin, m.

    Parameters
    ----------
    kind : int
        BOX, or CYLINDER about z.
    start, way : ndarray, shape (3,)
        Where the segment begins, and from there to its end, in the solid's frame, m.
    half : ndarray, shape (3,)
        Half lengths of the box; radius, radius, half height of the cylinder, m.
    """
    if kind == BOX:
        distance = _to_box(start, way, half)
        if distance > 0.0:
            return distance
    return _golden(kind, start, way, half)


@compiled
def segment_to_segment(p: Floats, q: Floats, r: Floats, s: Floats) -> float:
    """Return the distance between segments p-q and r-s, m.

    C. Ericson, "Real-time collision detection", 2005, 5.1.9.
    """
    a = b = c = e = f = 0.0
    for k in range(3):
        u, v, w = q[k] - p[k], s[k] - r[k], p[k] - r[k]
        a += u * u
        b += u * v
        c += u * w
        e += v * v
        f += v * w
    along = 0.0
    spread = a * e - b * b
    if a > 1e-18 and spread > 1e-15 * a * e:
        along = min(max((b * f - c * e) / spread, 0.0), 1.0)
    other = (b * along + f) / e if e > 1e-18 else 0.0
    if other < 0.0 or other > 1.0 or e <= 1e-18:
        other = min(max(other, 0.0), 1.0)
        along = min(max((b * other - c) / a, 0.0), 1.0) if a > 1e-18 else 0.0
    total = 0.0
    for k in range(3):
        gap = p[k] + along * (q[k] - p[k]) - r[k] - other * (s[k] - r[k])
        total += gap * gap
    return math.sqrt(total)

"""Angles from cosines and sines, without branches: loops that call them become vector code."""

import math

from robots.jit import inlined

_EIGHTH, _HALF = 0.25 * math.pi, 0.5 * math.pi
_STEEP = math.tan(0.125 * math.pi)
_ROUNDING = 1e-10  # how far a cosine may leave [-1, 1] by rounding, at full stretch


@inlined
def angle(y: float, x: float) -> float:
    """Return the angle of the point (x, y), as `math.atan2` does, within 3 units in the last place.

    Finite numbers below 1e307.  The signs of zeros are not looked at: 0 at the origin, pi on the
    negative x axis.  The polynomial is that of `atan` in fdlibm (Sun Microsystems, 1993), good for
    |t| <= 7/16.
    """
    across, along = abs(y), abs(x)
    low = across if across < along else along
    high = along if across < along else across
    steep = low > _STEEP * high  # nearer to the diagonal than to an axis: seen from there
    base = low + high if steep else high
    t = (low - high if steep else low) / (base if base != 0.0 else 1.0)
    z = t * t
    w = z * z
    odd = 4.97687799461593236017e-02 + w * 1.62858201153657823623e-02
    odd = 9.09088713343650656196e-02 + w * (6.66107313738753120669e-02 + w * odd)
    odd = 3.33333333333329318027e-01 + w * (1.42857142725034663711e-01 + w * odd)
    even = -5.83357013379057348645e-02 + w * -3.65315727442169155270e-02
    even = -1.11111104054623557880e-01 + w * (-7.69187620504482999495e-02 + w * even)
    even = -1.99999999998764832476e-01 + w * even
    turned = t - t * (z * odd + w * even)
    turned = _EIGHTH + turned if steep else turned
    turned = _HALF - turned if across > along else turned
    turned = math.pi - turned if x < 0.0 else turned
    return -turned if y < 0.0 else turned


@inlined
def root(square: float) -> float:
    """Return the square root, or nan where there is none."""
    return math.sqrt(square if square >= 0.0 else math.nan)


@inlined
def bend_of(cosine: float) -> tuple[float, float]:
    """Return cosine and sine of the angle in [0, pi] with a cosine, or nan where there is none."""
    c = cosine if abs(cosine) <= 1.0 + _ROUNDING else math.nan
    c = 1.0 if c > 1.0 else c
    c = -1.0 if c < -1.0 else c
    return c, math.sqrt((1.0 - c) * (1.0 + c))

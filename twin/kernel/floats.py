"""Logarithm, exponential and normal quantile in plain IEEE operations: the same bits everywhere.

The C library's own functions differ in the last bit between machines.
"""

import math

import numpy as np

from twin.kernel.jit import inlined

# The two parts of ln 2: k * LN2_HIGH is exact for every exponent k of a double.
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG2_E = 1.44269504088896338700
_MANTISSA = np.int64(52)
_BIAS = np.int64(1023)
_ONE_BITS = np.int64(0x3FF0000000000000)
_SQRT_HALF_BITS = np.int64(0x3FE6A09E00000000)  # just below sqrt(1/2), where log's reduction folds
_MANTISSA_MASK = np.int64(0x000FFFFFFFFFFFFF)
_TINIEST, _LARGEST = -708.0, 709.0  # beyond: 0 and infinity


@inlined
def log(x: float) -> float:
    """Return the natural logarithm of a positive normal double, within 1 ulp.

    After fdlibm e_log.c (Sun Microsystems, 1993): x = 2^k (1 + f), log(1 + f) by a minimax
    polynomial in s = f / (2 + f).
    """
    bits = np.float64(x).view(np.int64) + (_ONE_BITS - _SQRT_HALF_BITS)
    k = np.float64((bits >> _MANTISSA) - _BIAS)
    f = np.int64((bits & _MANTISSA_MASK) + _SQRT_HALF_BITS).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    ww = w * w
    even = w * (3.999999999940941908e-01 + w * 2.222219843214978396e-01)
    even = even + w * (ww * 1.531383769920937332e-01)
    odd = 6.666666666666735130e-01 + w * 2.857142874366239149e-01
    odd = z * (odd + ww * (1.818357216161805012e-01 + w * 1.479819860511658591e-01))
    half = 0.5 * f * f
    return k * _LN2_HIGH - ((half - (s * (half + (even + odd)) + k * _LN2_LOW)) - f)


@inlined
def exp(x: float) -> float:
    """Return e to the power x within 1 ulp; 0 below -708, infinity above 709.

    After fdlibm e_exp.c (Sun Microsystems, 1993): x = k ln 2 + r, exp(r) by a rational function.
    """
    # Kept to where the result is a number, and without a branch: loops become vector instructions.
    y = x if x > _TINIEST else _TINIEST
    found = moderate_exp(y if y < _LARGEST else _LARGEST)
    found = math.inf if x > _LARGEST else found
    return 0.0 if x < _TINIEST else found


@inlined
def moderate_exp(x: float) -> float:
    """Return `exp` of an x between -708 and 709."""
    whole = np.floor(_LOG2_E * x + 0.5)
    high, low = x - whole * _LN2_HIGH, whole * _LN2_LOW
    r = high - low
    rr = r * r
    p = 1.66666666666666019037e-01 - rr * 2.77777777770155933842e-03
    q = 6.61375632143793436117e-05 - rr * 1.65339022054652515390e-06
    rrrr = rr * rr
    c = r - rr * (p + rrrr * (q + rrrr * 4.13813679705723846039e-08))
    power = np.int64((np.int64(whole) + _BIAS) << _MANTISSA).view(np.float64)
    return (1.0 + ((r * c / (2.0 - c) - low) + high)) * power


@inlined
def _ratio(r: float, n: tuple[float, ...], d: tuple[float, ...]) -> float:
    """Return the quotient of two polynomials of degree 7 in r; lowest coefficients first.

    Halves instead of Horner's chain: most of the time is waiting for the term before.
    """
    rr = r * r
    rrrr = rr * rr
    above = ((n[0] + n[1] * r) + (n[2] + n[3] * r) * rr) + (
        (n[4] + n[5] * r) + (n[6] + n[7] * r) * rr
    ) * rrrr
    below = ((1.0 + d[0] * r) + (d[1] + d[2] * r) * rr) + (
        (d[3] + d[4] * r) + (d[5] + d[6] * r) * rr
    ) * rrrr
    return above / below


# Coefficients of AS 241: central region, and two regions of the tail.
_CENTRE_ABOVE = (
    3.3871328727963666080e0,
    1.3314166789178437745e2,
    1.9715909503065514427e3,
    1.3731693765509461125e4,
    4.5921953931549871457e4,
    6.7265770927008700853e4,
    3.3430575583588128105e4,
    2.5090809287301226727e3,
)
_CENTRE_BELOW = (
    4.2313330701600911252e1,
    6.8718700749205790830e2,
    5.3941960214247511077e3,
    2.1213794301586595867e4,
    3.9307895800092710610e4,
    2.8729085735721942674e4,
    5.2264952788528545610e3,
)
_NEAR_ABOVE = (
    1.42343711074968357734e0,
    4.63033784615654529590e0,
    5.76949722146069140550e0,
    3.64784832476320460504e0,
    1.27045825245236838258e0,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
)
_NEAR_BELOW = (
    2.05319162663775882187e0,
    1.67638483018380384940e0,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
)
_FAR_ABOVE = (
    6.65790464350110377720e0,
    5.46378491116411436990e0,
    1.78482653991729133580e0,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
)
_FAR_BELOW = (
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
)


_CENTRE = 0.425
_FAR = 2e-11  # a little more than exp(-25)


@inlined
def is_central(u: float) -> bool:
    """Return whether the normal quantile of u lies in the region of `central_quantile`."""
    return bool(abs(u - 0.5) <= _CENTRE)


@inlined
def central_quantile(u: float) -> float:
    """Return the normal quantile of a u for which `is_central`."""
    q = u - 0.5
    return q * _ratio(0.180625 - q * q, _CENTRE_ABOVE, _CENTRE_BELOW)


@inlined
def tail_quantile(u: float) -> float:
    """Return the normal quantile of any other u; its absolute value is at least 1.4."""
    r = math.sqrt(-log(min(u, 1.0 - u)))
    if r <= 5.0:
        z = _ratio(r - 1.6, _NEAR_ABOVE, _NEAR_BELOW)
    else:
        z = _ratio(r - 5.0, _FAR_ABOVE, _FAR_BELOW)
    return -z if u < 0.5 else z


@inlined
def near_tail_quantile(u: float) -> float:
    """Return the normal quantile of a u that is neither central nor far: without a branch."""
    z = _ratio(math.sqrt(-log(min(u, 1.0 - u))) - 1.6, _NEAR_ABOVE, _NEAR_BELOW)
    return -z if u < 0.5 else z


@inlined
def is_far(u: float) -> bool:
    """Return whether u may be where `tail_quantile` has another formula."""
    return min(u, 1.0 - u) < _FAR


@inlined
def normal_quantile(u: float) -> float:
    """Return the standard normal quantile of 0 < u < 1, relative error about 1e-16.

    Wichura, "Algorithm AS 241", Applied Statistics 37 (1988).
    """
    return central_quantile(u) if is_central(u) else tail_quantile(u)

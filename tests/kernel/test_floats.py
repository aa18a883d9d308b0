"""Claims about the functions that do not depend on the machine's mathematics library."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy.special import ndtri

from twin.kernel import floats

EXAMPLES = settings(deadline=None, max_examples=500)


# The kernel's own are merged into their callers and cannot be called from Python.
@njit
def log(x):
    return floats.log(x)


@njit
def exp(x):
    return floats.exp(x)


@njit
def quantile(u):
    return floats.normal_quantile(u)


@EXAMPLES
@given(st.floats(1e-300, 1e300) | st.floats(0.5, 2.0))
def test_log_is_within_an_ulp(x):
    assert log(x) == pytest.approx(math.log(x), rel=2.3e-16, abs=1e-300)


@EXAMPLES
@given(st.floats(-700.0, 709.0) | st.floats(-1.0, 1.0))
def test_exp_is_within_an_ulp(x):
    assert abs(exp(x) - math.exp(x)) <= np.spacing(math.exp(x))


def test_exp_ends_in_zero_and_infinity():
    assert exp(-1e9) == 0.0
    assert exp(1e9) == math.inf


@EXAMPLES
@given(st.floats(2.0**-54, 1.0 - 2.0**-53))
def test_the_normal_quantile_is_right_to_fifteen_digits(u):
    assert quantile(u) == pytest.approx(ndtri(u), rel=2e-15, abs=1e-16)


@pytest.mark.parametrize(
    ("function", "x", "bits"),
    [
        (log, 3.0, 0x3FF193EA7AAD030A),
        (exp, 0.7, 0x40001C2A61268987),
        (quantile, 0.3, 0xBFE0C7E39582C5FB),
        (quantile, 1e-12, 0xC01C234FBA57A32A),
    ],
)
def test_bits_are_the_same_on_every_machine(function, x, bits):
    assert int(np.float64(function(x)).view(np.uint64)) == bits

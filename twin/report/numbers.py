"""Numbers as people read them: as many digits as are known, with their unit."""

import math

THIN = "\u202f"  # narrow no-break space: separates thousands and a number from its unit
MINUS = "\u2212"
UNKNOWN = "–"
_MOST_DIGITS = 4  # of a value: more than that no decision needs
# From how many seconds on a unit is used: cycle and takt times stay in seconds, as people say them.
_DURATIONS = (
    (172_800.0, 86_400.0, "d"),
    (7_200.0, 3_600.0, "h"),
    (300.0, 60.0, "min"),
    (1.0, 1.0, "s"),
    (0.0, 1e-3, "ms"),
)


def number(value: float, decimals: int = 0) -> str:
    """Return a number with thousands apart; negative `decimals` round to tens, hundreds and so on.

    Examples
    --------
    >>> number(12345.678, 1)
    '12\u202f345.7'
    """
    if not math.isfinite(value):
        return UNKNOWN
    rounded = round(value, decimals)
    digits = f"{abs(rounded):,.{max(decimals, 0)}f}".replace(",", THIN)
    return MINUS + digits if rounded < 0 else digits


def decimals_for(value: float, half_width: float, most: int = _MOST_DIGITS) -> int:
    """Return how many decimals a value with an interval of this half-width deserves.

    One digit of the half-width, two when the first is a 1 (612 ± 8, 612.4 ± 1.3), as is usual in
    measurement (JCGM 100, 7.2.6); no more than `most` digits of the value, however sure it is.
    """
    if not math.isfinite(half_width) or half_width <= 0.0:
        return 2
    exponent = math.floor(math.log10(half_width))
    lead = round(half_width / 10.0**exponent, 6)
    decimals = -exponent + (1 if lead < 1.95 else 0) if lead < 9.5 else -exponent
    size = max(abs(value), half_width)
    return min(decimals, most - 1 - math.floor(math.log10(size)))


def significant(value: float, digits: int = 3) -> str:
    """Return a number with a count of significant digits, never less than its whole part."""
    if not math.isfinite(value):
        return UNKNOWN
    if value == 0.0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    return number(value, max(decimals, 0))


def with_unit(text: str, unit: str) -> str:
    """Return a written number with its unit; no unit and `%` as they are written."""
    return text if not unit or text == UNKNOWN else f"{text}{THIN}{unit}"


def plus_minus(value: float, half_width: float, unit: str = "") -> str:
    """Return `612 ± 8 parts`; without a usable half-width three significant digits.

    Examples
    --------
    >>> plus_minus(612.34, 7.8).replace(THIN, " ")
    '612 ± 8'
    """
    if not math.isfinite(half_width) or half_width <= 0.0:
        return with_unit(significant(value), unit)
    decimals = decimals_for(value, half_width)
    # What is too small for the last digit is rounded up: an interval is never claimed narrower.
    shown = max(half_width, 10.0**-decimals)
    return with_unit(f"{number(value, decimals)} ± {number(shown, decimals)}", unit)


def interval(low: float, high: float, unit: str = "") -> str:
    """Return `604–620 parts`, rounded as their distance allows (`to` where one is negative)."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    half, size = (high - low) / 2, max(abs(low), abs(high))
    decimals = decimals_for(size, half, _MOST_DIGITS + 1) if high > low else _plain_decimals(low)
    between = "–" if low >= 0 else " to "
    return with_unit(f"{number(low, decimals)}{between}{number(high, decimals)}", unit)


def percent(share: float, decimals: int = 0) -> str:
    """Return a share as a percentage."""
    return with_unit(number(100.0 * share, decimals), "%")


def duration_unit(seconds: float) -> tuple[float, str]:
    """Return the unit, s and name, in which a duration reads best.

    Examples
    --------
    >>> duration_unit(100.0)
    (1.0, 's')
    """
    size = abs(seconds)
    if size == 0.0 or not math.isfinite(size):
        return 1.0, "s"
    return next((unit, name) for least, unit, name in _DURATIONS if size >= least)


def duration(seconds: float, digits: int = 3) -> str:
    """Return a duration that is no estimate in the unit that suits it, without idle zeros.

    Examples
    --------
    >>> duration(7_200.0).replace(THIN, " ")
    '2 h'
    """
    unit, name = duration_unit(seconds)
    text = significant(seconds / unit, digits)
    return with_unit(text.rstrip("0").rstrip(".") if "." in text else text, name)


def signed(value: float, half_width: float, unit: str = "") -> str:
    """Return a difference with its sign always written."""
    text = plus_minus(value, half_width, unit)
    return text if text.startswith(MINUS) else "+" + text


def _plain_decimals(value: float) -> int:
    return 0 if value == 0.0 else max(0, 2 - math.floor(math.log10(abs(value))))

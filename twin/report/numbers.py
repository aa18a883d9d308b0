"""Numbers as people read them: as many digits as are known, with their unit."""

import math

THIN = "\u202f"  # narrow no-break space: separates thousands and a number from its unit
MINUS = "\u2212"
UNKNOWN = "–"
_DURATIONS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"))


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


def decimals_for(half_width: float) -> int:
    """Return how many decimals a number with an interval of this half-width deserves.

    One digit of the half-width, two when the first is a 1 (612 ± 8, 612.4 ± 1.3), as is usual in
    measurement (JCGM 100, 7.2.6).
    """
    if not math.isfinite(half_width) or half_width <= 0.0:
        return 2
    exponent = math.floor(math.log10(half_width))
    lead = round(half_width / 10.0**exponent, 6)
    return -exponent + (1 if lead < 1.95 else 0) if lead < 9.5 else -exponent


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
    decimals = decimals_for(half_width)
    return with_unit(f"{number(value, decimals)} ± {number(half_width, decimals)}", unit)


def interval(low: float, high: float, unit: str = "") -> str:
    """Return `604–620 parts`, rounded as their distance allows (`to` where one is negative)."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNKNOWN
    decimals = decimals_for((high - low) / 2) if high > low else _plain_decimals(low)
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
    for unit, name in _DURATIONS:
        # Less than two units stay in the next smaller one: 95 s, 100 min.
        if size >= unit * (2.0 if unit > 1.0 else 1.0):
            return unit, name
    return (1.0, "s") if size == 0.0 or not math.isfinite(size) else (1e-3, "ms")


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

"""Estimates as people read them: in a unit that suits, as many digits as the interval allows."""

import math
from typing import NamedTuple

from twin.report import numbers
from twin.results.model import SHARE, Estimate

NOT_KNOWN = "not known"
_LOPSIDED = 0.1  # of the half-width: an interval less symmetric than this is written with both ends


class Quantity(NamedTuple):
    """An estimate in the unit in which it is shown."""

    mean: float
    low: float
    high: float
    unit: str

    @property
    def half_width(self) -> float:
        """Half the length of the interval; NaN when it is not known."""
        return (self.high - self.low) / 2


def known(estimate: Estimate | None) -> bool:
    """Tell whether there is a number to show."""
    return estimate is not None and math.isfinite(estimate.mean)


def has_interval(estimate: Estimate) -> bool:
    """Tell whether the interval is known."""
    return math.isfinite(estimate.low) and math.isfinite(estimate.high)


def quantity(estimate: Estimate, like: Estimate | None = None) -> Quantity:
    """Return an estimate in its everyday unit: shares in %, seconds in min or h, kWh in Wh.

    With `like`, in the unit of another estimate of the same kind, so that they read side by side.
    """
    factor, unit = _everyday(like or estimate)
    return Quantity(estimate.mean * factor, estimate.low * factor, estimate.high * factor, unit)


def value(estimate: Estimate) -> str:
    """Return the mean alone, without its unit, rounded as its interval allows."""
    shown = quantity(estimate)
    if not math.isfinite(shown.mean):
        return numbers.UNKNOWN
    if not has_interval(estimate) or shown.half_width <= 0.0:
        return numbers.significant(shown.mean)
    return numbers.number(shown.mean, numbers.decimals_for(shown.mean, shown.half_width))


def unit(estimate: Estimate) -> str:
    """Return the unit in which `value` is written."""
    return quantity(estimate).unit


def short(estimate: Estimate | None, like: Estimate | None = None) -> str:
    """Return `612 ± 8 parts`, or `93 % (90–95)` where the interval is lopsided; `–` for nothing.

    Examples
    --------
    >>> short(Estimate(mean=0.612, low=0.604, high=0.620, n=30, unit="kW"))
    '0.612 ± 0.008 kW'
    """
    if estimate is None or not math.isfinite(estimate.mean):
        return numbers.UNKNOWN
    shown = quantity(estimate, like)
    if not has_interval(estimate):
        return numbers.with_unit(numbers.significant(shown.mean), shown.unit)
    if abs(shown.mean - (shown.low + shown.high) / 2) > _LOPSIDED * shown.half_width:
        return f"{numbers.with_unit(value(estimate), shown.unit)} ({span(estimate, unit=False)})"
    return numbers.plus_minus(shown.mean, shown.half_width, shown.unit)


def change(estimate: Estimate, like: Estimate | None = None) -> str:
    """Return a difference with its sign: `+4.2 ± 0.6 %`."""
    shown = quantity(estimate, like)
    half = shown.half_width if has_interval(estimate) else math.nan
    return numbers.signed(shown.mean, half, shown.unit)


def span(estimate: Estimate, *, unit: bool = True) -> str:
    """Return the interval alone: `604–620 parts`."""
    shown = quantity(estimate)
    return numbers.interval(shown.low, shown.high, shown.unit if unit else "")


def sureness(estimate: Estimate, *, unit: bool = True) -> str:
    """Return the interval with its confidence, `95 %: 604–620 parts`, or why there is none."""
    if not has_interval(estimate):
        return "interval not known"
    if estimate.high == estimate.low:
        return f"the same in all {estimate.n} replications" if estimate.n > 1 else "one replication"
    return f"{numbers.percent(estimate.confidence)}: {span(estimate, unit=unit)}"


def _everyday(estimate: Estimate) -> tuple[float, str]:
    size = abs(estimate.mean)
    if estimate.unit == SHARE:
        return 100.0, "%"
    if estimate.unit == "s":
        seconds, name = numbers.duration_unit(size)
        return 1.0 / seconds, name
    if estimate.unit.startswith("kWh") and 0.0 < size < 0.3:
        return 1_000.0, estimate.unit.removeprefix("k")
    return 1.0, estimate.unit

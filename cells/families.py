"""Families of distributions: what each is given in a cell file and what an engine needs of it."""

import math
from decimal import Decimal, localcontext
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cells.units import PI, Time

Positive = Annotated[float, Field(gt=0.0, le=1e6)]
Shape = Annotated[float, Field(ge=0.01, le=1e6)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Times = Annotated[tuple[Time, ...], Field(strict=False, min_length=1, max_length=100_000)]
Shares = Annotated[tuple[Share, ...], Field(strict=False, min_length=1, max_length=1_000)]

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


# B_2k / (2k (2k - 1)) of Stirling's series for ln Gamma (Abramowitz and Stegun 6.1.40).
_STIRLING = tuple(
    Decimal(top) / bottom
    for top, bottom in ((1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360360))
)


def gamma_function(x: Decimal) -> Decimal:
    """Return Gamma(x), x >= 1, to more than float precision and alike on every machine.

    Examples
    --------
    >>> float(gamma_function(Decimal(5)))
    24.0
    """
    with localcontext() as context:
        context.prec = 40
        factor = Decimal(1)
        while x < 40:  # Gamma(x) = Gamma(x + 1) / x, up to where the series is exact enough
            factor *= x
            x += 1
        tail = sum(c / x ** (2 * k + 1) for k, c in enumerate(_STIRLING))
        log = (x - Decimal("0.5")) * x.ln() - x + (2 * PI).ln() / 2 + tail
        return log.exp() / factor


class Family(BaseModel):
    """One family with its parameters as written."""

    model_config = _STRICT

    def parameters(self) -> dict[str, float]:
        """Return what the sampler needs; times in ns."""
        return {name: float(value) for name, value in self if value is not None}

    def table(self) -> tuple[float, ...]:
        """Return the values of a family that has a table of them."""
        return ()

    def average(self) -> float:
        """Return the expected value in ns."""
        return self.parameters()["mean"]

    def written(self) -> Any:
        """Return the parameters as a cell file would write them."""
        return self.model_dump(mode="json", exclude_none=True)


class Constant(Family):
    """Always the same."""

    value: Time

    def average(self) -> float:
        """Return the value."""
        return self.value


class Exponential(Family):
    """No memory: time between independent events."""

    mean: Time


class Uniform(Family):
    """Anything from `low` to `high`."""

    low: Time
    high: Time

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.high:
            raise ValueError("low must not be above high")
        return self

    def average(self) -> float:
        """Return the middle."""
        return (self.low + self.high) / 2


class Triangular(Uniform):
    """Estimated by a lowest, a likely and a highest value."""

    mode: Time

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mode <= self.high:
            raise ValueError("low, mode and high must rise")
        return self

    def parameters(self) -> dict[str, float]:
        """Return low, mode and high."""
        return {"low": self.low, "mode": self.mode, "high": self.high}

    def average(self) -> float:
        """Return the mean of the three."""
        return (self.low + self.mode + self.high) / 3


class Pert(Triangular):
    """As triangular, the likely value weighted four times."""

    def average(self) -> float:
        """Return the expected value."""
        return (self.low + 4 * self.mode + self.high) / 6


class Erlang(Family):
    """Sum of `k` exponential phases."""

    mean: Time
    k: int = Field(ge=1, le=1_000)


class Gamma(Family):
    """Given by mean and shape."""

    mean: Time
    shape: Shape


class Weibull(Family):
    """Life of a part that wears; given by shape and either scale or mean."""

    shape: Shape
    scale: Time | None = None
    mean: Time | None = None

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.scale is None) == (self.mean is None):
            raise ValueError("give exactly one of scale and mean")
        return self

    def parameters(self) -> dict[str, float]:
        """Return scale and shape; mean = scale * Gamma(1 + 1 / shape)."""
        if self.scale is not None:
            return {"scale": self.scale, "shape": self.shape}
        factor = gamma_function(1 + 1 / Decimal(self.shape))
        return {"scale": float(Decimal(self.mean or 0.0) / factor), "shape": self.shape}

    def average(self) -> float:
        """Return the expected value."""
        if self.mean is not None:
            return self.mean
        return float(Decimal(self.scale or 0.0) * gamma_function(1 + 1 / Decimal(self.shape)))


class Normal(Family):
    """Normal, cut at zero: a negative draw is drawn again."""

    mean: Time
    sd: Time

    def average(self) -> float:
        """Return the expected value of what is left above zero."""
        if self.sd == 0.0:
            return self.mean
        z = self.mean / self.sd
        above = 0.5 * math.erfc(-z / math.sqrt(2.0))
        return self.mean + self.sd * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / above


class Lognormal(Family):
    """Skewed to the right, as handling and repair times are; given by mean and cv = sd / mean."""

    mean: Time
    cv: float = Field(ge=0.0, le=1_000.0)

    @model_validator(mode="after")
    def _logarithm(self) -> Self:
        if self.mean <= 0.0:
            raise ValueError("the mean must be above 0 s")
        return self

    def parameters(self) -> dict[str, float]:
        """Return mu and sigma of the logarithm of ns: sigma^2 = ln(1 + cv^2)."""
        # Decimal logarithms are rounded correctly, so the same cell gives the same bits everywhere.
        with localcontext() as context:
            context.prec = 40
            variance = (1 + Decimal(self.cv) ** 2).ln()
            mu = Decimal(self.mean).ln() - variance / 2
            return {"mu": float(mu), "sigma": float(variance.sqrt())}

    def average(self) -> float:
        """Return the mean as given."""
        return self.mean


class Hyperexponential(Family):
    """A mix of exponentials: usually short, sometimes long."""

    weights: Shares
    means: Times

    @model_validator(mode="after")
    def _paired(self) -> Self:
        if len(self.weights) != len(self.means):
            raise ValueError(f"one mean per weight: {len(self.means)} for {len(self.weights)}")
        if abs(math.fsum(self.weights) - 1.0) > 1e-9:
            raise ValueError(f"the weights add up to {math.fsum(self.weights):.12g}, not to 1")
        return self

    def parameters(self) -> dict[str, float]:
        """Return nothing: all is in the table."""
        return {}

    def table(self) -> tuple[float, ...]:
        """Return probability and mean of each branch, flat."""
        return tuple(x for pair in zip(self.weights, self.means, strict=True) for x in pair)

    def average(self) -> float:
        """Return the expected value."""
        return math.fsum(p * mean for p, mean in zip(self.weights, self.means, strict=True))


class Geometric(Family):
    """One or more slots, each the last with the given probability."""

    slot: Time
    probability: float = Field(ge=1e-9, le=1.0)

    def average(self) -> float:
        """Return the expected value."""
        return self.slot / self.probability


class Empirical(Family):
    """Measured values, each as likely as the others."""

    values: Times

    def parameters(self) -> dict[str, float]:
        """Return nothing: all is in the table."""
        return {}

    def table(self) -> tuple[float, ...]:
        """Return the values."""
        return self.values

    def average(self) -> float:
        """Return their mean."""
        return math.fsum(self.values) / len(self.values)

    def written(self) -> Any:
        """Return the list."""
        return super().written()["values"]


class Sequence(Empirical):
    """Values in turn, again from the start."""


class Written(BaseModel):
    """Every way to write a distribution; a cell file uses one of them."""

    model_config = _STRICT

    constant: Time | None = None
    exponential: Exponential | None = None
    uniform: Uniform | None = None
    triangular: Triangular | None = None
    pert: Pert | None = None
    erlang: Erlang | None = None
    gamma: Gamma | None = None
    weibull: Weibull | None = None
    normal: Normal | None = None
    lognormal: Lognormal | None = None
    hyperexponential: Hyperexponential | None = None
    geometric: Geometric | None = None
    empirical: Times | None = None
    sequence: Times | None = None

    def given(self) -> list[Family]:
        """Return the families that were written."""
        tables = {"empirical": Empirical, "sequence": Sequence}
        found: list[Family] = []
        for name, value in self:
            if name == "constant" and value is not None:
                found.append(Constant.model_construct(value=value))
            elif name in tables and value is not None:
                found.append(tables[name].model_construct(values=value))
            elif value is not None:
                found.append(value)
        return found


FAMILIES = tuple(Written.model_fields)

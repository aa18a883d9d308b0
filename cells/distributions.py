"""Distributions of durations, as a cell file writes them.

A constant is written as the duration itself, `45 s`; every other family as a mapping with one
key, `{lognormal: {mean: 71 s, cv: 0.05}}`.  Times are float nanoseconds here; an engine rounds a
sample once.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from cells.errors import shown
from cells.families import Constant, Family, Written
from cells.units import DURATION, read_time


@dataclass(frozen=True, slots=True)
class Distribution:
    """How long something takes, or how long until something happens.

    Examples
    --------
    >>> Distribution.read({"exponential": {"mean": "41 s"}}).parameters
    {'mean': 41000000000.0}
    """

    form: Family

    @property
    def family(self) -> str:
        """Name of the family in lower case, as in `twin.kernel.states.Dist`."""
        return type(self.form).__name__.lower()

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters by name; times in ns, `mu` and `sigma` of the logarithm of ns."""
        return self.form.parameters()

    @property
    def values(self) -> tuple[float, ...]:
        """Its table: values in ns; of a hyperexponential flat pairs (probability, mean in ns)."""
        return self.form.table()

    def mean(self) -> float:
        """Return the expected value in ns."""
        return self.form.average()

    @property
    def constant(self) -> bool:
        """Whether every draw gives the same."""
        return isinstance(self.form, Constant)

    @classmethod
    def read(cls, value: object) -> "Distribution":
        """Return the distribution that a cell file's value describes.

        Raises
        ------
        ValueError
            If it is neither a duration nor a mapping with one known family.
        """
        if isinstance(value, Distribution):
            return value
        if not isinstance(value, dict):
            return cls(Constant.model_construct(value=read_time(value)))
        written = Written.model_validate(value)
        given = written.given()
        if len(given) != 1:
            raise ValueError(f"expected one distribution, such as 45 s; found {shown(value)}")
        return cls(given[0])

    def write(self) -> Any:
        """Return it as a cell file would write it, in ns."""
        if isinstance(self.form, Constant):
            return f"{self.form.value!r} ns"
        return {self.family: self.form.written()}

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        write = core_schema.plain_serializer_function_ser_schema(cls.write, when_used="json")
        return core_schema.no_info_plain_validator_function(cls.read, serialization=write)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [DURATION.schema(), handler(Written.__pydantic_core_schema__)]}

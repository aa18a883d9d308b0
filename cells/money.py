"""Amounts of money, as a cell file writes them: `3.10 GBP`, `35 GBP/h`."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from cells.base import Part
from cells.errors import shown

_AMOUNT = r"[0-9]{1,12}(\.[0-9]{1,9})?"
_CURRENCY = r"[A-Z]{3}"  # ISO 4217: GBP, EUR, USD, ...


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217).

    Examples
    --------
    >>> Money.read("3.10 GBP")
    Money(amount=3.1, currency='GBP')
    """

    amount: float
    currency: str

    PER: ClassVar[str] = ""
    TITLE: ClassVar[str] = "an amount of money"

    @classmethod
    def read(cls, value: object) -> Self:
        """Return the amount that a cell file's value states.

        Raises
        ------
        ValueError
            If it is no amount with a currency.
        """
        if isinstance(value, cls):
            return value
        text = value.strip() if isinstance(value, str) and len(value) <= 60 else ""
        match = re.fullmatch(rf"({_AMOUNT})\s*({_CURRENCY}){cls.PER}", text)
        if match is None:
            raise ValueError(
                f"expected {cls.TITLE}, such as {cls._example()}; found {shown(value)}"
            )
        return cls(float(match[1]), match[3])

    def write(self) -> str:
        """Return it as a cell file would write it."""
        return f"{self.amount!r} {self.currency}{self.PER}"

    @classmethod
    def _example(cls) -> str:
        return f"3.10 GBP{cls.PER}"

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
        pattern = rf"^{_AMOUNT}\s*{_CURRENCY}{cls.PER}$"
        return {"type": "string", "pattern": pattern, "examples": [cls._example()]}


@dataclass(frozen=True, slots=True)
class HourlyRate(Money):
    """What an hour costs.

    Examples
    --------
    >>> HourlyRate.read("35 GBP/h")
    HourlyRate(amount=35.0, currency='GBP')
    """

    PER: ClassVar[str] = "/h"
    TITLE: ClassVar[str] = "what an hour costs"


class Cost(Part):
    """What one server, robot or person costs."""

    per_hour: HourlyRate | None = None  # of each, while on shift
    per_part: Money | None = None  # tools, consumables: each operation or delivery

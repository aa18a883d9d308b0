"""Times of day at which parts arrive."""

from typing import Any

from pydantic import Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from cells.base import Name, Part


class Arrival(Part):
    """Parts that arrive together at a time of day; written as the time alone where that is all."""

    at: str  # `06:20` (daily), `mon 06:20`, `mon-fri 06:20`
    product: Name | None = None  # default: as the source makes them
    quantity: int = Field(1, ge=1, le=100_000)


def spelled_out(value: object) -> object:
    """Return an arrival in full where only its time is given."""
    return {"at": value} if isinstance(value, str) else value


class TimeOrMore:
    """Tells editors that the time alone will do."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return both ways to write an arrival."""
        pattern = r"^([a-z,-]+ )?[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$"
        time = {"type": "string", "pattern": pattern, "examples": ["06:20"]}
        return {"anyOf": [time, handler(schema)]}

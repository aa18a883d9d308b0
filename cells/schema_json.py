"""JSON Schema of cell files, for editors that complete and check while one types."""

from functools import cache
from typing import Any

from cells.schema import Cell

NAME = "taktwin.schema.json"  # as the first line of a cell file names it


@cache
def _schema() -> dict[str, Any]:
    return Cell.model_json_schema(by_alias=True)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a cell file.

    Quantities are texts with a pattern and an example.  What only the whole cell shows, such as a
    name that nothing declares, is left to `cells.check`.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Taktwin cell",
        **{key: value for key, value in _schema().items() if key != "title"},
    }


def subschemas(path: tuple[str | int, ...]) -> list[dict[str, Any]]:
    """Return the schemas that may describe the value at a path, without references and unions.

    Parameters
    ----------
    path : tuple
        Keys and indices from the top; empty for the cell.
    """
    found = _plain(_schema())
    for step in path:
        exact = [one for one in found if step in one.get("properties", {})]
        found = [plain for one in exact or found for plain in _plain(_step(one, step))]
    return found


def keys(path: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a mapping at a path may have; empty where they are free."""
    return [key for one in subschemas(path) for key in one.get("properties", {})]


def example(path: tuple[str | int, ...]) -> str | None:
    """Return an example of the value at a path, if its schema has one."""
    return next((str(one["examples"][0]) for one in subschemas(path) if "examples" in one), None)


def _step(schema: dict[str, Any], step: str | int) -> dict[str, Any]:
    if isinstance(step, int):
        items = schema.get("items", {})
        prefix = schema.get("prefixItems", [])
        found = prefix[step] if step < len(prefix) else items
    else:
        patterns = list(schema.get("patternProperties", {}).values())
        free = patterns[0] if patterns else schema.get("additionalProperties", {})
        found = schema.get("properties", {}).get(step, free)
    return found if isinstance(found, dict) else {}


def _plain(schema: dict[str, Any]) -> list[dict[str, Any]]:
    if "$ref" in schema:
        return _plain(_schema()["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    if "anyOf" in schema:
        return [plain for one in schema["anyOf"] for plain in _plain(one)]
    return [schema] if schema else []

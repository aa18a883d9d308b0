"""Claims about the JSON Schema: it takes what the loader takes, by an independent checker."""

import json
import re
from typing import Any

import pytest

from cells.load import catalogue, find_cell
from cells.schema_json import NAME, json_schema
from cells.yaml_reader import read

SCHEMA = json_schema()
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def accepts(schema: dict[str, Any] | bool, value: Any) -> bool:
    """Return whether a value fits, for the keywords that the schema uses."""
    if schema is True or schema is False:
        return schema
    if "$ref" in schema:
        return accepts(SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], value)
    if "anyOf" in schema:
        return any(accepts(one, value) for one in schema["anyOf"])
    kind = TYPES.get(schema.get("type", ""), object)
    return (
        value == schema.get("const", value)
        and value in schema.get("enum", [value])
        and isinstance(value, kind)
        and (not isinstance(value, bool) or kind in (bool, object))
        and _text(schema, value)
        and _number(schema, value)
        and _inner(schema, value)
    )


def _text(schema: dict[str, Any], value: Any) -> bool:
    return not isinstance(value, str) or bool(re.search(schema.get("pattern", ""), value))


def _number(schema: dict[str, Any], value: Any) -> bool:
    if isinstance(value, str | list | dict | None):
        return True
    return (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
        and value > schema.get("exclusiveMinimum", value - 1)
        and value < schema.get("exclusiveMaximum", value + 1)
    )


def _inner(schema: dict[str, Any], value: Any) -> bool:
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        fits = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
        rest = value[len(first) :]
        return (
            fits
            and all(accepts(one, item) for one, item in zip(first, value, strict=False))
            and all(accepts(schema.get("items", True), item) for item in rest)
        )
    if isinstance(value, dict):
        required = all(key in value for key in schema.get("required", []))
        return required and all(accepts(_of_key(schema, key), one) for key, one in value.items())
    return True


def _of_key(schema: dict[str, Any], key: str) -> dict[str, Any] | bool:
    if key in schema.get("properties", {}):
        found: dict[str, Any] = schema["properties"][key]
        return found
    for pattern, one in schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return one
    return schema.get("additionalProperties", True)


def test_the_schema_is_plain_json_and_says_which_draft():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", catalogue())
def test_the_schema_takes_every_ready_made_cell(name):
    text = find_cell(name).read_text(encoding="utf-8")

    assert accepts(SCHEMA, read(text).data)
    assert text.splitlines()[0] == f"# yaml-language-server: $schema=./{NAME}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("71 s", "71"),
        ("capacity: 4", "capacity: 0"),
        ("capacity: 4", "capcity: 4"),
        ("lognormal", "lognornal"),
        ("model: ur10e", "model: 10"),
        ("approach: +x", "approach: x"),
        ("97.5 %", "97.5"),
        ("horizon: 5 days, ", ""),
        ("2.4 m", "2.4 s"),
    ],
)
def test_the_schema_refuses_what_is_misspelt_or_without_unit(old, new):
    text = find_cell("machine_tending").read_text(encoding="utf-8")
    assert old in text

    assert not accepts(SCHEMA, read(text.replace(old, new)).data)


def test_the_schema_beside_the_ready_made_cells_is_the_present_one():
    stored = find_cell("machine_tending").with_name(NAME)
    assert json.loads(stored.read_text()) == json_schema(), "run: taktwin schema --out " + str(NAME)

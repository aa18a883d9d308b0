"""A small sound cell as text, to be broken in one place."""

import pytest

from cells.errors import CellFileError
from cells.load import load_text

BASE = """taktwin: 1
name: line
products: {{part: {{}}, other: {{}}}}
sources: {sources}
stations: {stations}
sinks: {sinks}
flow: {flow}
run: {{horizon: 1 h{run}}}
{more}
"""
PLAIN = {
    "sources": "{src: {product: part, every: 3 s}}",
    "stations": "{mill: {process: 2 s}, lathe: {process: 2 s, count: 2}}",
    "sinks": "{out: {}}",
    "flow": "[{from: src, to: [mill, lathe]}, {from: mill, to: out}, {from: lathe, to: out}]",
    "run": "",
    "more": "",
}
ARM = """robots:
  arm: {model: ur10e, gripper: {mass: 1 kg, open: 1 s, close: 1 s}}
"""
TWO_WAYS = "{src: {product: {part: 50 %, other: 50 %}, every: 3 s}}"


def text_of(**parts: str) -> str:
    return BASE.format(**PLAIN | parts)


def faults_of(**parts: str) -> str:
    with pytest.raises(CellFileError) as error:
        load_text(text_of(**parts), "cell.yaml")
    return str(error.value)

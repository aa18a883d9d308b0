"""Claims about the documentation: what it shows is what the product reads and holds."""

import re
from pathlib import Path

import pytest

from cells.load import find_cell, load_text

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
WHOLE = [
    pytest.param(block, id=f"{page.name}-{k}")
    for page in sorted(DOCS.glob("*.md"))
    for k, block in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
    if block.startswith("taktwin:")
]
SECTIONS = re.split(r"^## ", (DOCS / "lines.md").read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize("text", WHOLE)
def test_a_cell_shown_whole_is_a_cell(text):
    assert load_text(text).flow


def lines_of(text):
    """Return the lines of a cell file without comments and indentation."""
    plain = (line.split(" #")[0].strip() for line in text.splitlines())
    return [line for line in plain if line and not line.startswith("#")]


@pytest.mark.parametrize("section", [s for s in SECTIONS if "```yaml" in s], ids=lambda s: s[:40])
def test_what_the_tutorial_shows_of_a_ready_made_cell_stands_in_it(section):
    name = re.match(r".*: `(\w+)`", section)[1]
    cell = lines_of(find_cell(name).read_text(encoding="utf-8"))

    for block in BLOCK.findall(section):
        for line in lines_of(block):
            assert line in cell

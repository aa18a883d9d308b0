"""Claims about the summary in the terminal."""

import io
import re

import pytest
from rich.console import Console

from tests.report import judging, tending
from twin.report.terminal import print_comparison, print_fidelity, print_results


def shown(width=None, encoding="utf-8", results=None):
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=file, width=width, force_terminal=width is not None, color_system=None)
    print_results(console, results or tending.results())
    print_comparison(console, tending.comparison())
    print_fidelity(console, judging.fidelity())
    file.flush()
    return re.sub(r"\x1b\[[0-9;]*m", "", raw.getvalue().decode(encoding))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    lines = shown(width).splitlines()
    assert max(map(len, lines)) <= width


def test_lines_for_other_programs_are_whole_and_tab_separated():
    lines = shown().splitlines()
    assert "good parts a day\t612 parts/day\t95 %: 604–620 parts/day" in lines
    row = next(line for line in lines if line.startswith("lathe_2\t75.1"))
    assert row.split("\t")[-1] == "differs"
    assert "\x1b" not in shown()


def test_hours_of_people_are_told_by_group_and_skill():
    lines = shown().splitlines()
    assert "hours of\tpeople\tat stations\tbusy\ton shift" in lines
    hours = ("4.20 ± 0.10", "9.70 ± 0.10", "39.20 ± 0.10")
    row = ["skill repair", "1", *(f"{one} h/1000 parts" for one in hours)]
    assert "\t".join(row) in lines


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_terminals_of_any_encoding_get_their_figures(encoding):
    text = shown(100, encoding)
    assert "95 %: 604" in text
    assert "CO2e" in text
    assert "?" not in text


def test_names_are_not_read_as_colours():
    station = tending.station("[red]lathe[/red]")
    text = shown(120, results=tending.results(title="[bold]x", stations=(station,)))
    assert "[red]lathe[/red]" in text
    assert "[bold]x" in text

"""Every ready-made cell runs and its report says what it should."""

from xml.etree import ElementTree

import pytest

from cells.load import catalogue, find_cell, load_cell
from tests.report.test_page import text_of
from twin.build import build_line
from twin.experiments.replicate import run_cell
from twin.kernel.model import NS_PER_S
from twin.motion import move_times
from twin.report.clock import Clock
from twin.report.page import page
from twin.report.study import Study
from twin.results.model import SHARE

HOURS = 3_600 * NS_PER_S


@pytest.fixture(scope="module", params=catalogue())
def report(request):
    """Return the results of a ready-made cell, run for two days, and its page."""
    path = find_cell(request.param)
    cell = load_cell(path)
    line = build_line(cell, move_times(cell, path.parent))
    results = run_cell(
        cell, line, replications=4, horizon=48 * HOURS, warm_up=6 * HOURS, threads=1
    ).results
    return results, page(Study(results=results, clock=Clock(None)))


def test_the_line_makes_parts_and_keeps_no_secret(report):
    results, _ = report

    assert results.throughput.low > 0
    assert results.throughput.relative < 0.2
    assert results.bottleneck.reason
    assert not [note for note in results.notes if "deadlock" in note or "livelock" in note]
    for station in results.stations:
        assert sum(share.mean for share in station.states.values()) == pytest.approx(1.0)


def test_the_page_tells_the_answer_and_every_station(report):
    results, html = report
    text = text_of(html)

    ElementTree.fromstring(html.split("\n", 1)[1])  # well-formed
    assert results.title in text
    assert "good parts" in text
    for named in (*results.stations, *results.carriers, *results.buffers):
        assert named.name in text
    words = text.lower().split()
    assert "nan" not in words
    assert "none" not in words


def test_costs_add_up(report):
    costs = report[0].costs

    if costs is not None:
        assert costs.per_good_part.unit != SHARE
        assert sum(part.mean for part in costs.by_kind.values()) == pytest.approx(
            costs.per_good_part.mean
        )

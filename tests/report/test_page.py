"""Claims about the page as a whole."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.report import judging, tending
from tests.report.picture import Picture
from twin.report.clock import Clock
from twin.report.page import page
from twin.report.study import Study

HOSTILE = "</title><script>alert('x')</script><img src=http://evil.example/x> \x00\u202e & \"'"


def study(**changed):
    parts = {
        "results": tending.results(),
        "timeline": tending.timeline(),
        "clock": Clock(0.0),
        "comparison": tending.comparison(),
        "fidelity": judging.fidelity(),
        "motion": (tending.motion(),),
    }
    return Study(**{**parts, **changed})


def text_of(html):
    body = ElementTree.fromstring(html.split("\n", 1)[1]).find("body")
    return " ".join("".join(body.itertext()).replace("\u202f", " ").split())


def test_the_page_asks_for_nothing_from_elsewhere():
    html = page(study())
    assert "http://" not in html
    assert "https://" not in html
    assert "<script" not in html
    assert "url(" in html
    assert set(re.findall(r"url\(([^)]{2})", html)) == {"#p"}
    sources = re.findall(r'src="([^"]*)"', html)
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)


def test_every_pattern_a_chart_refers_to_is_defined_once():
    html = page(study(results=tending.results(count=40)))
    defined = re.findall(r'<pattern id="([^"]+)"', html)
    assert len(defined) == len(set(defined))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(defined)


def test_a_program_is_shown_with_its_joints():
    text = text_of(page(study()))
    assert "Program seam, at bench" in text
    assert "0.500 s (torque), clearance 12 mm; proven in physics simulation" in text
    assert "0 to 74°" in text  # of the shoulder: 13 steps of 0.1 rad
    assert "joint moves use all of the torque" in text


def test_the_answer_stands_first_in_plain_words():
    text = text_of(page(study()))
    answer = (
        "This cell makes 612 good parts a day (95 %: 604–620); lathe_1 and lathe_2 hold it back."
    )
    assert answer in text
    assert text.index(answer) < text.index("Key figures") < text.index("How sure are we")


@pytest.mark.parametrize("count", [0, 1, 6, 40])
def test_a_cell_of_any_size_gives_a_whole_page(count):
    stations = tending.stations(count) if count else ()
    html = page(study(results=tending.results(stations=stations)))
    root = ElementTree.fromstring(html.split("\n", 1)[1])
    for chart in root.iter("svg"):
        if chart.get("viewBox"):
            picture = Picture(ElementTree.tostring(chart, encoding="unicode"))
            assert picture.stray_labels() == []
            assert picture.overlaps() == []


@pytest.mark.parametrize(
    ("kinds", "head"),
    [
        (("robot", "operator"), "Robots and operators"),
        (("tool",), "Tools"),
        (("tool", "robot", "operator"), "Robots, operators and tools"),
    ],
)
def test_groups_are_headed_by_what_they_are(kinds, head):
    arm = tending.carriers()[0]
    groups = tuple(replace(arm, name=f"g_{kind}", kind=kind) for kind in kinds)
    html = page(study(results=tending.results(carriers=groups)))
    assert f"<h3>{head}</h3>" in html
    assert f"{head}: time on shift by state" in html


def test_hours_of_people_are_in_the_tables():
    text = text_of(page(study(results=tending.results())))
    assert "Hours per 1000 good parts" in text
    assert "skill repair" in text


def test_a_report_of_results_alone_is_whole():
    bare = tending.results(
        stations=(),
        carriers=(),
        labour=(),
        buffers=(),
        products=(),
        energy=None,
        costs=None,
        takt=None,
        series=None,
        notes=(),
        conventions=(),
        bottleneck=replace(tending.bottleneck(), name=None, members=(), candidates=(), votes={}),
    )
    text = text_of(page(Study(results=bare, clock=Clock(None))))
    assert "it keeps up with what arrives" in text
    assert "None" not in text
    assert "nan" not in text.lower().split()


def test_hostile_names_stay_text():
    station = replace(tending.stations()[0], name=HOSTILE)
    results = tending.results(title=HOSTILE, name=HOSTILE, stations=(station,), notes=(HOSTILE,))
    moves = tuple(
        replace(m, from_=HOSTILE, nearest_fixture=HOSTILE) for m in tending.motion().moves
    )
    found = study(
        results=results,
        motion=(replace(tending.motion(), moves=moves, robot=HOSTILE),),
        timeline=tending.timeline(names=(HOSTILE,)),
        comparison=replace(tending.comparison(), candidate=HOSTILE, verdict=HOSTILE),
    )

    root = ElementTree.fromstring(page(found).split("\n", 1)[1])

    assert not list(root.iter("script"))
    assert all(img.get("src").startswith("data:") for img in root.iter("img"))


def test_moves_that_were_not_proven_are_told():
    text = text_of(page(study()))
    assert "3 of 5 moves proven in physics simulation" in text
    assert "least clearance 31 mm to lathe_2_body" in text
    assert "✗ infeasible" in text


def test_a_last_period_cut_by_the_window_is_left_out():
    results = tending.results()
    last = results.series.start + len(results.series.mean) * results.series.period
    cut = replace(results, window=replace(results.window, end=last - 1.0))

    def periods(found):
        html = page(Study(results=found, clock=Clock(None)))
        return html.count('class="touch"')

    assert periods(results) - periods(cut) == 2  # once for wide screens, once for phones

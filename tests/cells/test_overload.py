"""A line that is asked for more than it can do is told apart from one that is only busy."""

import pytest

from cells.load import load_text
from cells.overload import overloads
from tests.cell_texts import text_of


def loads(**parts):
    return {name: round(load, 6) for name, load in overloads(load_text(text_of(**parts)))}


SOURCE = "{{src: {{product: part, every: {} s{}}}}}"
TO_MILL = {
    "stations": "{mill: {process: 5 s, queue: unlimited}}",
    "flow": "[{from: src, to: mill}, {from: mill, to: out}]",
}


@pytest.mark.parametrize(
    ("every", "more", "found"),
    [
        (4, "", {"mill": 1.25}),
        (5, "", {}),
        (10, ", batch: 3", {"mill": 1.5}),
        (4, ", limit: 9", {}),
        (4, ", patience: 1 min", {}),
    ],
)
def test_the_load_is_arrivals_times_process_time(every, more, found):
    assert loads(sources=SOURCE.format(every, more), **TO_MILL) == found


def test_servers_share_the_load():
    two = {**TO_MILL, "stations": "{mill: {process: 5 s, servers: 2, queue: unlimited}}"}
    assert loads(sources=SOURCE.format(2, ""), **two) == {"mill": 1.25}
    assert loads(sources=SOURCE.format(2.5, ""), **two) == {}


def test_rework_adds_to_the_load():
    flow = "[{from: src, to: mill}, {from: mill, to: {out: 50 %, mill: 50 %}}]"
    again = {**TO_MILL, "flow": flow}
    # Every part is worked on twice on average.
    assert loads(sources=SOURCE.format(8, ""), **again) == {"mill": 1.25}


def test_where_a_part_goes_to_whichever_is_free_nothing_is_claimed():
    assert loads(sources=SOURCE.format(0.1, "")) == {}

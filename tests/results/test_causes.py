"""Claims about which station spends its time otherwise, and in which state."""

from dataclasses import replace

import pytest

from cells.load import load_text
from twin.build import build_line
from twin.kernel.run import simulate
from twin.results.causes import cause_note, find_causes

HOUR = 3600 * 10**9
CELL = """
taktwin: 1
name: three
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  mill: {process: {lognormal: {mean: 50 s, cv: 0.1}}}
  lathe: {process: {lognormal: {mean: 55 s, cv: 0.1}}, queue: 2}
  wash: {process: {lognormal: {mean: 40 s, cv: 0.1}}, queue: 2}
sinks: {store: {}}
flow:
  - {from: saw, to: mill}
  - {from: mill, to: lathe}
  - {from: lathe, to: wash}
  - {from: wash, to: store}
run: {horizon: 8 h}
"""


@pytest.fixture(scope="module")
def line():
    return build_line(load_text(CELL))


@pytest.fixture(scope="module")
def twin(line):
    return [simulate(line, seed=1, replication=k, end=4 * HOUR).log for k in range(10)]


def test_the_slow_station_is_the_cause_and_its_neighbours_only_show_it(line, twin):
    nodes = line.nodes.copy()
    nodes["pace"][line.node_names.index("lathe")] = 1.1
    plant = simulate(replace(line, nodes=nodes), seed=2, end=4 * HOUR).log

    causes = find_causes(line, plant, twin)

    assert (causes[0].name, causes[0].state, causes[0].own) == ("lathe", "working", True)
    assert causes[0].plant - causes[0].twin == pytest.approx(5.5, abs=1)
    outside = {(c.name, c.state) for c in causes if not c.own}
    assert {("mill", "blocked"), ("wash", "starved")} <= outside
    note = cause_note(causes)
    assert note.startswith("For each operation: the cause is inside lathe (working +5.")
    assert "others show it: " in note


def test_a_plant_like_the_twin_has_no_cause(line, twin):
    plant = simulate(line, seed=3, end=4 * HOUR).log

    assert find_causes(line, plant, twin) == ()
    assert cause_note(()) == ""
    assert find_causes(line, plant, twin[:3]) == ()

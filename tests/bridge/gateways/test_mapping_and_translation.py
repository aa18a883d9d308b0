"""Claims about mappings, and about what samples become."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cells.load import load_text
from twin.bridge.gateways.mapping import Map, MapError, Signal, load_map
from twin.bridge.gateways.source import Sample
from twin.bridge.gateways.translate import Translator
from twin.build import build_line
from twin.kernel.states import Ending, State

S = 10**9
CELL = """
taktwin: 1
name: one_machine
products: {shaft: {}}
sources: {saw: {product: shaft, every: 20 s}}
stations: {mill: {process: 17 s}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""
LINE = build_line(load_text(CELL))
NAMES = {"IDLE": State.STARVED, "BUSY": State.WORKING, "DOWN": State.UNDER_REPAIR}
STATE = Signal(name="state", station="mill", meaning="state", at="a", states=NAMES)
COUNT = Signal(name="count", station="mill", meaning="count", at="b")
DONE = Signal(name="done", station="store", meaning="finished", at="c")
MAP = Map(kind="csv", address="x", interval=S, queue=1, signals=(STATE, COUNT, DONE))
GOOD = """
kind = "modbus"
address = "127.0.0.1:502"
[signals.lathe]
station = "mill"
meaning = "state"
at = "holding 1"
states = {0 = "starved", 1 = "working"}
"""


def rows(samples, translator=None):
    translator = translator or Translator(MAP, LINE)
    found = translator.take(samples)
    names = [State(s).name for s in found["state"]]
    ends = [Ending(c).name if c < 0 else LINE.resources[c] for c in found["cause"]]
    return list(zip(found["t0"] // S, found["t1"] // S, names, ends, strict=True))


def test_states_become_activities_that_follow_each_other():
    samples = [Sample(STATE, v, t * S) for v, t in [("IDLE", 5), ("BUSY", 9), ("DOWN", 12)]]
    samples += [Sample(STATE, v, t * S) for v, t in [("BUSY", 20), ("IDLE", 25), ("IDLE", 26)]]

    assert rows(samples) == [
        (0, 4, "STARVED", "DONE"),
        (4, 7, "WORKING", "INTERRUPTED"),
        (7, 15, "UNDER_REPAIR", "DONE"),
        (15, 20, "WORKING", "DONE"),
    ]


def test_counts_divide_work_into_operations_and_finish_parts():
    samples = [Sample(COUNT, 7, 0), Sample(STATE, "BUSY", 0), Sample(DONE, 100, 0)]
    samples += [Sample(COUNT, 8, 10 * S), Sample(DONE, 102, 11 * S), Sample(COUNT, 0, 12 * S)]

    assert rows(samples) == [
        (0, 10, "WORKING", "DONE"),
        (11, 11, "FINISHED", "store"),
        (11, 11, "FINISHED", "store"),
    ]


def test_a_machine_that_left_and_a_word_nobody_knows():
    translator = Translator(MAP, LINE)
    samples = [Sample(STATE, "BUSY", 0), Sample(STATE, None, S), Sample(STATE, "BUSY", 9 * S)]

    assert rows([*samples, Sample(STATE, "WHAT", 10 * S)], translator) == [
        (0, 1, "WORKING", "INTERRUPTED")
    ]
    assert translator.unknown == {("state", "WHAT"): 1}


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([STATE, COUNT, DONE]),
            st.sampled_from(["IDLE", "BUSY", "DOWN", None, 0, 1, 2.5, 7, "x", float("nan")]),
            st.integers(-(10**12), 10**12),
        )
    )
)
def test_whatever_comes_activities_are_in_order_and_never_overlap(samples):
    translator = Translator(MAP, LINE)
    pieces = [translator.take([Sample(*sample)]) for sample in samples]
    found = np.concatenate(pieces) if pieces else translator.take([])

    assert (np.diff(found["t1"]) >= 0).all()
    assert (found["t0"] <= found["t1"]).all()
    mill = found[found["resource"] == LINE.resources.index("mill")]
    assert (mill["t0"][1:] >= mill["t1"][:-1]).all()


def test_a_mapping_is_read(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(GOOD)

    mapping = load_map(path)

    assert (mapping.kind, mapping.interval) == ("modbus", 50_000_000)
    assert mapping.signals[0].state(1.0) is State.WORKING


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('"modbus"', '"modbuss"', "'modbuss' is not one of opcua, modbus, mqtt, csv"),
        ('"state"', '"stat"', "'stat' is not one of state, count, finished"),
        ('at = "holding 1"', "", "station and at: both are needed"),
        ('"working"}', '"workin"}', "Did you mean 'working'"),
        ("address", "adress", "Did you mean 'address'"),
        ('address = "127.0.0.1:502"', 'interval = "5"\naddress="x"', "with its unit"),
        ('address = "127.0.0.1:502"', 'queue = 0\naddress="x"', "queue: expected a whole number"),
        (GOOD, "kind = [", "map.toml"),
    ],
)
def test_a_wrong_mapping_is_named(old, new, text, tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(GOOD.replace(old, new))

    with pytest.raises(MapError, match=r"map\.toml: ") as caught:
        load_map(path)

    assert text in str(caught.value)


def test_names_that_the_cell_does_not_have_are_all_named():
    wrong = Signal(name="a", station="mil", meaning="state", at="a")
    sink = Signal(name="b", station="mill", meaning="finished", at="a", product="shaf")
    mapping = Map(kind="csv", address="x", interval=S, queue=1, signals=(wrong, sink))

    with pytest.raises(MapError) as caught:
        Translator(mapping, LINE)

    assert "no station 'mil'.  Did you mean 'mill'" in str(caught.value)
    assert "no sink 'mill'" in str(caught.value)
    assert "no product 'shaf'" in str(caught.value)

"""Claims about loading: every fault of a file at once, with line, key path, value and a hint."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cells.errors import CellError, CellFileError
from cells.load import catalogue, find_cell, load_cell, load_text
from cells.schema import Cell

GOOD = """taktwin: 1
name: line
products: {part: {}}
sources: {src: {product: part, every: {exponential: {mean: 3 s}}}}
stations:
  mill: {process: 2 s, queue: 4}
sinks: {out: {}}
flow:
  - {from: src, to: mill}
  - {from: mill, to: out}
run: {horizon: 1 h}
"""


def faults_of(text: str) -> str:
    with pytest.raises(CellFileError) as error:
        load_text(text, "cell.yaml")
    return str(error.value)


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_text_gives_a_cell():
    cell = load_text(GOOD)

    assert cell.stations["mill"].queue == 4
    assert cell.run.horizon == 3_600 * 10**9


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "2 s",
            "45",
            "6: stations.mill.process: 45 is a bare number; write a duration with its unit",
        ),
        (
            "queue: 4",
            "queu: 4",
            "6: stations.mill.queu: unknown key 'queu'.  Did you mean 'queue'?",
        ),
        (
            "queue: 4",
            "queue: many",
            "queue: expected a whole number or 'unlimited' or a mapping, {key: value}; found",
        ),
        ("queue: 4", "servers: 0", "6: stations.mill.servers: must be at least 1; found 0"),
        ("queue: 4", "servers: 9999", "servers: must be at most 1000; found 9999"),
        ("queue: 4", "servers: true", "servers: expected a whole number; found true"),
        ("queue: 4", "servers: 2.0", "servers: expected a whole number; found 2.0"),
        ("queue: 4", "servers: '2'", "servers: expected a whole number; found '2'"),
        ("queue: 4", "servers: " + "9" * 5000, "servers: expected a whole number; found '9999"),
        ("queue: 4", "servers: .inf", "servers: expected a whole number; found '.inf'"),
        (
            "queue: 4",
            "at_shift_end: suspnd",
            "at_shift_end: expected 'suspend', 'finish' or 'start_if_fits'; found 'suspnd'."
            "  Did you mean 'suspend'?",
        ),
        ("exponential", "exponentail", "unknown key 'exponentail'.  Did you mean 'exponential'?"),
        ("mean: 3 s", "maen: 3 s", "4: sources.src.every.exponential.mean: this key is required; "),
        ("mean: 3 s", "mean: -3 s", "'-3 s' is out of range: a duration here is at least 0 s"),
        ("mean: 3 s", "mean: .nan", "expected a duration, such as 45 s; found '.nan'"),
        ("2 s", "{part: {gamma: {mean: 2 s}}}", "process.part.gamma.shape: this key is required"),
        ("2 s", "{gama: {mean: 2 s}}", "process.gama: unknown key 'gama'.  Did you mean 'gamma'?"),
        ("2 s", "[2 s]", "process: expected a duration, such as 45 s; found a list of 1"),
        ("to: out", "to: 5", "10: flow[1].to: expected text"),
        ("to: out", "to: [out, 5]", "10: flow[1].to[1]: expected text"),
        ("to: out", "to: {out: 300}", "flow[1].to.out: 300 is out of range: a share is from 0 %"),
        ("from: mill, ", "", "10: flow[1].from: this key is required and missing"),
        ("name: line", "name: 5", "2: name: expected text (a number or true/false as text goes in"),
        ("name: line", "name: a b", "2: name: expected a name: letters, digits and _, beginning"),
        ("mill: {", "mi ll: {", "6: stations.mi ll: expected a name"),
        ("taktwin: 1", "taktwin: 2", "1: taktwin: expected 1; found 2"),
        ("taktwin: 1", "taktwin: true", "1: taktwin: expected 1; found true"),
        ("run: {horizon: 1 h}", "runs: {}", "11: runs: unknown key 'runs'.  Did you mean 'run'?"),
        ("run: {horizon: 1 h}", "run: 5", "11: run: expected a mapping, {key: value}; found 5"),
        ("1 h}", "1 h, warm_up: 5}", "run.warm_up: 5 is a bare number; write a duration with its"),
        ("1 h}", "1 h, seed: 9223372036854775808}", "run.seed: must be below 9223372036854775808"),
        ("1 h}", "}", "run.horizon: expected a duration, such as 45 s; found nothing"),
    ],
)
def test_a_wrong_value_is_told_with_line_path_value_and_what_would_do(old, new, fault):
    assert fault in faults_of(changed(old, new))


@pytest.mark.parametrize(
    ("places", "fault"),
    [
        ("{position: [1 m, 2 m]}", "position[2]: a value is missing at the end of this list"),
        (
            "{position: [1 m, 2 m, 3 m, 4 m]}",
            "position: expected at most 3 values; found a list of 4",
        ),
        ("{position: [1 m, 2 m, 3]}", "position[2]: 3 is a bare number; write a length"),
        ("{position: 5}", "position: expected a list, [..., ...]; found 5"),
        ("{position: [1 m, 2 m, 3 m], approach: dwon}", "Did you mean 'down'?"),
    ],
)
def test_a_wrong_place_is_told(places, fault):
    assert f"12: places.p.{fault.split('.p.')[-1]}" in faults_of(
        GOOD + f"places: {{p: {places}}}\n"
    ) or (fault in faults_of(GOOD + f"places: {{p: {places}}}\n"))


@pytest.mark.parametrize(
    ("shifts", "fault"),
    [
        ("{period: 8 h, onn: 4 h}", "shifts.s.onn: unknown key 'onn'.  Did you mean 'on'?"),
        ("{period: 8 h, onn: 4 h}", "shifts.s.on: this key is required"),
        ("[{from: 06:00}]", "shifts.s[0].to: this key is required; write for example to: 06:00"),
        ("{from: 25:00, to: 06:00}", "shifts.s.from: '25:00' is no time of day"),
        ("5", "shifts.s: expected a mapping, {key: value} or a list, [..., ...]; found 5"),
    ],
)
def test_of_several_forms_the_one_meant_is_judged(shifts, fault):
    assert f"cell.yaml:12: {fault}" in faults_of(GOOD + f"shifts: {{s: {shifts}}}\n")


def test_all_faults_are_told_at_once_in_order_of_lines():
    text = GOOD.replace("2 s", "2").replace("3 s", "3").replace("1 h", "1").replace("4}", "x}")
    lines = faults_of(text).splitlines()

    assert [int(line.split(":")[1]) for line in lines] == [4, 6, 6, 11]
    assert all(line.startswith("cell.yaml:") for line in lines)


def test_a_text_the_reader_refuses_is_one_fault_with_its_line():
    assert faults_of(GOOD + "name: twice\n") == (
        "cell.yaml:12: the key 'name' is already in line 2"
    )


@pytest.mark.parametrize("text", ["", "~", "[]", "5", "just text"])
def test_what_is_no_mapping_is_told_how_a_cell_begins(text):
    assert "a cell file begins with the lines `taktwin: 1`" in faults_of(text)


def test_a_flood_of_faults_is_cut_at_a_hundred():
    stations = "".join(f"  s{k}: {{process: {k}}}\n" for k in range(500))

    assert len(faults_of(GOOD.replace("sinks:", stations + "sinks:")).splitlines()) == 100


def test_files_that_cannot_be_read_are_told(tmp_path):
    (tmp_path / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (tmp_path / "empty.yaml").write_bytes(b"")
    (tmp_path / "large.yaml").write_bytes(b"#" * (2 << 20))
    for name, fault in (
        ("missing.yaml", "not there; expected a cell file"),
        (".", "a folder; expected a cell file"),
        ("binary.yaml", ":1: not UTF-8 text"),
        ("empty.yaml", ":1: a cell file begins"),
        ("large.yaml", "at most 1048576"),
        ("nul\0.yaml", "not there"),
    ):
        with pytest.raises(CellFileError, match=re.escape(fault)):
            load_cell(tmp_path / name)


def test_an_unknown_ready_made_cell_is_told_with_those_there_are():
    with pytest.raises(CellError, match="machine_tending, machine_tending_manual"):
        find_cell("machine_tendin")


def cell_or_fault(text: str) -> None:
    outcome: Cell | CellFileError
    try:
        outcome = load_text(text)
    except CellFileError as error:
        outcome = error
    if isinstance(outcome, CellFileError):
        assert outcome.faults
        assert all(fault.message and "\n" not in fault.text("x") for fault in outcome.faults)
    else:
        assert isinstance(outcome, Cell)


_WILD = """nan .nan .inf 1e999 -1 0 ~ yes true {} [] [[]] {a:1} '' mill src out 1:60:60
    2001-13-45 0x7f 012 .. ../../etc/passwd __class__ unlimited"""
_VALUES = st.sampled_from(
    [*_WILD.split(), "9" * 5000, "45 s", "-0.0 s", "1e-400 s", "9e99 s", "'x y'", "2.5 %"]
) | st.sampled_from(
    ["{exponential: {mean: 0 s}}", "{sequence: []}", "{weibull: {shape: 0.01, mean: 1 s}}"]
)
_SOURCES = [GOOD, *(find_cell(name).read_text(encoding="utf-8") for name in catalogue())]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_broken_cell_file_gives_a_cell_or_faults_and_nothing_else(data):
    text = data.draw(st.sampled_from(_SOURCES))
    tokens = list(re.finditer(r"[\w.%+-]+( [a-zA-Z/%]+)?|[{}\[\],:]", text))
    for _ in range(data.draw(st.integers(1, 3))):
        token = data.draw(st.sampled_from(tokens))
        text = text[: token.start()] + data.draw(_VALUES | st.just("")) + text[token.end() :]
    cell_or_fault(text)


@settings(deadline=None)
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1")))
def test_any_text_gives_a_cell_or_faults_and_nothing_else(text):
    cell_or_fault(text)


def test_lines_in_any_order_give_a_cell_or_faults():
    rng = random.Random(1)
    for _ in range(20):
        lines = GOOD.splitlines(keepends=True)
        rng.shuffle(lines)
        cell_or_fault("".join(lines))


def test_a_wrong_value_does_not_hide_a_wrong_name():
    text = """
taktwin: 1
name: both
products: {bolt: {}}
sources: {coil: {product: blot, saturated: true}}
stations:
  press: {process: 40, at: nowhere}
sinks: {box: {}}
flow:
  - {from: coil, to: pres}
  - {from: press, to: box}
run: {horizon: 1 h}
"""
    with pytest.raises(CellFileError) as caught:
        load_text(text)
    assert [fault.path for fault in caught.value.faults] == [
        "sources.coil.product",
        "stations.press.at",
        "stations.press.process",
        "flow[0].to",
    ]


def test_a_misspelt_section_is_not_blamed_on_the_names_in_it():
    text = "taktwin: 1\nname: one\nproducts: {a: {}}\nsource: {s: {product: a, saturated: true}}\n"
    with pytest.raises(CellFileError) as caught:
        load_text(text + "flow: [{from: s, to: t}]\nrun: {horizon: 1 h}\n")
    assert [fault.path for fault in caught.value.faults] == ["source"]

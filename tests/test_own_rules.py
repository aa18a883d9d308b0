"""Users' own rules: worked out by hand, equal to the built-in ones, and refused without consent."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from numba import config

import twin
from cells.canonical import canonical_json, model_id
from cells.errors import CellFileError
from cells.load import load_text
from tests.drawing.rules import FILE, TEXT, own
from tests.strategies import random_case
from twin.build import build_line
from twin.kernel import engine
from twin.kernel.model import NS_PER_S as NS
from twin.kernel.run import replicate
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.kernel.stops import RunError
from twin.reference.run import simulate as reference
from twin.results.conventions import conventions

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])
ROUTING = "now, product, priority, due, held, capacity, target"
DISPATCH = "now, product, priority, due, waiting_since, rank, travel, source"


def line_of(body, rules):
    text = f"taktwin: 1\nname: own\n{body}\nrun: {{horizon: 100 s}}\n"
    files = json.dumps({"rules.py": rules})
    return build_line(load_text(f"{text}rule_files: {files}\n", "own.yaml", allow_rules=True))


def rows_of(line, outcome, state):
    """Return when records of a state ended, s, and where, in order."""
    rows = outcome.log.activities[outcome.log.activities["state"] == state]
    return [(row["t1"] / NS, line.resources[row["resource"]], row["product"]) for row in rows]


def taken_by(line, outcome):
    """Return which resources took the parts of a source, in order of their numbers."""
    rows = outcome.log.activities
    rows = np.sort(rows[rows["state"] == State.ENTERED], order="part")
    return [line.resources[cause] for cause in rows["cause"]]


BUFFERS = """
products: {p: {}}
sources: {src: {product: p, every: 1 s, limit: 7}}
buffers: {left: {capacity: 2}, right: {capacity: 4}}
stations: {L: {process: 90 s}, R: {process: 90 s}}
sinks: {out: {}}
flow:
  - {from: src, to: [left, right], choose: {rule: "rules.py:emptiest"}}
  - {from: left, to: L}
  - {from: right, to: R}
  - {from: L, to: out}
  - {from: R, to: out}
"""


@ENGINES
def test_a_part_goes_to_the_target_of_which_the_rule_says_least(simulate):
    rules = f"def emptiest({ROUTING}):\n    return 100 * held // capacity\n"
    line = line_of(BUFFERS, rules)

    outcome = simulate(line, seed=1, end=20 * NS)

    # The first of each goes on at once.  Filled by then, %: 0 0, 0 0, 50 0, 50 0, 50 25, 50 50
    # (alike: as declared), and at last the left one is full.
    expected = ["left", "left", "right", "right", "right", "left", "right"]
    assert taken_by(line, outcome) == expected


@ENGINES
def test_a_routing_rule_knows_the_part_and_the_target(simulate):
    rules = f"""
LANES = 2

def lane(product, due):
    return (product + (due // 1_000_000_000 if due >= 0 else 0)) % LANES

def emptiest({ROUTING}):
    if now >= 5_000_000_000:
        return priority * target
    return 0 if target == lane(product, due) else 1
"""
    orders = """
sources:
  src:
    orders: ["release,product,due,priority", "1 s,a,,", "2 s,b,,", "3 s,a,9 s,", "4 s,b,9 s,",
      "5 s,a,,-1", "6 s,a,,2"]
buffers: {left: {}, right: {}}
"""
    body = BUFFERS.replace("{p: {}}", "{a: {}, b: {}}")
    body = orders.join([body[: body.index("sources")], body[body.index("stations") :]])
    line = line_of(body, rules)

    outcome = simulate(line, seed=1, end=20 * NS)

    assert taken_by(line, outcome) == ["left", "right", "right", "left", "right", "left"]


TWO_QUEUES = """
products: {a: {}, b: {}, c: {}}
sources:
  one: {orders: ["release,product,due", "0 s,a,90 s", "0 s,c,"]}
  two: {orders: ["release,product,due", "0 s,b,50 s"]}
sinks: {out: {}}
operators: {crew: {pick: 1 s, place: 1 s, serves: {rule: "rules.py:urgent"}}}
flow: [{from: one, to: out, by: crew}, {from: two, to: out, by: crew}]
"""


@ENGINES
def test_a_unit_takes_the_request_of_which_the_rule_says_least(simulate):
    rules = f"def urgent({DISPATCH}):\n    return due if due >= 0 else 2**62\n"
    line = line_of(TWO_QUEUES, rules)

    outcome = simulate(line, seed=1, end=20 * NS)

    # Of both sources the part due at 50 s comes first, then that due at 90 s, then the other.
    assert rows_of(line, outcome, State.FINISHED) == [(2, "out", 1), (4, "out", 0), (6, "out", 2)]


@ENGINES
def test_a_dispatch_rule_knows_travel_and_node_and_chooses_among_units(simulate):
    body = """
products: {p: {}}
sources: {near: {product: p, saturated: true, limit: 1, pick_at: x1},
  far: {product: p, saturated: true, limit: 1, pick_at: x4}}
sinks: {out: {place_at: x4}}
places: {x0: {position: [0 m, 0 m, 0 m]}, x1: {position: [1 m, 0 m, 0 m]},
  x4: {position: [4 m, 0 m, 0 m]}}
operators:
  crew: {walking: 1 m/s, pick: 0 s, place: 0 s, home: x0, serves: {rule: "rules.py:urgent"}}
flow: [{from: near, to: out, by: crew}, {from: far, to: out, by: crew}]
"""
    far_first = line_of(body, f"def urgent({DISPATCH}):\n    return -travel\n")
    near_first = line_of(body, f"def urgent({DISPATCH}):\n    return source\n")

    found = [simulate(line, seed=1, end=50 * NS) for line in (far_first, near_first)]

    # 4 m there, no way to the sink, 3 m back, 3 m to the sink; or 1 m, 3 m, and there it is.
    times = [[end for end, *_ in rows_of(far_first, outcome, State.FINISHED)] for outcome in found]
    assert times == [[4, 10], [4, 4]]


@ENGINES
def test_the_call_of_a_server_is_a_request_without_a_part(simulate):
    body = """
products: {p: {}}
sources: {src: {product: p, saturated: true}}
stations: {A: {process: 9 s, queue: 2, failures: {jam: {after: {sequence: [2 s, 90 s]},
  repair: 3 s, crew: crew}}}}
sinks: {out: {}}
operators: {crew: {pick: 4 s, place: 1 s, serves: {rule: "rules.py:urgent"}}}
flow: [{from: src, to: A, by: crew}, {from: A, to: out}]
"""
    calls_first = line_of(body, f"def urgent({DISPATCH}):\n    return product + priority + due\n")
    parts_first = line_of(body, f"def urgent({DISPATCH}):\n    return -product\n")

    found = [simulate(line, seed=1, end=30 * NS) for line in (calls_first, parts_first)]

    # Placed at 5; fails at 7, while the second part is on its way to the queue, until 10.
    ends = [[end for end, *_ in rows_of(calls_first, one, State.REPAIRING)] for one in found]
    # The third part would come from 10 to 15.
    assert ends == [[13], [18]]


def outcome_of(simulate, case, rule):
    """Return what a case does with a rule of the user, or the built-in rule, everywhere."""
    document = json.loads(case.text)
    document.pop("rule_files", None)
    choose, serves = rule
    for entry in document["flow"]:
        several = isinstance(entry["to"], list) and len(entry["to"]) > 1
        if several and not entry.get("at_most") and not entry.get("if_full"):
            entry["choose"] = choose
    for section in ("robots", "operators"):
        for group in document[section].values():
            group["serves"] = serves
    if isinstance(serves, dict):
        document["rule_files"] = {FILE: TEXT}
    line = replace(case, document=document).line()
    return simulate(line, seed=case.seed, end=case.horizon)


@ENGINES
@pytest.mark.parametrize(
    ("built_in", "ours"),
    [
        (("first_free", "downstream_first"), ("first", "downstream")),
        (("shortest", "longest_wait"), ("level", "longest")),
        (("shortest", "nearest"), ("level", "near")),
    ],
)
def test_a_rule_that_says_what_a_built_in_one_does_gives_the_same_log(simulate, built_in, ours):
    compared = records = 0
    for seed in range(40 if config.DISABLE_JIT else 120):
        case = random_case(Random(seed))
        try:
            theirs = outcome_of(simulate, case, built_in)
            found = outcome_of(simulate, case, tuple(map(own, ours)))
        except CellFileError:
            continue
        assert np.array_equal(found.log.activities, theirs.log.activities), seed
        compared, records = compared + 1, records + found.log.activities.size
    assert compared > 10
    assert records > 1000


@ENGINES
def test_the_example_of_the_documentation_does_what_it_says(simulate):
    page = (Path(__file__).parents[1] / "docs" / "cell-files.md").read_text(encoding="utf-8")
    rules = page.split("```python\n")[1].split("```")[0]
    body = BUFFERS.replace("capacity: ", "dwell: 1 h, capacity: ").replace("limit: 7", "limit: 6")

    line = line_of(body, rules)

    expected = ["left", "right", "right", "left", "right", "right"]
    assert taken_by(line, simulate(line, seed=1, end=20 * NS)) == expected
    urgent = line_of(TWO_QUEUES, rules)
    outcome = simulate(urgent, seed=1, end=20 * NS)
    # All within an hour and at hand: in order of the nodes, but what is never due comes last.
    assert [row[2] for row in rows_of(urgent, outcome, State.FINISHED)] == [0, 1, 2]


def test_another_rule_needs_no_other_kernel():
    left, right = (
        line_of(BUFFERS, f"def emptiest({ROUTING}):\n    return {worth}\n")
        for worth in ("target", "-target")
    )
    plain = build_line(load_text(f"taktwin: 1\nname: p\n{PLAIN}\nrun: {{horizon: 1 h}}\n"))
    kernel(plain, seed=1, end=10 * NS)
    known = len(getattr(engine.advance, "signatures", ()))

    taken = [taken_by(line, kernel(line, seed=1, end=10 * NS))[0] for line in (left, right)]

    assert taken == ["left", "right"]
    assert len(getattr(engine.advance, "signatures", ())) == known


PLAIN = """
products: {p: {}}
sources: {src: {product: p, every: 1 s}}
sinks: {out: {}}
flow: [{from: src, to: out}]
"""


def test_replications_side_by_side_ask_the_same_rule():
    line = line_of(BUFFERS, f"def emptiest({ROUTING}):\n    return -held\n")

    tally = replicate(line, seed=1, replications=6, end=20 * NS, threads=3)

    one = kernel(line, seed=1, end=20 * NS).tally
    assert all(np.array_equal(row, one.state_time) for row in tally.state_time)


# ---- consent ----

CELL = f"taktwin: 1\nname: own\n{BUFFERS}\nrun: {{horizon: 100 s}}\n"
MARKED = f"""
from pathlib import Path
Path(__file__).with_name("ran").touch()
def emptiest({ROUTING}):
    return held
"""


def test_without_consent_a_cell_with_rules_is_refused_and_nothing_is_executed(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path, marker = tmp_path / "cell.yaml", tmp_path / "ran"
    path.write_text(CELL)
    (tmp_path / "rules.py").write_text(MARKED)

    with pytest.raises(CellFileError) as refused:
        twin.load(path)

    (said,) = str(refused.value).splitlines()
    assert said.startswith(f"{path}:10: flow[0].choose: the rule rules.py:emptiest is Python code")
    assert said.endswith("`--allow-rules`, or `twin.load(path, allow_rules=True)`")
    line = build_line(twin.load(path, allow_rules=True))
    assert not marker.exists()
    kernel(line, seed=1, end=NS)
    assert marker.exists()


def test_the_text_of_a_rule_is_part_of_the_cell(tmp_path):
    path = tmp_path / "cell.yaml"
    path.write_text(CELL)
    (tmp_path / "rules.py").write_text(f"def emptiest({ROUTING}):\n    return held\n")
    cell = twin.load(path, allow_rules=True)
    again = load_text(canonical_json(cell), allow_rules=True)
    assert again == cell

    (tmp_path / "rules.py").write_text(f"def emptiest({ROUTING}):\n    return -held\n")

    assert model_id(again) == model_id(cell) != model_id(twin.load(path, allow_rules=True))


GOOD = f"def emptiest({ROUTING}):\n    return held\n"


@pytest.mark.parametrize(
    ("old", "new", "rules", "told"),
    [
        ("rules.py", "nix.py", GOOD, "'nix.py' cannot be read: there is no such file in the"),
        ("rules.py", "../rules.py", GOOD, "cannot be read: only files in the folder of the cell"),
        ("rules.py:", "rules.txt:", GOOD, "expected a Python file beside the cell file and a"),
        (":emptiest", ":fullest", GOOD, "rules.py has no function fullest; there are emptiest;"),
        ("", "", "def emptiest(now):\n    return 1\n", "rules.py:1: a rule here takes 7 arguments"),
        (
            "",
            "",
            f"def emptiest({ROUTING}, *more):\n    return 1\n",
            "takes 7 arguments: write",
        ),
        ("", "", "import numba\n@numba.njit\n" + GOOD, "rules.py:3: a rule is a plain function;"),
        ("", "", "\ndef emptiest(\n", "rules.py:2: not Python: '(' was never closed"),
        ("[left, right]", "left", GOOD, "a rule chooses among several targets; name them"),
        ("[left, right]", "{left: 50 %, right: 50 %}", GOOD, "leave out `choose: {rule}`"),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_when_the_cell_is_read(tmp_path, old, new, rules, told):
    path = tmp_path / "cell.yaml"
    path.write_text(CELL.replace(old, new, 1))
    (tmp_path / "rules.py").write_text(rules)

    with pytest.raises(CellFileError) as refused:
        twin.load(path, allow_rules=True)

    assert f"{path}:10: flow[0]." in str(refused.value)
    assert told in str(refused.value)


@ENGINES
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("return 10 // (held - 1)", "rules.py: emptiest(3000000000, 0, 0, -1, 1, 2, 0) at 3 s: "),
        ("if held == 0: raise ValueError('no')", "at 1 s: the rule failed: ValueError: no"),
    ],
)
def test_a_rule_that_fails_ends_the_run_with_one_line(simulate, text, told):
    line = line_of(BUFFERS, f"def emptiest({ROUTING}):\n    {text}\n    return 0\n")

    with pytest.raises(RunError) as failed:
        simulate(line, seed=1, end=20 * NS)

    assert told in str(failed.value)
    assert "\n" not in str(failed.value)


@ENGINES
@pytest.mark.parametrize("worth", ["held / 2", "None", "'left'"])
def test_a_rule_has_to_return_a_whole_number(simulate, worth):
    line = line_of(BUFFERS, f"def emptiest({ROUTING}):\n    return {worth}\n")

    with pytest.raises(RunError, match=r"^rules\.py: emptiest.* whole number.* return"):
        simulate(line, seed=1, end=20 * NS)


@ENGINES
def test_a_file_that_cannot_be_run_is_told_in_one_line(simulate):
    line = line_of(BUFFERS, f"import no_such_module\n{GOOD}")

    with pytest.raises(RunError, match=r"^rules\.py cannot be run: ModuleNotFoundError: No mod"):
        simulate(line, seed=1, end=20 * NS)


def test_what_does_not_compile_is_told_in_one_line():
    line = line_of(BUFFERS, f"def emptiest({ROUTING}):\n    return open('x').nothing\n")

    with pytest.raises(RunError) as failed:
        kernel(line, seed=1, end=20 * NS)

    # Uncompiled the file is looked for; compiled the compiler does not know `open`.
    wanted = "FileNotFoundError" if config.DISABLE_JIT else "rules.py: emptiest does not compile: "
    assert wanted in str(failed.value)
    assert "\n" not in str(failed.value)
    assert len(str(failed.value)) < 320


def test_the_conventions_in_force_name_the_rules():
    rules = f"def urgent({DISPATCH}):\n    return due\n"
    routing, dispatch = line_of(BUFFERS, GOOD), line_of(TWO_QUEUES, rules)

    said = " ".join((*conventions(routing), *conventions(dispatch)))

    assert "Where parts of src go is chosen by the rule rules.py:emptiest." in said
    assert "The operator crew serves by the rule rules.py:urgent." in said

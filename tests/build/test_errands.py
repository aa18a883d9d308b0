"""Claims about what robots carry: the weight of products, and the gripper for each."""

from pathlib import Path

import numba
import pytest

from cells.errors import CellFileError
from cells.load import load_text
from robots.errors import MotionError
from robots.kinematics.fk import flange
from tests.agreement import differ_logs
from twin.build import build_line
from twin.kernel import run as kernel
from twin.kernel.states import State
from twin.motion import move_times, tables
from twin.programs import plans, workplace
from twin.reference import run as reference

JIT = not numba.config.DISABLE_JIT
CELL = """
taktwin: 1
name: mixed
products: {bolt: {mass: 0.2 kg}, housing: {mass: 9 kg}, bare: {}}
sources:
  feed: {product: {bolt: 40 %, housing: 40 %, bare: 20 %}, every: 8 s, pick_at: left}
sinks: {box: {place_at: right}}
robots:
  arm:
    model: ur10e
    gripper: {mass: 1 kg, open: 0.2 s, close: 0.2 s, tcp: [0 mm, 0 mm, 150 mm]}
    part_mass: 0.2 kg
places:
  left: {position: [300 mm, 500 mm, 200 mm]}
  right: {position: [300 mm, -500 mm, 200 mm]}
  far: {position: [500 mm, -600 mm, 200 mm]}
flow:
  - {from: feed, to: box, by: arm}
run: {horizon: 10 min, warm_up: 1 min, replications: 4}
"""
WIDE = (
    "    grippers: {wide: {for: [housing], mass: 0.5 kg, open: 0.6 s, close: 0.7 s,"
    " tcp: [100 mm, 0 mm, 150 mm]}}\n"
)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))


def cell(*changes: tuple[str, str]):
    text = CELL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return load_text(text, "cell.yaml")


def carrying(log, line, product: str) -> set[int]:
    """Return how long parts of a product are carried, ns."""
    rows = log.activities[log.activities["state"] == State.CARRYING]
    own = rows[rows["product"] == line.products.index(product)]
    return {int(row["t1"] - row["t0"]) for row in own if row["t1"] < log.end}


def test_a_heavy_product_is_carried_more_slowly_in_both_engines():
    one = cell()
    line = build_line(one, move_times(one))

    logs = [engine.simulate(line, seed=3, end=600 * 10**9) for engine in (kernel, reference)]

    assert differ_logs(line, *logs) is None
    (light,), (heavy,), (bare,) = (
        carrying(logs[0].log, line, product) for product in ("bolt", "housing", "bare")
    )
    assert heavy > 1.02 * light
    assert bare == light  # what a product does not say the robot says


def test_loads_that_make_no_difference_are_one():
    times = move_times(cell(("model: ur10e", "model: kr6_r700_sixx"), ("mass: 9 kg", "mass: 4 kg")))

    assert times["arm"].loads == 1  # its accelerations are published, not its torques
    assert set(times["arm"].load_of.values()) == {0}


def test_a_way_that_parts_take_only_when_the_first_is_full_is_timed():
    one = cell(
        (
            "sinks: {",
            "buffers: {shelf: {capacity: 1, at: right}}\nsinks: {spare: {place_at: far}, ",
        ),
        (
            "to: box, by: arm}",
            "to: {shelf: 100 %}, if_full: spare, by: arm}\n  - {from: shelf, to: box}",
        ),
    )
    line = build_line(one, move_times(one))

    left, far = line.places.index("left"), line.places.index("far")

    assert line.travel[0, 1, left, far] > 10**8
    assert line.travel[0, 0, far, left] > 10**8


def test_the_weight_that_is_too_much_is_named():
    with pytest.raises(MotionError, match=r"gripper and part weigh 31\.00 kg.*carries 12\.5 kg"):
        tables(cell(("mass: 9 kg", "mass: 30 kg")))


def test_each_product_is_held_by_its_gripper():
    one = cell(("    part_mass", WIDE + "    part_mass"))
    task, table = tables(one)["arm"]
    line = build_line(one, move_times(one))
    wide, own = (line.hands[0, line.products.index(p)] for p in ("housing", "bolt"))
    left = line.places.index("left")

    for target, q in zip(task.targets, table.joints_at, strict=True):
        reached = flange(task.arm.chain, q) @ task.grippers[target.gripper].pose_flange_tcp
        assert task.pose_cell_base @ reached == pytest.approx(target.pose_cell_tcp, abs=1e-6)
    assert [target.name for target in task.targets if target.gripper] == [
        "left (wide)",
        "right (wide)",
    ]
    pick = {
        name: line.dists["a"][line.pick[0, hand["load"], left]]
        for name, hand in (("wide", wide), ("own", own))
    }
    assert pick["wide"] - pick["own"] > 0.4e9  # it closes in 0.7 s, not 0.2 s
    assert wide["grip"] == len(line.places)
    assert line.travel[0, 0, left, wide["grip"] + left] > 10**7  # the head turns round
    logs = [engine.simulate(line, seed=3, end=600 * 10**9) for engine in (kernel, reference)]
    assert differ_logs(line, *logs) is None


@pytest.mark.skipif(not JIT, reason="minutes when not compiled")
def test_a_program_that_handles_takes_the_time_of_each_load():
    program = (
        "programs: {picking: {robot: arm, start: left, pick_at: left, torque: 50 %, points:"
        " {inside: {position: [300 mm, 500 mm, 200 mm]}, up: {position: [300 mm, 500 mm, 700 mm]}},"
        " steps: [{move_l: inside}, {grip: close}, {move_l: up}, {move_l: left}]}}\n"
    )
    one = cell(("flow:", program + "flow:"))
    times = move_times(one)["arm"]
    left = times.places.index("left")

    light, heavy = (times.pick[times.load_of[p], left] for p in ("bolt", "housing"))

    assert heavy > light
    assert heavy == round(plans(one, tables(one))["picking"].duration * 1e9)


@pytest.mark.skipif(not JIT, reason="minutes when not compiled")
def test_a_program_that_handles_begins_with_the_gripper_for_the_part():
    program = (
        "programs: {picking: {robot: arm, start: left, pick_at: left, points:"
        " {inside: {position: [300 mm, 500 mm, 200 mm]}},"
        " steps: [{move_l: inside, speed: 0.1 m/s}, {grip: close}, {move_l: left}]}}\n"
    )
    one = cell(("    part_mass", WIDE + "    part_mass"), ("flow:", program + "flow:"))
    times = move_times(one)["arm"]
    left = times.places.index("left")

    own, wide = (times.pick[times.load_of[p], left] for p in ("bolt", "housing"))

    assert wide - own > 0.4e9  # it closes in 0.7 s, not 0.2 s
    place = workplace(one, one.programs["picking"], Path())
    assert place.body("gripper", 0.0).inertials.mass[-1] == pytest.approx(
        place.body("wide", 0.0).inertials.mass[-1]
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("for: [housing]", "for: [hosing]", "no product named 'hosing'.  Did you mean 'housing'"),
        ("grippers: {", "grippers: {other: {for: [housing], mass: 1 kg, open: 0 s, close: 0 s}, ",
         "'housing' is for gripper 'other' already"),
        ("gripper: {mass: 1 kg", "gripper: {type: dual, exchange: 1 s, mass: 1 kg",
         "a dual gripper takes all products"),
        ("for: [housing]", "for: []", "for"),
        ("flow:", "programs: {p: {robot: arm, start: left, steps: [{move_j: right}], tools: {wide:"
         " {mass: 1 kg, open: 0 s, close: 0 s}}}}\nflow:", "'wide' is a gripper of the robot"),
    ],
)  # fmt: skip
def test_grippers_that_cannot_be_are_named(old, new, says):
    with pytest.raises(CellFileError) as caught:
        cell(("    part_mass", WIDE + "    part_mass"), (old, new))
    assert says in str(caught.value)

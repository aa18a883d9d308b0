"""Claims about collaborative operation: the speeds that a user's limits allow, and their cost."""

import math
import re
from pathlib import Path

import numba
import numpy as np
import pytest

from cells.errors import CellFileError
from cells.load import load_text
from robots.errors import RobotError
from robots.kinematics.fk import flange
from robots.kinematics.rates import fastest_point
from robots.load import load_arm
from robots.trajectory import travel
from twin.motion import arm_tasks, tables
from twin.programs import plans

JIT = not numba.config.DISABLE_JIT
CELL = """
taktwin: 1
name: shared
products: {part: {mass: 1 kg}}
sources: {feed: {product: part, saturated: true, pick_at: left}}
sinks: {box: {place_at: right}}
robots:
  arm:
    model: MODEL
    gripper: {mass: 1 kg, open: 0.2 s, close: 0.2 s, tcp: [0 mm, 0 mm, 150 mm]}
    part_mass: 1 kg
    handling: {approach: 60 mm}
    LIMITS
places:
  left: {position: [300 mm, 500 mm, 200 mm]}
  right: {position: [300 mm, -500 mm, 200 mm]}
flow:
  - {from: feed, to: box, by: arm}
run: {horizon: 30 min, warm_up: 5 min, replications: 4}
"""
SEPARATION = (
    "{name: aisle, separation: {distance: 1.2 m, human_speed: 1.6 m/s, reaction: 0.1 s,"
    " stopping: 0.3 s, braking: 0.1 m, intrusion: 0.2 m, uncertainty: 0.06 m}}"
)
CONTACT = "{name: hand, contact: {force: 140 N, stiffness: 75 N/mm, body_mass: 0.6 kg}}"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))


def cell(*limits: str, model: str = "ur10e"):
    rows = f"collaborative: [{', '.join(limits)}]" if limits else "serves: downstream_first"
    return load_text(CELL.replace("MODEL", model).replace("LIMITS", rows))


def speed(*limits: str, model: str = "ur10e") -> float:
    return arm_tasks(cell(*limits, model=model), Path())["arm"].tool_speed


def test_without_limits_nothing_is_capped():
    assert speed() == math.inf


def test_separation_leaves_what_the_person_does_not_cover():
    # 1.2 m - 1.6 m/s x 0.4 s - 0.1 m - 0.2 m - 0.06 m = 0.2 m within the reaction of 0.1 s
    assert speed(SEPARATION) == pytest.approx(2.0)


def test_contact_allows_the_speed_that_the_force_stops():
    moving = load_arm("ur10e").inertials.mass.sum() / 2 + 1.0 + 1.0
    together = 1 / (1 / 0.6 + 1 / moving)

    assert speed(CONTACT) == pytest.approx(140 / math.sqrt(75_000 * together))


def test_the_strictest_row_counts():
    assert speed(SEPARATION, "{name: setting up, speed: 250 mm/s}") == 0.25


@pytest.mark.parametrize(
    ("limit", "model", "reason"),
    [
        (SEPARATION.replace("1.2 m,", "0.9 m,"), "ur10e", "have to stand still"),
        (CONTACT, "gp8", "give `robot_mass`"),
    ],
)
def test_a_limit_that_leaves_nothing_is_refused_with_its_place(limit, model, reason):
    with pytest.raises(RobotError, match=r"robots\.arm\.collaborative\[0\]") as refused:
        speed(limit, model=model)

    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        (
            "{name: both, speed: 1 m/s, contact: {force: 1 N, stiffness: 1 N/m, body_mass: 1 kg}}",
            "write one of",
        ),
        ("{name: bare, speed: 0.25}", "bare number"),
        ("{name: soft, contact: {force: 0 N, stiffness: 1 N/m, body_mass: 1 kg}}", "above 0"),
    ],
)
def test_a_wrong_row_is_refused_by_the_file(limit, reason):
    with pytest.raises(CellFileError, match=reason):
        cell(limit)


def test_the_fastest_point_is_that_of_the_difference():
    arm, h, rng = load_arm("ur10e"), 1e-6, np.random.default_rng(2)
    q, rates, tcp = rng.uniform(-2, 2, 6), rng.normal(size=6), np.array([0.0, 0.0, 0.4])
    ends = [flange(arm.chain, q + way * h * rates) @ np.append(tcp, 1.0) for way in (1, -1)]
    tool = np.linalg.norm((ends[0] - ends[1])[:3]) / (2 * h)

    assert fastest_point(arm.chain, tcp, q[None], rates[None]) >= tool - 1e-6
    only_last = np.array([0, 0, 0, 0, 0, 1.0])
    aside = np.array([0.3, 0.0, 0.0])
    assert fastest_point(arm.chain, aside, q[None], only_last[None]) == pytest.approx(0.3)


@pytest.mark.skipif(not JIT, reason="minutes when not compiled")
def test_no_move_passes_the_cap_and_its_cost_is_said():
    task, table = tables(cell("{name: near people, speed: 0.5 m/s}"))["arm"]
    free_task, free = tables(cell())["arm"]
    tcp = task.tool.pose_flange_tcp[:3, 3].copy()

    def fastest(task, table) -> float:
        path = travel(task, table, task.moves[0], 0.005)
        rates = np.gradient(path.q, 0.005, axis=0)
        return fastest_point(task.arm.chain, tcp, path.q, rates)

    assert fastest(free_task, free) > 0.8
    assert fastest(task, table) <= 0.5 * 1.01
    assert fastest(task, table) > 0.45
    assert table.travel[1, 0, 1] > free.travel[1, 0, 1]
    assert "no point of the arm moves faster than 0.5 m/s" in table.notes[0]
    assert "instead of" in table.notes[0]
    assert not any("collaborative" in note for note in free.notes)


@pytest.mark.skipif(not JIT, reason="minutes when not compiled")
def test_a_row_with_places_counts_for_the_moves_to_and_from_them():
    three = CELL.replace("sinks: {box", "sinks: {far: {place_at: away}, box").replace(
        "to: box", "to: {box: 50 %, far: 50 %}"
    )
    three = three.replace("places:\n", "places:\n  away: {position: [500 mm, -300 mm, 300 mm]}\n")

    def table_of(limits: str):
        text = three.replace("MODEL", "ur10e").replace("LIMITS", limits)
        return tables(load_text(text))["arm"]

    task, table = table_of("collaborative: [{name: aisle, speed: 0.3 m/s, places: [right]}]")
    _, free = table_of("serves: downstream_first")
    left, right, away = (table.names.index(name) for name in ("left", "right", "away"))
    tcp = task.tool.tcp

    path = travel(task, table, (left, right, 1), 0.005)
    rates = np.gradient(path.q, 0.005, axis=0)

    assert 0.27 < fastest_point(task.arm.chain, tcp, path.q, rates) <= 0.3 * 1.01
    assert table.travel[0, right, left] > 1.5 * free.travel[0, right, left]
    assert table.travel[1, left, away] == pytest.approx(free.travel[1, left, away], rel=0.05)
    assert table.pick[0, left] == pytest.approx(free.pick[0, left], rel=0.02)
    assert "no point of the arm moves faster than 0.3 m/s to and from right" in table.notes[0]


def test_a_place_that_is_not_there_is_named():
    with pytest.raises(CellFileError, match=r"no place named 'rigt'\.  Did you mean 'right'"):
        cell("{name: aisle, speed: 0.3 m/s, places: [rigt]}")


PROGRAM = """
programs:
  sweep:
    robot: arm
    start: a
    rules: RULES
    points:
      a: {position: [300 mm, 500 mm, 400 mm]}
      b: {position: [300 mm, -500 mm, 400 mm]}
    steps:
      - {move_j: b}
      - {move_l: a}
"""


def sweep(limits: str, rules: str = "least_time"):
    text = CELL.replace("MODEL", "ur10e").replace("LIMITS", limits)
    text = text.replace("\nflow:", PROGRAM.replace("RULES", rules) + "\nflow:")
    one = load_text(text, "cell.yaml")
    return plans(one, {})["sweep"]


@pytest.mark.skipif(not JIT, reason="minutes when not compiled")
@pytest.mark.parametrize("rules", ["least_time", "urscript"])
def test_a_program_keeps_the_speed_too_and_says_what_it_costs(rules):
    made = sweep("collaborative: [{name: people, speed: 0.2 m/s}]", rules)
    free = sweep("serves: downstream_first", rules)
    arm, tcp = load_arm("ur10e"), np.array([0.0, 0.0, 0.15])

    def fastest(one) -> float:
        t = np.arange(0.0, one.duration, 0.005)
        q = one.joints(t)
        return fastest_point(arm.chain, tcp, q, np.gradient(q, 0.005, axis=0))

    assert 0.17 < fastest(made) <= 0.2 * 1.02
    assert fastest(free) > 0.25
    assert made.duration > free.duration
    assert re.search(r"than 0\.2 m/s; the program takes .* s instead of .* s \(\+", made.notes[0])

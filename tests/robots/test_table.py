"""Claims about the times of a task's moves and about what is said when a task cannot be done."""

import itertools
import math
import re
from dataclasses import replace

import numba
import numpy as np
import pytest

from robots.candidates import candidates_at, collides
from robots.choose import search_of
from robots.collide import nearest, scene
from robots.dynamics import body_of, inverse_dynamics
from robots.errors import MotionError, RobotError
from robots.frames import pose, retreat
from robots.kinematics.fk import flange
from robots.kinematics.inverse import inverse_of
from robots.load import load_arm
from robots.pace import pace_of
from robots.table import computed_move_times
from robots.task import EMPTY, LOADED, ArmTask, Fixture, Target, Tool
from robots.trajectory import travel

JIT = not numba.config.DISABLE_JIT
needs_jit = pytest.mark.skipif(
    not JIT, reason="minutes when not compiled; the small task covers it"
)
DOWN = (math.pi, 0.0, 0.0)
SIDES = (("front", 0.7), ("back", -0.7))


def target(name: str, position, rpy=DOWN) -> Target:
    return Target(name=name, pose_cell_tcp=pose(position, rpy))


def box(name: str, size, position) -> Fixture:
    return Fixture(name=name, kind="box", size=size, pose_cell_fixture=pose(position))


def small(**changes) -> ArmTask:
    """Return a KR 6 that carries between two places."""
    task = ArmTask(
        name="picker",
        arm=load_arm("kr6_r700_2"),
        pose_cell_base=np.eye(4),
        tool=Tool(
            mass=0.8,
            center_of_mass=(0.0, 0.0, 0.05),
            pose_flange_tcp=pose((0.0, 0.0, 0.12)),
            open_time=0.2,
            close_time=0.3,
        ),
        loads=(1.0,),
        speed=1.0,
        approach=0.04,
        approach_speed=0.25,
        settle=0.05,
        pick_extra=0.1,
        place_extra=0.0,
        targets=(target("nest", (0.4, -0.15, 0.2)), target("tray", (0.4, 0.15, 0.2))),
        moves=((0, 1, True), (1, 0, False)),
        fixtures=(),
        home=0,
    )
    return replace(task, **changes)


def wide(**changes) -> ArmTask:
    """Return a UR10e on a pedestal that serves four places around it."""
    task = replace(
        small(),
        name="tender",
        arm=load_arm("ur10e"),
        pose_cell_base=pose((0.0, 0.0, 0.75)),
        approach=0.08,
        targets=(
            target("infeed", (-0.1, 0.8, 0.9)),
            target("chuck", (0.74, 0.5, 1.05), (0.0, math.pi / 2, 0.0)),
            target("clamp", (-0.7, 0.3, 0.95)),
            target("outfeed", (-0.1, -0.8, 0.9)),
        ),
        moves=((0, 1, True), (1, 2, True), (2, 3, True), (3, 0, False), (3, 1, False)),
        fixtures=(
            box("pedestal", (0.3, 0.3, 0.74), (0.0, 0.0, 0.37)),
            box("lathe", (0.9, 0.7, 1.7), (1.3, 0.5, 0.85)),
        ),
    )
    return replace(task, **changes)


@pytest.fixture(scope="module")
def table():
    return computed_move_times(small())


def test_postures_put_the_tool_at_the_targets_and_their_approach_points(table):
    task = small()
    for k, one in enumerate(task.targets):
        at = flange(task.arm.chain, table.joints_at[k]) @ task.tool.pose_flange_tcp
        before = flange(task.arm.chain, table.joints_approach[k]) @ task.tool.pose_flange_tcp
        assert at == pytest.approx(one.pose_cell_tcp, abs=1e-9)
        assert before == pytest.approx(retreat(one.pose_cell_tcp, task.approach), abs=1e-9)
        inside = (table.joints_between[k] >= task.arm.lower) & (
            table.joints_between[k] <= task.arm.upper
        )
        assert inside.all()


def test_only_asked_moves_have_a_time(table):
    asked = np.zeros((2, 2, 2), dtype=bool)
    asked[LOADED, 0, 1] = asked[EMPTY, 1, 0] = True

    assert (np.isfinite(table.travel) == asked).all()
    assert (np.isfinite(table.travel_law).all(axis=3) == asked).all()
    assert table.names == ("nest", "tray")


def test_a_pick_is_in_close_and_out(table):
    # 40 mm with 1.2 m/s2 built up within 50 ms: short of 0.25 m/s it never holds it.
    a, b = 1.2, 0.05
    once = b + 2.0 * math.sqrt(b * b / 4.0 + 0.04 / a)
    peak = a * (math.sqrt(b * b / 4.0 + 0.04 / a) - b / 2.0)
    assert peak < 0.25

    assert table.pick[0] == pytest.approx(2 * once + 0.3 + 0.1, abs=1e-9)
    assert table.place[0] == pytest.approx(2 * once + 0.2, abs=1e-9)


def test_every_time_says_what_it_rests_on(table):
    assert table.basis == {"travel": "torque", "pick": "torque", "place": "torque"}
    text = "\n".join(table.notes)
    assert re.search("90% of the published torques", text)
    assert re.search(r"within 50 ms \(assumed", text)
    assert re.search(r"at most 1.2 m/s2 \(assumed\)", text)


def test_a_full_way_takes_at_least_its_speed_limit_allows(table):
    task = small()
    way = np.abs(table.joints_approach[1] - table.joints_approach[0])

    assert table.travel[LOADED, 0, 1] > (way / task.arm.speed).max() + task.settle
    assert table.travel[EMPTY, 1, 0] <= table.travel[LOADED, 0, 1] + 1e-9


def test_all_problems_are_told_at_once():
    task = small(
        targets=(target("far", (1.4, 0.0, 0.3)), target("near", (0.4, 0.1, 0.2))),
        loads=(9.0,),
        fixtures=(box("block", (0.2, 0.2, 0.1), (0.4, 0.1, 0.2)),),
    )

    with pytest.raises(MotionError) as told:
        computed_move_times(task)

    assert len(told.value.problems) == 3
    assert re.search(
        r"load: gripper and part weigh 9.80 kg, kr6_r700_2 carries 6 kg", str(told.value)
    )
    assert re.search(r"near: \w+ goes \d+ mm into fixture 'block'", str(told.value))
    assert re.search(r"far: it is out of reach by \d+ mm; \(.*\) mm would do", str(told.value))


def test_the_place_proposed_for_a_target_out_of_reach_does():
    task = small(targets=(target("far", (0.9, 0.3, 0.3)),), moves=())
    with pytest.raises(MotionError) as told:
        computed_move_times(task)
    spot = re.search(r"by (\d+) mm; \(([^)]*)\)", str(told.value))

    moved = np.array([float(x) for x in spot.group(2).split(",")]) / 1e3

    assert np.linalg.norm(moved - (0.9, 0.3, 0.3)) == pytest.approx(
        float(spot.group(1)) / 1e3, abs=2e-3
    )
    inward = moved * (1 - 2e-3)  # the proposal is rounded to a millimetre
    computed_move_times(small(targets=(target("far", inward),), moves=()))


@needs_jit
def test_a_chosen_posture_is_the_best_of_all_combinations():
    task = small(targets=(*small().targets, target("gauge", (0.2, 0.35, 0.35))))
    task = replace(task, moves=((0, 1, True), (1, 2, False), (2, 0, False)))
    pace, view = pace_of(task), scene(task)
    found = [candidates_at(pace, inverse_of(task.arm), view, t)[0] for t in task.targets]
    search = search_of(pace, view, found)

    def total(choice):
        if any(collides(search.spot(choice[a], choice[b])) for a, b, _ in task.moves):
            return math.inf
        moves = sum(search.law(choice[a], choice[b], load).time for a, b, load in task.moves)
        return moves + sum(search.own[c] for c in choice)

    spans = [range(a, b) for a, b in zip(search.first[:-1], search.first[1:], strict=True)]
    best = min(total(choice) for choice in itertools.product(*spans))

    assert total(search.best()) <= best * 1.01


@needs_jit
def test_moves_around_a_lathe_and_a_pedestal_touch_nothing():
    table = computed_move_times(wide())

    asked = np.isfinite(table.travel)
    assert table.clearance[asked].min() > 0.02
    assert set(table.nearest[asked]) <= {0, 1}
    assert table.clearance_at[1] == pytest.approx(0.85 - 0.74, abs=0.005)


def wall(name: str, azimuth: float) -> Fixture:
    """Return a wall from the pedestal outwards, in one direction, too near and high to pass."""
    turn = pose((0.0, 0.0, 0.0), (0.0, 0.0, math.radians(azimuth)))
    return Fixture(
        name=name,
        kind="box",
        size=(1.2, 0.02, 2.5),
        pose_cell_fixture=turn @ pose((1.0, 0.0, 1.25)),
    )


@needs_jit
def test_a_wall_in_the_way_is_gone_around_the_other_side():
    task = wide(moves=((0, 1, True),), fixtures=())
    walled = replace(task, fixtures=(wall("wall", 70.0),))

    free, around = computed_move_times(task), computed_move_times(walled)

    assert around.clearance[LOADED, 0, 1] > 0
    assert around.travel[LOADED, 0, 1] > free.travel[LOADED, 0, 1] + 0.5


@needs_jit
def test_a_move_that_collides_in_every_posture_is_named_with_the_fixture():
    # A partition on both sides of the arm, and a ceiling too low to swing over the top.
    partition = [box(f"{side}_wall", (1.0, 0.02, 0.6), (x, 0.0, 0.3)) for side, x in SIDES]
    ceiling = box("ceiling", (3.0, 3.0, 0.1), (0.0, 0.0, 0.75))
    task = small(
        targets=(target("nest", (0.0, -0.6, 0.15)), target("tray", (0.0, 0.6, 0.15))),
        moves=((0, 1, True),),
    )
    computed_move_times(task)  # nothing is wrong without them

    with pytest.raises(MotionError) as told:
        computed_move_times(replace(task, fixtures=(*partition, ceiling)))

    (problem,) = told.value.problems
    assert re.match(
        r"nest to tray: no way found: on the direct one \w+ goes \d+ mm into fixture '\w+'", problem
    )


@needs_jit
def test_a_move_that_collides_in_every_posture_goes_round():
    # Under the ceiling the arm cannot swing over, but it can lift the tool over the partition.
    partition = [box(f"{side}_wall", (1.0, 0.02, 0.4), (x, 0.0, 0.2)) for side, x in SIDES]
    ceiling = box("ceiling", (3.0, 3.0, 0.1), (0.0, 0.0, 0.85))
    task = small(
        targets=(target("nest", (0.0, -0.6, 0.15)), target("tray", (0.0, 0.6, 0.15))),
        moves=((0, 1, True), (1, 0, False)),
        fixtures=(*partition, ceiling),
    )

    table = computed_move_times(task)

    points, width = table.way(0, 1)
    assert len(points) > 2
    assert np.array_equal(table.way(1, 0)[0], points[::-1])
    assert 0.0 < width < 1.0
    assert any(re.match(r"nest to tray, and back: by \d via-points", note) for note in table.notes)
    motion = travel(task, table, (0, 1, True), 2e-3)
    assert nearest(scene(task), motion.q).clearance > 0.0
    assert table.clearance[LOADED, 0, 1] > 0.0
    assert motion.q[[0, -1]] == pytest.approx(table.joints_approach, abs=1e-9)
    torque = inverse_dynamics(body_of(task, load=1), motion.q, motion.qd, motion.qdd)
    assert (np.abs(torque) / task.arm.torque).max() < 0.95


@needs_jit
def test_a_slower_override_and_a_heavier_part_are_never_faster():
    plain = computed_move_times(wide())
    slow = computed_move_times(wide(speed=0.5))
    heavy = computed_move_times(wide(loads=(11.0,)))

    asked = np.isfinite(plain.travel)
    assert slow.travel[asked].sum() > plain.travel[asked].sum()
    assert (
        heavy.travel[LOADED][asked[LOADED]].sum()
        >= plain.travel[LOADED][asked[LOADED]].sum() - 1e-3
    )


@needs_jit
def test_turning_the_whole_cell_changes_no_time():
    turn = pose((2.0, -1.0, 0.3), (0.0, 0.0, 0.7))
    task = wide()
    turned = replace(
        task,
        pose_cell_base=turn @ task.pose_cell_base,
        targets=tuple(replace(t, pose_cell_tcp=turn @ t.pose_cell_tcp) for t in task.targets),
        fixtures=tuple(
            replace(f, pose_cell_fixture=turn @ f.pose_cell_fixture) for f in task.fixtures
        ),
    )

    one, other = computed_move_times(task), computed_move_times(turned)

    assert other.travel == pytest.approx(one.travel, abs=1e-6, nan_ok=True)
    assert other.pick == pytest.approx(one.pick, abs=1e-9)


@pytest.mark.parametrize(
    ("basis", "unknown"),
    [("published limits", {"torque": None}), ("assumed", {"torque": None, "acceleration": None})],
)
def test_without_torques_the_next_best_facts_decide(basis, unknown):
    arm = small().arm
    fields = {name: getattr(arm, name) for name in type(arm).__slots__}
    task = small(arm=type(arm)(**fields | unknown), moves=((0, 1, True),))

    table = computed_move_times(task)

    assert table.basis["travel"] == basis
    assert np.isfinite(table.travel[LOADED, 0, 1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"moves": ((0, 5, True),)}, "moves and home must name one of 2 targets"),
        ({"speed": 0.0}, r"speed is a fraction in \(0, 1\], got 0.0"),
        ({"approach": 0.0}, "approach and approach_speed must be positive"),
        ({"loads": (-1.0,)}, "must not be negative"),
        ({"pose_cell_base": np.eye(3)}, "finite 4 x 4 matrix"),
        ({"pose_cell_base": 2 * np.eye(4)}, "must be a rotation"),
    ],
)
def test_a_task_that_cannot_be_is_refused_when_made(changes, message):
    with pytest.raises(RobotError, match=message):
        small(**changes)

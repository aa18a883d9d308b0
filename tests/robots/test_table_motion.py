"""Claims about the sampled motions behind a table, and about keeping tables."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from robots import cache
from robots.dynamics import body_of, inverse_dynamics
from robots.errors import RobotError
from robots.frames import pose
from robots.kinematics.fk import flanges
from robots.load import load_arm
from robots.pace import law_time
from robots.table import computed_move_times, move_times
from robots.task import LOADED, ArmTask, Target, Tool
from robots.trajectory import straight, travel

DT = 2e-3


@pytest.fixture(scope="module")
def task() -> ArmTask:
    down = (math.pi, 0.0, 0.0)
    return ArmTask(
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
        loads=(2.0,),
        speed=0.9,
        approach=0.06,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.0,
        place_extra=0.0,
        targets=(
            Target(name="nest", pose_cell_tcp=pose((0.4, -0.2, 0.2), down)),
            Target(name="tray", pose_cell_tcp=pose((0.4, 0.25, 0.2), down)),
        ),
        moves=((0, 1, True), (0, 0, False)),
        fixtures=(),
        home=0,
    )


@pytest.fixture(scope="module")
def table(task):
    return computed_move_times(task)


def slope(values, dt):
    return (values[2:] - values[:-2]) / (2 * dt)


def test_a_travel_lasts_as_long_as_the_table_says_and_ends_where_it_should(task, table):
    motion = travel(task, table, (0, 1, True), DT)

    assert motion.duration == pytest.approx(table.travel[LOADED, 0, 1], abs=1e-12)
    assert motion.t[-2] < motion.duration <= motion.t[-1]
    assert motion.q[0] == pytest.approx(table.joints_approach[0])
    assert motion.q[-1] == pytest.approx(table.joints_approach[1], abs=1e-9)
    assert not motion.qd[[0, -1]].any()


def test_a_travel_keeps_speed_limits_and_nine_tenths_of_the_torques(task, table):
    motion = travel(task, table, (0, 1, True), DT)

    tau = inverse_dynamics(body_of(task, load=1), motion.q, motion.qd, motion.qdd)

    assert (np.abs(motion.qd) <= task.speed * task.arm.speed * (1 + 1e-9)).all()
    assert (np.abs(tau) <= 0.9 * task.arm.torque).all()
    assert (np.abs(tau) / task.arm.torque).max() > 0.8


@pytest.mark.parametrize("kind", ["travel", "in", "out"])
def test_sampled_speeds_and_accelerations_are_the_slopes_of_the_positions(task, table, kind):
    if kind == "travel":
        motion = travel(task, table, (0, 1, True), DT)
    else:
        motion = straight(task, table, 0, True, DT, kind)
    fast, hard = np.abs(motion.qd).max(), np.abs(motion.qdd).max()

    assert slope(motion.q, DT)[:-1] == pytest.approx(motion.qd[1:-2], abs=2e-2 * fast)
    assert slope(motion.qd, DT)[:-1] == pytest.approx(motion.qdd[1:-2], abs=5e-2 * hard)


def test_a_straight_move_is_straight_and_keeps_its_speed(task, table):
    motion = straight(task, table, 1, True, DT)
    goal = task.targets[1].pose_cell_tcp

    poses = flanges(task.arm.chain, motion.q) @ task.tool.pose_flange_tcp

    way = poses[:, :3, 3] - goal[:3, 3]
    aside = way - np.outer(way @ goal[:3, 2], goal[:3, 2])
    assert np.abs(aside).max() < 5e-6
    assert np.abs(poses[:, :3, :3] - goal[:3, :3]).max() < 1e-5
    assert np.linalg.norm(way[0]) == pytest.approx(task.approach)
    assert np.linalg.norm(way[-1]) < 1e-9
    assert slope(way @ goal[:3, 2], DT).max() <= 0.25 * (1 + 1e-6)


def test_out_is_in_reversed(task, table):
    inwards, outwards = (straight(task, table, 1, False, DT, way) for way in ("in", "out"))
    steps = int(inwards.duration / DT)

    mirrored = np.array(
        [np.interp(inwards.duration - inwards.t[:steps], inwards.t, q) for q in inwards.q.T]
    ).T
    assert outwards.q[:steps] == pytest.approx(mirrored, abs=1e-4)
    assert outwards.duration == law_time(task.approach, table.straight_law[0, 1])


def test_a_move_from_a_place_to_itself_stands(task, table):
    motion = travel(task, table, (0, 0, False), DT)

    assert motion.duration == 0.0
    assert motion.q.shape == (1, 6)


def test_a_move_that_was_not_asked_is_refused(task, table):
    with pytest.raises(RobotError, match="no empty move from tray to nest was asked"):
        travel(task, table, (1, 0, False), DT)


def test_steps_must_go_forward(task, table):
    with pytest.raises(RobotError, match="dt must be positive"):
        travel(task, table, (0, 1, True), 0.0)


def same(one, other) -> bool:
    return all(
        np.array_equal(a, b, equal_nan=True) if isinstance(a, np.ndarray) else a == b
        for a, b in ((getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    )


def test_a_table_is_computed_once_and_comes_back_as_it_was(task, table, tmp_path):
    calls = []

    def compute(asked):
        calls.append(asked)
        return table

    first = cache.cached_table(task, compute, tmp_path)
    second = cache.cached_table(task, compute, tmp_path)

    assert len(calls) == 1
    assert same(first, table)
    assert same(second, table)


@pytest.mark.parametrize("damage", [b"", b"PK nonsense", None])
def test_a_damaged_file_is_computed_again(task, table, tmp_path, damage):
    cache.cached_table(task, lambda _: table, tmp_path)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(
        whole[:middle] + b"\x55\xaa" + whole[middle + 2 :] if damage is None else damage
    )

    again = cache.cached_table(task, lambda _: table, tmp_path)

    assert same(again, table)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert cache.load(path.stem, tmp_path) is not None


def test_anything_that_matters_changes_the_key(task):
    key = cache.content_key("table", task)
    moved = task.targets[0].pose_cell_tcp.copy()
    moved[0, 3] += 1e-9
    others = [
        replace(task, loads=(2.0000001,)),
        replace(task, targets=(replace(task.targets[0], pose_cell_tcp=moved), task.targets[1])),
        replace(task, arm=load_arm("ur10e")),
        replace(task, moves=((0, 1, False), (0, 0, False))),
        replace(task, name="another"),
    ]

    keys = {cache.content_key("table", other) for other in others} | {
        cache.content_key("proof", task)
    }

    assert key not in keys
    assert len(keys) == len(others) + 1
    assert cache.content_key("table", replace(task)) == key


def test_a_folder_that_cannot_be_written_to_is_no_error(task, table, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")

    assert same(cache.cached_table(task, lambda _: table, blocked), table)


def test_the_folder_follows_the_environment(task, table, tmp_path, monkeypatch):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("robots.table.computed_move_times", lambda _: table)

    move_times(task)

    assert len(list((tmp_path / "motion").glob("*.npz"))) == 1

"""Claims about tables of joint-move times and the shortest cycle through positions."""

import itertools
import math

import numpy as np
import pytest

from robots.errors import RobotError
from robots.frames import pose
from robots.joint_laws import synchronised_times
from robots.kinematics.inverse import branches
from robots.load import load_arm
from robots.sequence import shortest
from robots.tables import cycle, flange_poses, limits_for, time_table
from robots.task import Tool

ARM = load_arm("kr6_r700_2")
DOWN = (math.pi, 0.0, 0.0)
POSES = np.array([pose(p, DOWN) for p in ((0.4, -0.2, 0.2), (0.35, 0.3, 0.2), (0.5, 0.0, 0.4))])
LIMITS = np.stack([ARM.speed, np.full(6, 20.0), np.full(6, 400.0)])


def tool(mass: float = 0.8, length: float = 0.12) -> Tool:
    return Tool(
        mass=mass,
        center_of_mass=(0.0, 0.0, length / 2),
        pose_flange_tcp=pose((0.0, 0.0, length)),
        open_time=0.2,
        close_time=0.3,
    )


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))


def test_a_table_has_a_time_for_each_pair_load_and_tool():
    table = time_table(ARM, np.eye(4), POSES, [tool(), tool(1.5, 0.2)], [0.0, 4.0])

    assert table.times.shape == (2, 2, 3, 3)
    assert np.isfinite(table.times).all()
    assert table.basis == "torque"
    away = ~np.eye(3, dtype=bool)
    assert (table.times[:, 1][:, away] >= table.times[:, 0][:, away]).all()
    assert table.times[0, 1, 0, 1] > table.times[0, 0, 0, 1]


def test_a_time_is_that_of_the_best_pair_of_postures():
    table = time_table(ARM, np.eye(4), POSES, [tool()], [1.0], speed=0.5)
    ways = [branches(ARM, p) for p in flange_poses(np.eye(4), POSES[:2], tool())]
    limits = limits_for(ARM, np.eye(4), POSES, tool(), 1.0, 0.5)

    pairs = [(a, b) for a in ways[0] for b in ways[1]]
    best = synchronised_times(*(np.array(side) for side in zip(*pairs, strict=True)), limits).min()

    assert table.times[0, 0, 0, 1] == pytest.approx(best, abs=1e-12)
    assert (table.limits[0, 0] == limits).all()


def test_a_table_is_kept_and_comes_back_as_it_was(monkeypatch):
    first = time_table(ARM, np.eye(4), POSES, [tool()], [1.0])
    monkeypatch.setattr("robots.tables.pair_times", None)

    again = time_table(ARM, np.eye(4), POSES, [tool()], [1.0])

    assert (again.times == first.times).all()
    assert again.basis == first.basis
    with pytest.raises(TypeError):
        time_table(ARM, np.eye(4), POSES, [tool()], [1.1])


def test_a_load_that_cannot_be_held_or_reached_is_told():
    with pytest.raises(RobotError, match="joint_2 cannot hold 60 kg"):
        limits_for(ARM, np.eye(4), POSES, tool(), 60.0)
    far = POSES.copy()
    far[:, 0, 3] += 3.0
    with pytest.raises(RobotError, match="none of 3 positions is in reach"):
        limits_for(ARM, np.eye(4), far, tool(), 1.0)


@pytest.mark.parametrize("closed", [True, False])
def test_the_chosen_postures_are_the_best_of_all(closed):
    rng = np.random.default_rng(2)
    stops = [rng.uniform(-2, 2, (k, 6)) for k in (3, 4, 2, 3)]
    own = [rng.uniform(0, 0.2, len(stop)) for stop in stops]

    choice, time = shortest([(q, q) for q in stops], LIMITS, own, closed=closed)

    def total(rows):
        q = [stop[k] for stop, k in zip(stops, rows, strict=True)]
        ahead = [*q[1:], q[0]] if closed else q[1:]
        hops = synchronised_times(np.array(q[: len(ahead)]), np.array(ahead), LIMITS)
        return hops.sum() + sum(costs[k] for costs, k in zip(own, rows, strict=True))

    every = itertools.product(*(range(len(stop)) for stop in stops))
    assert time == pytest.approx(min(total(rows) for rows in every))
    assert total(choice) == pytest.approx(time)


def test_a_stop_may_be_left_in_another_position_than_arrived_in():
    here, there = np.zeros((1, 6)), np.ones((1, 6))

    _, time = shortest([(here, there), (there, here)], LIMITS, closed=True)

    assert time == 0.0


def test_a_cycle_through_poses_keeps_one_posture_each():
    flanges = flange_poses(np.eye(4), POSES, tool())

    joints, time = cycle(ARM, flanges, LIMITS)

    hops = synchronised_times(joints, np.roll(joints, -1, axis=0), LIMITS)
    assert time == pytest.approx(hops.sum())
    assert joints.shape == (3, 6)


def test_a_stop_without_a_posture_is_told():
    with pytest.raises(RobotError, match="stop 1 of the sequence: no posture"):
        shortest([(np.zeros((1, 6)),) * 2, (np.empty((0, 6)),) * 2], LIMITS, closed=True)

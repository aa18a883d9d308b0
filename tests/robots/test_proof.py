"""Claims about the proof: what can be done passes, what cannot is named, no data is no proof."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from robots import proof as proof_module
from robots.errors import PhysicsUnavailable
from robots.frames import pose
from robots.kinematics.fk import flange
from robots.load import load_arm
from robots.motions import motions_of
from robots.physics import STEP, Physics
from robots.picture import picture
from robots.proof import Proof, prove, prove_with
from robots.task import ArmTask, Fixture, MoveTable, Target, Tool
from robots.worker import PhysicsFailed, Worker

ROOT = Path(__file__).resolve().parents[2]
HOME = {
    "ur10e": np.array([0.0, -1.3, 1.6, -1.8, -1.57, 0.0]),
    "kr6_r700_2": np.array([0.0, -1.4, 1.6, 0.0, 1.2, 0.0]),
}
SWING = np.array([0.4, 0.1, -0.1, 0.1, 0.1, 0.3])
GENTLE, WILD = (3.0, 15.0, 500.0), (25.0, 1000.0, 100_000.0)


@pytest.fixture(scope="module")
def worker():
    with Worker() as shared:
        yield shared


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))


def task_of(name="ur10e", *, fixtures=(), base=None, moves=((0, 1, False), (1, 0, True)), arm=None):
    return ArmTask(
        name="cell",
        arm=arm or load_arm(name),
        pose_cell_base=np.eye(4) if base is None else base,
        tool=Tool(
            mass=1.2,
            center_of_mass=(0.01, 0.0, 0.06),
            pose_flange_tcp=pose((0.0, 0.0, 0.15)),
            open_time=0.2,
            close_time=0.2,
        ),
        loads=(1.5,),
        speed=1.0,
        approach=0.08,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.0,
        place_extra=0.0,
        targets=(
            Target(name="left", pose_cell_tcp=np.eye(4)),
            Target(name="right", pose_cell_tcp=np.eye(4)),
        ),
        moves=moves,
        fixtures=tuple(fixtures),
        home=0,
    )


def table_of(task, law=GENTLE):
    """Return a table between two postures, with a law given by hand."""
    home = HOME[task.arm.name]
    above = np.stack([home, home + SWING])
    between = np.stack([above + part * 0.05 for part in np.linspace(0.0, 1.0, 9)], axis=1)
    shape = (2, 2, 2)
    return MoveTable(
        names=("left", "right"),
        travel=np.ones(shape),
        pick=np.ones((1, 2)),
        place=np.ones((1, 2)),
        joints_at=between[:, -1],
        joints_approach=above,
        joints_between=between,
        travel_law=np.broadcast_to(np.array(law), (*shape, 3)).copy(),
        straight_law=np.broadcast_to(np.array([0.4, 4.0, 100.0]), (2, 2, 3)).copy(),
        basis={},
        clearance=np.full(shape, np.inf),
        nearest=np.full(shape, -1),
        clearance_at=np.full(2, np.inf),
        nearest_at=np.full(2, -1),
    )


def tcp(task, joints):
    return task.pose_cell_base @ flange(task.arm.chain, joints) @ task.tool.pose_flange_tcp


def box_at(point, name="post", side=0.1):
    return Fixture(name=name, kind="box", size=(side,) * 3, pose_cell_fixture=pose(point))


@pytest.mark.parametrize("name", HOME)
@pytest.mark.parametrize("load", [0, 1])
def test_the_engine_agrees_about_kinematics_and_torques(worker, name, load):
    tilted = pose((1.0, 2.0, 3.0), (0.5, -1.1, 2.0))
    found = Physics(task_of(name, base=tilted), worker).agree(load)

    assert found.position < 1e-6
    assert found.rotation < 1e-6
    assert found.torque < 1e-6


@pytest.mark.parametrize("name", HOME)
def test_motions_within_the_torques_are_proven(worker, name):
    task = task_of(name)
    told = []

    proof = prove_with(worker, task, table_of(task), lambda *at: told.append(at))

    assert proof.verdict == "proven"
    assert proof.feasible
    assert proof.sentence.startswith("all 6 motions proven in PyBullet at 1 kHz")
    assert told == [(k, 6) for k in range(1, 7)]
    assert [move.name for move in proof.moves[:2]] == [
        "left to right, empty",
        "right to left, with part",
    ]
    assert {move.name for move in proof.moves[2:]} == {
        "into left, with part",
        "into right, empty",
        "out of left, empty",
        "out of right, with part",
    }
    for move in proof.moves:
        assert (move.verdict, move.contacts, move.settling) == ("ok", (), 0.0)
        assert move.end_error < 1e-6
        assert move.saturated < 0.05


@pytest.mark.parametrize("name", HOME)
def test_motions_at_speed_limits_only_are_infeasible(worker, name):
    task = task_of(name)

    proof = prove_with(worker, task, table_of(task, WILD))

    travels, straights = proof.moves[:2], proof.moves[2:]
    assert proof.verdict == "infeasible"
    assert not proof.feasible
    assert proof.reason.startswith("2 of 6 motions: left to right, empty: the tool ends ")
    assert all(move.saturated > 0.5 and move.excess > 1e-3 for move in travels)
    assert all(move.verdict == "ok" for move in straights)


def test_a_heavier_part_makes_the_same_motion_infeasible(worker):
    law = (5.0, 30.0, 1500.0)
    light = dataclasses.replace(task_of("kr6_r700_2"), loads=(0.0,))
    heavy = dataclasses.replace(light, loads=(25.0,))

    assert prove_with(worker, light, table_of(light, law)).verdict == "proven"
    proof = prove_with(worker, heavy, table_of(heavy, law))
    assert [move.verdict for move in proof.moves[:2]] == ["ok", "infeasible"]


def test_gravity_turns_with_the_base(worker):
    # On the floor the arm holds a weight that it cannot hold out sideways from a wall.
    weight = dataclasses.replace(task_of("kr6_r700_2"), loads=(30.0,))
    slow = table_of(weight, (1.0, 4.0, 80.0))
    slow.joints_approach[:] = np.array([0.0, -1.571, 0.05, 0.0, -0.05, 0.0])
    slow.joints_approach[1, 0] = 0.02
    on_wall = dataclasses.replace(weight, pose_cell_base=pose((0, 0, 0), (0.0, np.pi / 2, 0.0)))

    floor, wall = (prove_with(worker, task, slow) for task in (weight, on_wall))

    assert floor.moves[1].verdict == "ok"
    assert wall.moves[1].verdict == "infeasible"


def test_a_fixture_in_the_way_is_named(worker):
    task = task_of()
    middle = tcp(task, HOME["ur10e"] + SWING / 2)[:3, 3]
    task = task_of(fixtures=(box_at((9.0, 0, 0), "far"), box_at(middle)))

    proof = prove_with(worker, task, table_of(task))

    travel = proof.moves[0]
    assert travel.verdict == "infeasible"
    assert {contact.fixture for contact in travel.contacts} == {"post"}
    assert travel.contacts[-1].link == "wrist_3_link"
    assert 0.1 < travel.contacts[-1].at < travel.duration
    assert "touches post" in proof.reason


def test_the_fixture_the_arm_stands_on_does_not_count(worker):
    pedestal = Fixture(
        name="pedestal", kind="box", size=(0.3, 0.3, 0.7), pose_cell_fixture=pose((0, 0, -0.35))
    )
    task = task_of(fixtures=(pedestal,), base=pose((0, 0, 0), (0, 0, 1.0)))

    assert prove_with(worker, task, table_of(task)).verdict == "proven"


def test_clearance_is_the_distance_to_the_nearest_fixture(worker):
    task = task_of()
    tip = tcp(task, HOME["ur10e"])
    # A box under the tip: the round end of the tool's capsule touches the tcp.
    below = pose(tip[:3, 3] + tip[:3, 2] * 0.10)
    below[:3, :3] = tip[:3, :3]
    box = Fixture(name="table", kind="box", size=(0.1, 0.1, 0.1), pose_cell_fixture=below)
    task = task_of(fixtures=(box,), moves=((0, 0, False),))
    still = table_of(task, (0.0, 0.0, 0.0))

    (move,) = prove_with(worker, task, still).moves

    assert move.nearest == "table"
    assert move.clearance == pytest.approx(0.05, abs=1e-4)


def test_an_arm_without_masses_is_searched_for_contacts_only(worker):
    arm = dataclasses.replace(load_arm("ur10e"), inertials=None)
    task = task_of(arm=arm)
    middle = tcp(task, HOME["ur10e"] + SWING / 2)[:3, 3]

    free = prove_with(worker, task, table_of(task, WILD))
    blocked = prove_with(worker, task_of(arm=arm, fixtures=(box_at(middle),)), table_of(task))

    assert free.verdict == "not provable"
    assert free.reason.startswith("ur10e: no published inertia")
    assert free.feasible
    assert {move.verdict for move in free.moves} == {"not proven"}
    assert free.moves[0].tracking_error is None
    assert blocked.verdict == "infeasible"
    assert "touches post" in blocked.reason


def test_a_disagreement_with_the_engine_is_no_proof(worker, monkeypatch):
    task = task_of()
    monkeypatch.setattr("robots.physics.inverse_dynamics", lambda *_: np.zeros((24, 6)))

    proof = prove_with(worker, task, table_of(task))

    assert (proof.verdict, proof.moves) == ("not proven", ())
    assert "joint torques differ by" in proof.reason


def test_a_proof_survives_json(worker):
    task = task_of()
    middle = tcp(task, HOME["ur10e"] + SWING / 2)[:3, 3]
    proof = prove_with(worker, task_of(fixtures=(box_at(middle),)), table_of(task))

    assert Proof.from_json(json.loads(json.dumps(proof.to_json()))) == proof


def test_the_same_motions_give_the_same_proof_in_another_process(worker):
    task = task_of()
    table = table_of(task, WILD)

    assert prove_with(worker, task, table) == prove(task, table)


def test_a_proof_is_made_once(monkeypatch):
    task = task_of(moves=((0, 1, False),))
    table = table_of(task)
    first = prove(task, table)
    monkeypatch.setattr(proof_module, "Worker", None)

    assert prove(task, table) == first
    with pytest.raises(TypeError):
        prove(task, table_of(task, WILD))


def test_a_proof_from_the_cache_starts_no_worker_and_loads_no_engine():
    script = (
        "import sys, subprocess\nsys.path.insert(0, 'tests/robots')\nimport test_proof as t\n"
        "task = t.task_of(moves=((0, 1, False),))\n"
        "if sys.argv[1] == 'again':\n    subprocess.Popen = None\n"
        "print(t.prove(task, t.table_of(task)).sentence)\n"
        "print(sorted({'pybullet', 'pybullet_data'} & set(sys.modules)))\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script, word],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        for word in ("first", "again")
    ]

    assert [run.stderr for run in runs] == ["", ""]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.startswith("all 1 motions proven")
    assert runs[0].stdout.endswith("\n[]\n")


def test_without_the_engine_nothing_is_proven_nor_kept(monkeypatch, tmp_path):
    class Missing(Worker):
        def ask(self, *_, **__):
            raise PhysicsUnavailable("PyBullet has no wheel here")

    monkeypatch.setattr(proof_module, "Worker", Missing)
    task = task_of()

    proof = prove(task, table_of(task))

    assert (proof.verdict, proof.feasible) == ("not proven", True)
    assert proof.sentence == "not proven: PyBullet has no wheel here"
    assert not list(tmp_path.rglob("*.npz"))


def test_a_worker_that_dies_is_an_error_and_no_verdict(monkeypatch):
    class Dying(Worker):
        def ask(self, job, *args, **values):
            if job == "follow":
                os.kill(self.pid, 9)
            return super().ask(job, *args, **values)

    monkeypatch.setattr(proof_module, "Worker", Dying)
    task = task_of()

    with pytest.raises(PhysicsFailed, match="follow: it was ended by SIGKILL"):
        prove(task, table_of(task))


def test_motions_are_sampled_at_every_step_and_end_where_they_should():
    task = task_of()
    table = table_of(task)

    for motion in motions_of(task, table, STEP):
        assert (motion.moving - 1) * STEP == pytest.approx(motion.duration, abs=STEP)
        still = motion.angles[motion.moving - 1 :]
        assert len(still) == 51
        assert not np.ptp(still, axis=0).any()


def test_a_picture_shows_the_arm():
    task = task_of(fixtures=(box_at((0.6, 0.6, 0.2)),))

    data = picture(task, HOME["ur10e"], (96, 64))

    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert data == picture(task, HOME["ur10e"], (96, 64))
    assert data != picture(task, HOME["ur10e"] + SWING, (96, 64))

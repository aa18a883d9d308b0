"""Claims about programs: what happens when, where the joints are, and what is said of bad ones."""

import math
from dataclasses import replace

import numba
import numpy as np
import pytest

from robots import urscript
from robots.dynamics import inverse_dynamics
from robots.errors import MotionError, RobotError
from robots.frames import pose
from robots.kinematics.fk import flanges
from robots.load import load_arm
from robots.plan import plan
from robots.plan_proof import prove_plan
from robots.program import (
    AwaitSignal,
    Grip,
    Move,
    Override,
    Payload,
    Program,
    SetSignal,
    UseTool,
    Wait,
    Workplace,
)
from robots.task import Fixture, Tool

DOWN = (math.pi, 0.0, 0.0)
JIT = not numba.config.DISABLE_JIT


def tool(length: float) -> Tool:
    return Tool(
        mass=0.5,
        center_of_mass=(0.0, 0.0, length / 2),
        pose_flange_tcp=pose((0.0, 0.0, length)),
        open_time=0.2,
        close_time=0.3,
    )


KUKA = Workplace(
    arm=load_arm("kr6_r700_2"),
    pose_cell_base=np.eye(4),
    tools={"gripper": tool(0.12), "probe": tool(0.2)},
    build_up=0.0,
)
UR = replace(KUKA, arm=load_arm("ur10e"))


def at(x, y, z):
    return pose((x, y, z), DOWN)


def line(to, x, y, z, **more) -> Move:
    return Move(kind="line", to=to, pose_cell_tcp=at(x, y, z), **more)


def joint(to, x, y, z, **more) -> Move:
    return Move(kind="joint", to=to, pose_cell_tcp=at(x, y, z), **more)


UP_OVER_DOWN = (
    line("up", 0.45, -0.15, 0.325, blend=0.025),
    line("over", 0.45, 0.15, 0.325, blend=0.025),
    line("down", 0.45, 0.15, 0.3),
)
BACK = (
    line("up again", 0.45, 0.15, 0.325, blend=0.025),
    line("back over", 0.45, -0.15, 0.325, blend=0.025),
    line("home", 0.45, -0.15, 0.3),
)


def program(*steps, **more) -> Program:
    return Program(
        name="arch", start="home", pose_cell_start=at(0.45, -0.15, 0.3), steps=steps, **more
    )


def tips(place, made, t):
    q = np.ascontiguousarray(made.joints(t))
    return (flanges(place.arm.chain, q) @ place.tools["gripper"].pose_flange_tcp)[:, :3, 3]


def test_a_program_is_a_timeline_and_a_track():
    steps = (Grip(close=True, mass=1.0), *UP_OVER_DOWN, Wait(0.5), Grip(close=False), *BACK)

    made = plan(KUKA, program(*steps))

    assert [a.kind for a in made.activities] == ["grip", "move", "wait", "grip", "move"]
    assert [a.end for a in made.activities[:-1]] == [a.begin for a in made.activities[1:]]
    assert made.duration == made.activities[-1].end
    assert made.activities[0].end == 0.3
    assert made.closed
    assert made.basis == "torque"
    loaded, empty = (made.activities[k].end - made.activities[k].begin for k in (1, 4))
    assert 0.15 < empty < loaded < 0.4
    where = tips(KUKA, made, np.array([0.0, 0.3, made.activities[1].end, made.duration, 99.0]))
    assert where[[0, 1, 3, 4]] == pytest.approx(np.tile([0.45, -0.15, 0.3], (4, 1)), abs=1e-6)
    assert where[2] == pytest.approx([0.45, 0.15, 0.3], abs=1e-6)


def test_the_track_keeps_the_torques():
    made = plan(replace(KUKA, build_up=0.02), program(*UP_OVER_DOWN, *BACK))
    body = KUKA.body("gripper", 0.0)
    for _, motion in made.motions:
        track = motion.sample(np.linspace(0.0, motion.duration, 80))
        torque = inverse_dynamics(body, track.q, track.qd, track.qdd)
        assert (np.abs(torque) / KUKA.arm.torque).max() < 0.91


def test_a_blend_saves_the_stop():
    stopping = plan(KUKA, program(*(replace(move, blend=0.0) for move in UP_OVER_DOWN)))
    flying = plan(KUKA, program(*UP_OVER_DOWN))

    assert len(stopping.motions) == 3
    assert len(flying.motions) == 1
    assert flying.duration < 0.85 * stopping.duration
    assert not flying.closed


def test_signals_loads_overrides_and_dead_times_count():
    slow = plan(KUKA, program(Override(0.5), *UP_OVER_DOWN)).duration
    fast = plan(KUKA, program(*UP_OVER_DOWN)).duration
    heavy = plan(KUKA, program(Payload(5.0), *UP_OVER_DOWN)).duration
    late = replace(KUKA, dead_time=0.01, settle=0.05)
    made = plan(late, program(SetSignal("busy"), AwaitSignal("door"), *UP_OVER_DOWN))

    assert slow > fast
    assert heavy > fast
    assert [a.kind for a in made.activities] == ["set", "await", "controller", "move", "settle"]
    assert made.duration == pytest.approx(fast + 0.06)


def test_another_tool_goes_to_the_same_point_with_its_own_tip():
    made = plan(KUKA, program(UseTool("probe", seconds=2.0), joint("nest", 0.4, 0.2, 0.3)))

    end = made.joints(np.array([made.duration]))
    tip = (flanges(KUKA.arm.chain, end) @ KUKA.tools["probe"].pose_flange_tcp)[0, :3, 3]
    assert tip == pytest.approx([0.4, 0.2, 0.3], abs=1e-9)
    assert made.activities[0].end == 2.0


def test_urscript_moves_take_their_published_time():
    there = joint("there", 0.45, 0.3, 0.4)
    down = line("down", 0.45, 0.3, 0.3, speed=0.1, acceleration=0.5)
    made = plan(UR, program(there, down, rules="urscript"))

    q = [motion.path.q for _, motion in made.motions]
    times = [a.end - a.begin for a in made.activities]
    assert times[0] == pytest.approx(urscript.movej(q[0][0], q[0][-1]).duration)
    assert times[1] == pytest.approx(0.1 / 0.1 + 0.1 / 0.5)
    assert made.basis == "published rule of the controller"
    track = made.motions[1][1].sample(np.linspace(0.0, times[1], 200))
    assert np.gradient(track.q, track.t, axis=0)[2:-2] == pytest.approx(track.qd[2:-2], abs=5e-3)


def test_rapid_zones_are_at_most_half_the_way():
    made = plan(KUKA, program(*UP_OVER_DOWN, rules="rapid"))

    assert any("zone at point 1 reduced to 12.5 mm" in note for note in made.notes)


def test_an_arc_goes_through_its_point():
    arc = Move(
        kind="arc",
        to="far",
        pose_cell_tcp=at(0.45, 0.15, 0.3),
        via=np.array([0.55, 0.0, 0.3]),
        speed=0.2,
    )
    made = plan(KUKA, program(arc))

    where = tips(KUKA, made, np.linspace(0.0, made.duration, 400))
    assert np.linalg.norm(where - (0.55, 0.0, 0.3), axis=1).min() < 2e-3


def test_a_point_out_of_reach_is_named():
    with pytest.raises(MotionError, match="far: out of reach; move the point or the base"):
        plan(KUKA, program(joint("far", 1.5, 0.0, 0.3)))
    with pytest.raises(MotionError, match="far: out of reach on the way"):
        plan(KUKA, program(line("far", 1.5, 0.0, 0.3)))


def test_a_line_through_a_fixture_is_named():
    block = Fixture(
        name="block", kind="box", size=(0.2, 0.05, 0.4), pose_cell_fixture=pose((0.45, 0.0, 0.2))
    )
    with pytest.raises(MotionError, match=r"over: \w+ goes \d+ mm into fixture 'block'"):
        plan(replace(KUKA, fixtures=(block,)), program(*UP_OVER_DOWN))


def test_a_program_without_a_move_is_refused():
    with pytest.raises(RobotError, match="program arch: it has no move"):
        program(Wait(1.0))


@pytest.mark.slow
def test_the_motions_of_a_program_are_proven(tmp_path, monkeypatch):
    pytest.importorskip("pybullet")
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))
    place = replace(KUKA, build_up=0.02)
    steps = (*UP_OVER_DOWN, Grip(close=True, mass=1.0), *BACK)
    made = plan(place, program(*steps))

    proof = prove_plan(place, made)

    assert proof.verdict == "proven", proof.reason
    assert [move.name for move in proof.moves] == [
        "start to up - over - down, empty",
        "down to up again - back over - home, with part",
    ]
    assert max(move.end_error for move in proof.moves) < 1e-4
    assert prove_plan(place, made).moves == proof.moves


@pytest.mark.slow
def test_a_program_too_fast_for_the_motors_is_infeasible(tmp_path, monkeypatch):
    pytest.importorskip("pybullet")
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))
    made = plan(replace(KUKA, torque=2.0), program(*UP_OVER_DOWN))

    proof = prove_plan(KUKA, made)

    assert proof.verdict == "infeasible"
    assert "torque limit" in proof.reason


@pytest.mark.skipif(not JIT, reason="minutes when not compiled")
@pytest.mark.parametrize("kind", ["joint", "line"])
def test_what_the_controller_refuses_is_not_passed_in_a_program(kind):
    arm = load_arm("fr3")
    place = replace(KUKA, arm=arm, build_up=0.05)
    to = Move(kind=kind, to="there", pose_cell_tcp=at(0.5, 0.2, 0.3))

    made = plan(place, replace(program(to), pose_cell_start=at(0.5, -0.2, 0.3)))
    free = plan(
        replace(place, arm=replace(arm, bound=None)),
        replace(program(to), pose_cell_start=at(0.5, -0.2, 0.3)),
    )

    (_, motion), (_, freely) = made.motions[0], free.motions[0]
    t = np.linspace(0.0, motion.duration, 400)
    assert 9.5 < np.abs(motion.sample(t).qdd).max() <= 10.0 * 1.005
    assert np.abs(freely.sample(t).qdd).max() > 11.0

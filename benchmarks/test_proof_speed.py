"""How much faster than real time the physics proof follows a program at 1 kHz."""

import math
from itertools import groupby

import numpy as np
import pytest

from benchmarks.timing import best_of, say
from robots.frames import pose
from robots.load import load_arm
from robots.motions import Motion
from robots.physics import STEP, Physics
from robots.plan import plan
from robots.program import Move, Program, Workplace
from robots.task import Fixture, Tool
from robots.worker import Worker

DOWN = (math.pi, 0.0, 0.0)


def workplace() -> Workplace:
    """Return a KR 6 with a gripper among four boxes."""
    tool = Tool(
        mass=0.8,
        center_of_mass=(0.0, 0.0, 0.06),
        pose_flange_tcp=pose((0.0, 0.0, 0.12)),
        open_time=0.2,
        close_time=0.2,
    )
    boxes = tuple(
        Fixture(
            name=f"box_{k}",
            kind="box",
            size=(0.2, 0.2, 0.15),
            pose_cell_fixture=pose((0.45, y, 0.07)),
        )
        for k, y in enumerate((-0.6, -0.2, 0.2, 0.6))
    )
    return Workplace(
        arm=load_arm("kr6_r700_2"), pose_cell_base=np.eye(4), tools={"g": tool}, fixtures=boxes
    )


@pytest.mark.benchmark(group="proof at 1 kHz")
def test_proof_against_real_time(benchmark):
    pytest.importorskip("pybullet")
    place = workplace()
    home, away = pose((0.45, -0.2, 0.3), DOWN), pose((0.45, 0.2, 0.3), DOWN)
    steps = [
        Move(kind="line", to="away", pose_cell_tcp=away, speed=0.2),
        Move(kind="line", to="home", pose_cell_tcp=home, speed=0.2),
    ] * 4
    slow = Program(name="to and fro", start="home", pose_cell_start=home, steps=tuple(steps))
    made = plan(place, slow)
    t = np.arange(0.0, made.duration, STEP)
    angles = made.joints(t)
    motion = Motion(
        kind="travel",
        start="home",
        goal="home",
        load=0,
        duration=made.duration,
        angles=angles,
        moving=len(t),
    )
    with Worker() as worker:
        physics = Physics(place.task("g", home), worker)
        physics.follow(motion)  # starts the worker's engine
        wall = best_of(3, lambda: physics.follow(motion))
        followed, around = benchmark.pedantic(physics.follow, (motion,), rounds=1)

    say(f"proof of {made.duration:.1f} s of motion, against real time", made.duration / wall)
    assert not around.contacts
    assert np.abs(followed.reached - angles).max() < 1e-2
    assert len(list(groupby(made.activities, key=lambda a: a.kind))) == 1

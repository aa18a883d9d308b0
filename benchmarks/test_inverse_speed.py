"""Joint angles for a pose, against EAIK (closed form) and PyBullet (numeric) in the same run.

EAIK is given the same arm and gives all its branches; PyBullet gets 500 iterations.
"""

import math

import numpy as np
import pytest

from benchmarks.test_robot_speed import PyBulletInverse, found_part
from benchmarks.timing import best_of, say
from robots.arm import Arm
from robots.kinematics.fk import flange, flanges, frames
from robots.kinematics.ik_numeric import any_angles
from robots.kinematics.inverse import inverse_of, solve_many
from robots.load import load_arm

MANY = 2000
FEW = 40  # that PyBullet solves


def within(arm: Arm, count: int):
    angles = np.random.default_rng(7).uniform(arm.lower, arm.upper, (count, arm.dof))
    return flanges(arm.chain, angles), angles


def eaik_of(arm: Arm):
    """Return EAIK's robot, and the flange's rotation at zero angles, which EAIK leaves out."""
    pytest.importorskip("eaik")
    from eaik.IK_HP import HPRobot

    turns, origins = np.empty((arm.dof + 2, 3, 3)), np.empty((arm.dof + 2, 3))
    frames(arm.chain, np.zeros(arm.dof), turns, origins)
    axes = np.einsum("kij,kj->ki", turns[1:-1], arm.chain.axis)
    return HPRobot(axes, np.diff(origins, axis=0)), turns[-1]


def nearest(found, angles) -> float:
    """Return how far the nearest branch is from the true angles, rad."""
    gaps = (found - angles + math.pi) % (2 * math.pi) - math.pi
    return float(np.nanmin(np.abs(gaps).max(axis=1)))


@pytest.mark.parametrize("name", ["ur10e", "kr6_r700_2", "irb120_3_58"])
@pytest.mark.benchmark(group="all branches of a pose")
def test_closed_form_against_eaik(benchmark, name):
    arm = load_arm(name)
    poses, angles = within(arm, MANY)
    rival, zero = eaik_of(arm)
    asked = poses.copy()
    asked[:, :3, :3] = poses[:, :3, :3] @ zero.T
    model = inverse_of(arm)
    solve_many(model, poses[:2])  # compiles
    theirs = best_of(3, lambda: rival.IK_batched(asked))
    ours = best_of(10, lambda: solve_many(model, poses))

    found = benchmark(solve_many, model, poses)

    say(f"all branches of {name}, against EAIK", theirs / ours)
    answers = rival.IK_batched(asked[:50])
    assert max(nearest(a.Q, q) for a, q in zip(answers, angles, strict=False)) < 1e-6
    assert max(nearest(f, q) for f, q in zip(found, angles, strict=True)) < 1e-6
    there = ~np.isnan(found[:, :, 0])
    again = flanges(arm.chain, found[there])
    assert np.abs(again - np.repeat(poses, there.sum(axis=1), axis=0)).max() < 1e-9


@pytest.mark.parametrize("name", ["ur10e", "kr6_r700_2", "crb15000_5_95"])
@pytest.mark.benchmark(group="numeric inverse")
def test_numeric_inverse_against_pybullet(benchmark, name):
    arm = load_arm(name)
    poses, _ = within(arm, MANY)
    rival = PyBulletInverse(arm)
    few = poses[:FEW]
    theirs = best_of(2, lambda: [rival.solve(at) for at in few]) / FEW
    part = found_part(arm, [rival.solve(at) for at in few], few)
    rival.close()
    solved(arm, poses[:2])  # compiles
    ours = best_of(3, lambda: solved(arm, poses)) / MANY

    found = benchmark.pedantic(solved, (arm, poses), rounds=3)

    say(f"numeric inverse of {name}, against PyBullet (which finds {part:.0%})", theirs / ours)
    good = np.array([f is not None for f in found])
    assert good.mean() >= 0.9995
    error = [np.abs(flange(arm.chain, f) - at).max() for f, at in zip(found, poses, strict=True)]
    assert max(error) < 1e-6


def solved(arm: Arm, poses):
    """Return joint angles within limits for each pose, None where none are found."""
    found = []
    for at in poses:
        q = np.empty(arm.dof)
        turn, place = np.ascontiguousarray(at[:3, :3]), np.ascontiguousarray(at[:3, 3])
        good = any_angles(arm.chain, arm.lower, arm.upper, turn, place, q)
        found.append(q if good else None)
    return found

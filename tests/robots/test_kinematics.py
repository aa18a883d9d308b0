"""Claims about where an arm is, and about all joint angles that put it somewhere."""

import json
import math
from pathlib import Path

import numba
import numpy as np
import pytest

from robots.arm import Arm
from robots.errors import ArmFileError
from robots.frames import inverse, pose, quaternion, rotation_rpy
from robots.kinematics.block import LANES
from robots.kinematics.fk import chain_from_dh, flange, flanges, jacobian
from robots.kinematics.inverse import OFFSET_WRIST, SEVEN, branches, inverse_of, solve_many
from robots.load import known_arms, load_arm

SAMPLES = 60 if numba.config.DISABLE_JIT else 4000
TRUTH = Path(__file__).parents[1] / "truth" / "motion_cases.json"
CASES = [case for case in json.loads(TRUTH.read_text()) if case["id"].startswith("F-")]


def poses_and_angles(arm: Arm, count: int):
    angles = np.random.default_rng(5).uniform(arm.lower, arm.upper, (count, arm.dof))
    return flanges(arm.chain, angles), angles


def found_for(arm: Arm, poses, angles):
    """Return all branches; of a seven-axis arm those with the last joint as in `angles`."""
    inverse = inverse_of(arm)
    if inverse.kind != SEVEN:
        return solve_many(inverse, poses)
    models = [inverse._replace(free=angles[k, -1:]) for k in range(len(angles))]
    return np.array([solve_many(m, p[None])[0] for m, p in zip(models, poses, strict=True)])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_forward_kinematics_agree_with_the_published_tables(case):
    given, exact = case["input"], case["exact"]
    rows = [(row.get("theta", 0.0), row["d"], row["a"], row["alpha"]) for row in given["dh"]]
    chain = chain_from_dh(np.array(rows), given["convention"].split()[0], given["flange_d"])

    found = flange(chain, np.array(given["q"]))

    assert found[:3, 3] == pytest.approx(exact["position"], abs=case["abs_tol"])
    assert quaternion(found[:3, :3]) == pytest.approx(exact["quaternion_xyzw"], abs=case["abs_tol"])


@pytest.mark.parametrize("name", known_arms())
def test_jacobian_is_the_derivative_of_the_flange_pose(name):
    arm, step = load_arm(name), 1e-6
    q = np.random.default_rng(2).uniform(arm.lower, arm.upper)

    found = jacobian(arm.chain, q)

    for i in range(arm.dof):
        ahead, behind = q.copy(), q.copy()
        ahead[i], behind[i] = q[i] + step, q[i] - step
        one, other = flange(arm.chain, ahead), flange(arm.chain, behind)
        speed = (one[:3, 3] - other[:3, 3]) / (2 * step)
        spin = (one[:3, :3] - other[:3, :3]) / (2 * step) @ flange(arm.chain, q)[:3, :3].T
        assert found[:3, i] == pytest.approx(speed, abs=1e-8)
        assert found[3:, i] == pytest.approx([spin[2, 1], spin[0, 2], spin[1, 0]], abs=1e-8)


@pytest.mark.parametrize("name", known_arms())
def test_every_branch_leads_back_to_the_pose_and_the_true_one_is_among_them(name):
    arm = load_arm(name)
    poses, angles = poses_and_angles(arm, SAMPLES)

    found = found_for(arm, poses, angles)

    there = ~np.isnan(found[:, :, 0])
    asked = np.repeat(poses, there.sum(axis=1), axis=0)
    assert np.abs(flanges(arm.chain, found[there]) - asked).max() < 1e-9
    gap = np.abs((found - angles[:, None] + math.pi) % (2 * math.pi) - math.pi).max(axis=2)
    assert np.nanmin(gap, axis=1).max() < 1e-6


@pytest.mark.parametrize("name", known_arms())
def test_branches_stay_within_limits_and_none_is_given_twice(name):
    arm = load_arm(name)
    poses, angles = poses_and_angles(arm, 12)

    for at, true in zip(poses, angles, strict=True):
        found = branches(arm, at, last=true[-1])
        assert (found >= arm.lower).all()
        assert (found <= arm.upper).all()
        assert len(np.unique(found.round(6), axis=0)) == len(found)
        # Full turns included: the very angles the pose was made from are there.
        assert np.abs(found - true).max(axis=1).min() < 1e-6


@pytest.mark.parametrize("name", ["ur10e", "irb120_3_58", "hsr065a1_n32", "crb15000_5_95", "fr3"])
def test_many_poses_at_once_give_what_each_gives_alone(name):
    arm = load_arm(name)
    model = inverse_of(arm)
    poses, _ = poses_and_angles(arm, LANES + 5)
    poses[3, :3, 3] = poses[LANES + 1, :3, 3] = 3.0  # out of reach
    if numba.config.DISABLE_JIT and model.kind in (OFFSET_WRIST, SEVEN):
        poses = poses[:6]

    found = solve_many(model, poses)

    alone = np.concatenate([solve_many(model, at[None]) for at in poses])
    np.testing.assert_array_equal(found, alone)
    assert np.isnan(found[3]).all()


def test_joints_of_two_turns_give_every_combination_of_full_turns():
    arm = load_arm("ur10e")
    q = np.array([0.3, -1.2, 1.1, -0.8, -1.4, 0.5])

    found = branches(arm, flange(arm.chain, q))

    same = np.abs((found - q + math.pi) % (2 * math.pi) - math.pi).max(axis=1) < 1e-9
    assert same.sum() == 2**5  # all but the elbow turn twice


SINGULAR = [
    ("ur10e", (0.4, -1.1, 1.3, -0.6, 0.0, 0.7)),  # joint 6 parallel to joints 2 to 4
    ("ur10e", (0.4, -1.1, 1.3, -0.6, math.pi, 0.7)),
    ("ur10e", (0.4, -1.1, 0.0, -0.6, -1.2, 0.7)),  # stretched out
    ("ur10e", (0.4, -1.1, 1.3, -0.6, 1e-9, 0.7)),
    ("kr6_r700_2", (0.4, -1.1, 1.3, 0.5, 0.0, 0.7)),  # joints 4 and 6 on one line
    ("kr6_r700_2", (0.4, -1.1, 1.3, 0.5, 1e-9, 0.7)),
    ("kr6_r700_2", (0.4, -1.1, math.atan2(0.025, 0.365), 0.5, 1.0, 0.7)),  # nearly stretched out
]


@pytest.mark.parametrize(("name", "angles"), SINGULAR)
def test_singular_poses_are_reached_all_the_same(name, angles):
    arm = load_arm(name)
    at = flange(arm.chain, np.array(angles))

    found = branches(arm, at)

    assert len(found) > 0
    assert np.abs(flanges(arm.chain, found) - at).max() < 1e-8


@pytest.mark.parametrize("name", known_arms())
def test_a_pose_out_of_reach_has_no_branch(name):
    arm = load_arm(name)

    assert len(branches(arm, pose((3.0, 0.0, 0.5)))) == 0


def test_a_dh_table_of_the_wrong_form_is_refused():
    with pytest.raises(ArmFileError, match="rows of theta, d, a, alpha"):
        chain_from_dh(np.zeros((6, 3)), "standard")


def test_poses_and_their_inverses_cancel():
    a = pose((0.1, -0.4, 2.0), (0.3, -1.1, 2.2))

    assert a @ inverse(a) == pytest.approx(np.eye(4), abs=1e-15)


@pytest.mark.parametrize("rpy", [(0, 0, 0), (math.pi, 0, 0), (0, math.pi, 0), (3.0, 0.1, -3.0)])
def test_quaternion_turns_vectors_as_its_matrix_does(rpy):
    turn = rotation_rpy(*rpy)
    x, y, z, w = quaternion(turn)
    v = np.array([0.3, -0.7, 1.1])

    cross = np.cross([x, y, z], v)
    assert v + 2 * w * cross + 2 * np.cross([x, y, z], cross) == pytest.approx(turn @ v, abs=1e-14)
    assert w >= 0

"""Claims about joint torques and the fastest law they allow."""

import math

import numba
import numpy as np
import pytest

from robots.arm import Arm
from robots.dynamics import (
    GRAVITY,
    Body,
    acceleration_room,
    inverse_dynamics,
    mass_matrix,
    with_load,
)
from robots.errors import RobotError
from robots.frames import rotation_rpy
from robots.kinematics.fk import frames, jacobian
from robots.limits import BUILD_UP, acceleration_effort, fastest, torque_effort
from robots.load import known_arms, load_arm
from robots.timelaw import SEGMENTS, along, segments

JIT = not numba.config.DISABLE_JIT
DOWN = np.array([0.0, 0.0, -GRAVITY])
ARMS = [name for name in known_arms() if load_arm(name).inertials is not None]
KUKA = [name for name in ARMS if load_arm(name).acceleration is not None]  # with all three tables


def body(arm: Arm, mass: float = 2.0) -> Body:
    return Body(arm.chain, with_load(arm, mass, np.array([0.02, 0.0, 0.1])), DOWN)


def states(arm: Arm, count: int):
    rng = np.random.default_rng(11)
    return rng.uniform(arm.lower, arm.upper, (count, arm.dof)), rng.normal(size=(2, count, arm.dof))


def potential(model: Body, q) -> float:
    turns, origins = np.empty((q.size + 2, 3, 3)), np.empty((q.size + 2, 3))
    frames(model.chain, q, turns, origins)
    own = model.inertials
    heights = [origins[i + 1] + turns[i + 1] @ own.center[i] for i in range(q.size)]
    return -sum(m * (x @ model.gravity) for m, x in zip(own.mass, heights, strict=True))


@pytest.mark.parametrize("name", KUKA)
def test_worst_pose_accelerations_of_joints_1_to_5_are_those_kuka_publishes(name):
    # The maker's limits are (torque - gravity) / inertia in the worst pose with the rated load.
    arm = load_arm(name)
    rated = with_load(arm, 6.0, np.array([0.06, 0.0, 0.08]), 0.045 * np.eye(3))
    count = 60_000 if JIT else 150
    poses = np.random.default_rng(0).uniform(arm.lower, arm.upper, (count, 6))

    room = acceleration_room(Body(arm.chain, rated, DOWN), arm.torque, poses).min(axis=0)

    ratio = room[:5] / arm.acceleration[:5]
    assert (ratio > 0.98).all()
    if JIT:  # few samples miss the worst pose
        assert (ratio < 1.02).all()


@pytest.mark.parametrize("name", ARMS)
def test_holding_torque_is_the_slope_of_the_potential_energy(name):
    arm = load_arm(name)
    model, step = body(arm), 1e-5
    (q,), _ = states(arm, 1)
    still = np.zeros((1, arm.dof))

    held = inverse_dynamics(model, q[None], still, still)[0]

    for i in range(arm.dof):
        ahead, behind = q.copy(), q.copy()
        ahead[i], behind[i] = q[i] + step, q[i] - step
        slope = (potential(model, ahead) - potential(model, behind)) / (2 * step)
        assert held[i] == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize("name", ARMS)
def test_the_mass_matrix_is_symmetric_and_positive(name):
    arm = load_arm(name)
    (q,), _ = states(arm, 1)

    matrix = mass_matrix(body(arm), q)

    assert matrix == pytest.approx(matrix.T, abs=1e-9)
    assert np.linalg.eigvalsh(matrix).min() > 0


@pytest.mark.parametrize("name", ARMS)
def test_the_work_of_the_joints_becomes_energy(name):
    # Along q(t) = q0 + r sin(t): power of the torques = d/dt of kinetic and potential energy.
    arm, h = load_arm(name), 1e-4
    model = body(arm)
    (q0,), ((r,), _) = states(arm, 1)

    def energy(t):
        q, qd = q0 + r * math.sin(t), r * math.cos(t)
        return 0.5 * qd @ mass_matrix(model, q) @ qd + potential(model, q)

    t = 0.7
    q, qd, qdd = q0 + r * math.sin(t), r * math.cos(t), -r * math.sin(t)
    tau = inverse_dynamics(model, q[None], qd[None], qdd[None])[0]

    assert tau @ qd == pytest.approx((energy(t + h) - energy(t - h)) / (2 * h), rel=1e-6)


@pytest.mark.parametrize("name", ARMS)
def test_a_load_adds_its_weight_through_the_jacobian(name):
    arm = load_arm(name)
    (q,), _ = states(arm, 1)
    still = np.zeros((1, arm.dof))
    bare = Body(arm.chain, arm.inertials, DOWN)
    loaded = Body(arm.chain, with_load(arm, 3.0, np.zeros(3)), DOWN)

    extra = (
        inverse_dynamics(loaded, q[None], still, still)
        - inverse_dynamics(bare, q[None], still, still)
    )[0]

    assert extra == pytest.approx(-3.0 * jacobian(arm.chain, q)[:3].T @ DOWN, abs=1e-9)


def test_two_loads_are_one_load_of_their_sum():
    arm = load_arm("ur10e")
    a, b = np.array([0.0, 0.0, 0.1]), np.array([0.0, 0.05, 0.2])
    middle = (1.0 * a + 3.0 * b) / 4.0
    spread = sum(
        m * ((d @ d) * np.eye(3) - np.outer(d, d))
        for m, d in ((1.0, a - middle), (3.0, b - middle))
    )

    once = with_load(arm, 4.0, middle, spread)

    turn, at = arm.chain.rotation[-1], arm.chain.offset[-1]
    mass = arm.inertials.mass[-1]
    points = [(mass, arm.inertials.center[-1]), (1.0, turn @ a + at), (3.0, turn @ b + at)]
    center = sum(m * x for m, x in points) / (mass + 4.0)
    inertia = arm.inertials.inertia[-1] + sum(
        m * ((x - center) @ (x - center) * np.eye(3) - np.outer(x - center, x - center))
        for m, x in points
    )
    assert once.center[-1] == pytest.approx(center)
    assert once.inertia[-1] == pytest.approx(inertia)


def test_a_base_on_the_wall_feels_gravity_from_the_side():
    arm = load_arm("ur10e")
    (q,), _ = states(arm, 1)
    still = np.zeros((1, 6))
    wall = rotation_rpy(0.0, math.pi / 2, 0.0).T @ DOWN

    held = inverse_dynamics(Body(arm.chain, arm.inertials, wall), q[None], still, still)[0]

    assert abs(held[0]) > 1.0  # an upright base never loads its first joint


def test_unknown_masses_are_said_not_guessed():
    arm = load_arm("ur10e")
    bare = Arm(**{name: getattr(arm, name) for name in Arm.__slots__} | {"inertials": None})

    with pytest.raises(RobotError, match="masses of its links are not known"):
        with_load(bare, 1.0, np.zeros(3))
    assert bare.basis == "assumed"


SIX, WAY = (0.0, -1.2, 1.2, 0.3, 1.0, 0.0), (1.5, 0.4, -0.5, 0.5, 0.3, 0.6)
STARTS = {7: (0.0, -0.5, 0.0, -2.0, 0.0, 1.5, 0.0)}
WAYS = {7: (1.5, 0.4, -0.3, -0.5, 0.5, 0.3, 0.6)}


def move(arm: Arm, steps: int = 40):
    start, way = np.array([STARTS.get(arm.dof, SIX), WAYS.get(arm.dof, WAY)])
    part, n = np.linspace(0.0, 1.0, steps + 1)[:, None], arm.dof
    return np.stack([start + part * way, np.tile(way, (steps + 1, 1)), np.zeros((steps + 1, n))])


def timed(arm: Arm, mass: float):
    path, law = move(arm), np.zeros(3)
    effort = torque_effort(body(arm, mass), 0.9 * arm.torque, path)
    v_max = float((arm.speed / np.abs(path[1, 0])).min())
    return fastest(effort, 1.0, v_max, v_max / BUILD_UP, BUILD_UP, law), law, path


@pytest.mark.parametrize("name", ARMS)
def test_the_fastest_law_uses_the_torque_there_is_and_no_more(name):
    arm = load_arm(name)
    _, law, path = timed(arm, 3.0)
    lengths, state = np.empty(SEGMENTS), np.empty(3)
    jerk = segments(1.0, *law, lengths)
    rows = []
    for t in np.linspace(0.0, lengths.sum(), 400 if JIT else 60):
        along(lengths, jerk, t, state)
        rows.append(state.copy())
    s, v, a = np.array(rows).T[:, :, None]
    way = path[1, 0]

    tau = inverse_dynamics(body(arm, 3.0), path[0, 0] + s * way, v * way, a * way)

    used = (np.abs(tau) / arm.torque).max()
    at_full_speed = v.max() * np.abs(way) == pytest.approx(arm.speed)
    assert used <= 0.9
    assert used > 0.88 or at_full_speed


@pytest.mark.parametrize("name", ARMS)
def test_a_heavier_load_is_never_faster(name):
    times = [timed(load_arm(name), mass)[0] for mass in (0.5, 3.0, 6.0)]

    assert times == sorted(times)


def test_a_load_that_cannot_be_held_has_no_law():
    assert timed(load_arm("kr6_r700_2"), 60.0)[0] == math.inf


def test_published_accelerations_give_the_closed_form_of_a_straight_joint_move():
    path, law, limit = move(load_arm("kr6_r700_2")), np.zeros(3), np.full(6, 2.0)
    effort = acceleration_effort(limit, path)

    time = fastest(effort, 1.0, 100.0, 100.0, BUILD_UP, law)

    # Joint 1 has the longest way: acceleration 2 rad/s2 over 1.5 rad, never at full speed.
    b, d = BUILD_UP, 1.5 / 2.0
    assert time == pytest.approx(b + 2.0 * math.sqrt(b * b / 4.0 + d), rel=2e-3)

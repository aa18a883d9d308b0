"""Joint torques and mass matrices against pinocchio, for every arm whose masses are published.

Install it with the extra `bench`.
"""

import numpy as np
import pytest

from benchmarks.timing import best_of, say
from robots.arm import Capsules
from robots.dynamics import Body, inverse_dynamics, mass_matrix, with_load
from robots.load import known_arms, load_arm
from robots.urdf import TINY_INERTIA, TINY_MASS, arm_urdf
from robots.urdf import Body as Link

ARMS = [name for name in known_arms() if load_arm(name).inertials is not None]
STATES = 500
LOAD = 1.5  # kg, beside the flange
NO_SHAPES = Capsules(np.empty(0, dtype=np.int64), *np.empty((2, 0, 3)), np.empty(0))
TILTED = np.array([3.0, -2.0, -9.0])  # m/s2, as in the base of an arm that hangs askew


def bodies(inertials):
    """Return the links as a URDF has them, the base as good as weightless."""
    base = Link(TINY_MASS, np.zeros(3), TINY_INERTIA * np.eye(3))
    return (base, *(Link(*parts) for parts in zip(*inertials, strict=True)))


@pytest.mark.parametrize("name", ARMS)
@pytest.mark.benchmark(group="joint torques of 500 states")
def test_torques_and_mass_matrices_against_pinocchio(benchmark, name):
    pin = pytest.importorskip("pinocchio")
    arm = load_arm(name)
    inertials = with_load(arm, LOAD, np.array([0.02, -0.03, 0.06]))
    body = Body(arm.chain, inertials, TILTED)
    # A URDF raises moments that no rigid body has; here those of the arm are given by themselves.
    model = pin.buildModelFromXML(arm_urdf(arm, bodies(inertials), NO_SHAPES))
    for k in range(arm.dof):
        model.inertias[k + 1] = pin.Inertia(
            float(inertials.mass[k]), inertials.center[k], inertials.inertia[k]
        )
    model.gravity.linear = TILTED
    data = model.createData()
    draws = np.random.default_rng(8)
    q, qd, qdd = (
        np.ascontiguousarray(draws.uniform(-1, 1, (STATES, arm.dof)) * scale)
        for scale in (np.minimum(arm.upper, 3.0), arm.speed, 20.0)
    )

    def rival():
        return [pin.rnea(model, data, *state).copy() for state in zip(q, qd, qdd, strict=True)]

    inverse_dynamics(body, q[:2], qd[:2], qdd[:2])  # compiles
    theirs, ours = best_of(5, rival), best_of(20, lambda: inverse_dynamics(body, q, qd, qdd))

    torques = benchmark(inverse_dynamics, body, q, qd, qdd)

    say(f"torques of {name}, against pinocchio from Python", theirs / ours)
    assert np.abs(torques - rival()).max() < 1e-9
    for state in q[:20]:
        upper = np.triu(pin.crba(model, data, state))
        wanted = upper + np.triu(upper, 1).T
        assert np.abs(mass_matrix(body, state) - wanted).max() < 1e-10

"""Find the closed-form inverse that fits a chain, if there is one.

The joints are turned one after the other until the arm stands in the zero pose of a formula; what
is then measured are the formula's parameters.  Whether it fits is not argued but tried: the inverse
must give back random joint angles.
"""

import math
from collections.abc import Callable

import numpy as np

from robots import shapes
from robots.arm import Chain, ClosedForm, Floats
from robots.kinematics.fk import flanges
from robots.kinematics.inverse import KINDS, Inverse, single_of, solve_many
from robots.walk import AGREE, Misfit

_TRIALS = 24

Measure = Callable[[Chain, float], ClosedForm]
_SHAPES: dict[int, tuple[Measure, ...]] = {
    4: (shapes.scara,),
    6: (shapes.ortho_parallel, shapes.ur, shapes.offset_wrist),
    7: (shapes.seven,),
}


def closed_form(chain: Chain) -> ClosedForm | None:
    """Return a closed-form inverse of a chain, None if no formula of this package fits."""
    for measure in _SHAPES.get(len(chain.axis), ()):
        for side in (0.5 * math.pi, -0.5 * math.pi):
            try:
                form = measure(chain, side)
            except Misfit:
                continue
            if _fits(chain, form):
                return form
    return None


def _fits(chain: Chain, form: ClosedForm) -> bool:
    """Say whether the inverse gives back random joint angles, and nothing that is wrong."""
    n = len(chain.axis)
    wide = np.full(n, math.pi)
    trials = np.random.default_rng(1).uniform(-3.0, 3.0, (_TRIALS, n))
    return all(_gives_back(chain, form, wide, q) for q in trials)


def _gives_back(chain: Chain, form: ClosedForm, wide: Floats, q: Floats) -> bool:
    kind, free = KINDS[form.kind], np.array([q[-1]])
    own = form.parameters, form.sign, form.zero
    inverse = Inverse(kind, *own, -wide, wide, free, chain, single_of(kind))
    pose = flanges(chain, q[None])
    branches = solve_many(inverse, pose)[0]
    found = np.ascontiguousarray(branches[np.isfinite(branches).all(axis=1)])
    if not len(found) or np.abs(found - q).max(axis=1).min() > 1e-4:
        return False
    return bool(np.abs(flanges(chain, found) - pose).max() <= AGREE)

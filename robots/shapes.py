"""The shapes of arms that have a closed-form inverse: how each is measured in its zero pose."""

import math

import numpy as np

from robots.arm import Chain, ClosedForm, Floats
from robots.walk import AGREE, Misfit, Walk


def _to_wrist(chain: Chain, side: float) -> tuple[Walk, Floats]:
    """Return an arm of six axes stretched upwards, all axes along z and y, and its wrist."""
    walk = Walk(chain)
    walk.start(side)
    upper = walk.now.point[2] - walk.now.point[1]
    walk.turn(1, (0, 1, 0), -math.atan2(upper[0], upper[2]))
    forearm = walk.now.axis[3]
    if (walk.crossing(3, 4) - walk.now.point[2]) @ forearm < 0.0:
        forearm = -forearm
    walk.turn(2, (0, 1, 0), -math.atan2(forearm[0], forearm[2]))
    bend = walk.now.axis[4]
    walk.turn(3, (0, 0, 1), 0.5 * math.pi - math.atan2(bend[1], bend[0]))
    out = walk.now.turn[:, 2]
    walk.turn(4, (0, 1, 0), -math.atan2(out[0], out[2]))
    x = walk.now.turn[:, 0]
    walk.turn(5, (0, 0, 1), -math.atan2(x[1], x[0]))
    return walk, walk.crossing(3, 4)


def _lengths(walk: Walk, wrist: Floats) -> list[float]:
    """Return a1, a2, b, c1, c2, c3, c4 of Brandstoetter et al. 2014."""
    shoulder, elbow = walk.now.point[1], walk.now.point[2]
    return [
        shoulder[0],
        wrist[0] - elbow[0],
        wrist[1],
        shoulder[2],
        elbow[2] - shoulder[2],
        wrist[2] - elbow[2],
        walk.now.origin[2] - wrist[2],
    ]


def ortho_parallel(chain: Chain, side: float) -> ClosedForm:
    """Measure an arm with a spherical wrist."""
    walk, wrist = _to_wrist(chain, side)
    return walk.form("ortho_parallel", _lengths(walk, wrist))


def offset_wrist(chain: Chain, side: float) -> ClosedForm:
    """Measure an arm whose axis 6 passes beside the wrist."""
    walk, wrist = _to_wrist(chain, side)
    beside = walk.now.point[5] - wrist
    return walk.form("offset_wrist", [*_lengths(walk, wrist), beside[0], beside[1]])


def ur(chain: Chain, side: float) -> ClosedForm:
    """Measure d1, a2, a3, d4, d5, d6 of the DH table: axes 2 to 4 along -y, the arm along -x."""
    walk = Walk(chain)
    walk.start(side)
    for joint in (1, 2):
        part = walk.now.point[joint + 1] - walk.now.point[joint]
        walk.turn(joint, (0, -1, 0), math.pi - math.atan2(part[2], part[0]))
    down = walk.crossing(4, 5) - walk.now.point[3]
    walk.turn(3, (0, -1, 0), -0.5 * math.pi - math.atan2(down[2], down[0]))
    out = walk.now.turn[:, 2]
    walk.turn(4, (0, 0, -1), 0.5 * math.pi + math.atan2(out[1], out[0]))
    x = walk.now.turn[:, 0]
    walk.turn(5, (0, -1, 0), -math.atan2(x[2], x[0]))
    point, wrist = walk.now.point, walk.crossing(4, 5)
    if wrist[1] > 0.0:  # the same arm looked at from behind
        raise Misfit
    return walk.form(
        "ur",
        [
            point[1, 2],
            point[2, 0] - point[1, 0],
            point[3, 0] - point[2, 0],
            -wrist[1],
            point[3, 2] - wrist[2],
            wrist[1] - walk.now.origin[1],
        ],
    )


def seven(chain: Chain, side: float) -> ClosedForm:
    """Measure d1, d3, a4, d5, a7, d7: upper arm and forearm up, flange down."""
    walk = Walk(chain)
    walk.start(side)
    upper = walk.now.axis[2]
    if (walk.now.point[3] - walk.now.point[1]) @ upper < 0.0:
        upper = -upper
    walk.turn(1, (0, 1, 0), -math.atan2(upper[0], upper[2]))
    shoulder = walk.crossing(1, 2)
    bend = walk.now.axis[3]
    walk.turn(2, (0, 0, 1), -0.5 * math.pi - math.atan2(bend[1], bend[0]))
    forearm = walk.now.axis[4]
    if (walk.crossing(4, 5) - walk.now.point[3]) @ forearm < 0.0:
        forearm = -forearm
    walk.turn(3, (0, -1, 0), math.atan2(forearm[0], forearm[2]))
    bend = walk.now.axis[5]
    walk.turn(4, (0, 0, 1), -0.5 * math.pi - math.atan2(bend[1], bend[0]))
    out = walk.now.turn[:, 2]
    walk.turn(5, (0, -1, 0), math.atan2(out[0], out[2]) - math.pi)
    x = walk.now.turn[:, 0]
    walk.turn(6, (0, 0, -1), math.atan2(x[1], x[0]))
    elbow, wrist = walk.now.point[3], walk.crossing(4, 5)
    return walk.form(
        "seven",
        [
            shoulder[2],
            elbow[2] - shoulder[2],
            elbow[0],
            wrist[2] - elbow[2],
            walk.now.point[6, 0] - wrist[0],
            wrist[2] - walk.now.origin[2],
        ],
    )


def scara(chain: Chain, _side: float) -> ClosedForm:
    """Measure both arm lengths and the height of a flange that looks down."""
    if chain.slides.tolist() != [False, False, True, False]:
        raise Misfit
    walk = Walk(chain)
    if np.abs(walk.now.point[0, :2]).max() > AGREE:
        raise Misfit
    for joint, end in ((0, 1), (1, 3)):
        part = walk.now.point[end] - walk.now.point[joint]
        walk.turn(joint, (0, 0, 1), -math.atan2(part[1], part[0]))
    walk.turn(2, (0, 0, 1), 0.0)
    x = walk.now.turn[:, 0]
    walk.turn(3, (0, 0, 1), -math.atan2(x[1], x[0]))
    point = walk.now.point
    return walk.form("scara", [point[1, 0], point[3, 0] - point[1, 0], walk.now.origin[2]])

"""Claims about distances, and about what an arm touches on its way."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots.collide import NOTHING, nearest, scene
from robots.distance import BOX, CYLINDER, segment_to_segment, segment_to_solid
from robots.errors import RobotError
from robots.frames import pose
from robots.load import load_arm
from robots.task import ArmTask, Fixture, Target, Tool

JIT = not numba.config.DISABLE_JIT
point = st.tuples(*[st.floats(-1.0, 1.0)] * 3).map(np.array)
sizes = st.tuples(*[st.floats(0.05, 0.6)] * 3).map(np.array)
few = settings(deadline=None, derandomize=True, max_examples=60 if JIT else 15)
STANDING = np.array([0.0, -math.pi / 2, 0.0, -math.pi / 2, 0.0, 0.0])  # straight up


def distance_to_box(at, half):
    gap = np.abs(at) - half
    return np.linalg.norm(np.maximum(gap, 0.0), axis=-1) + np.minimum(gap.max(axis=-1), 0.0)


def distance_to_cylinder(at, half):
    return distance_to_box(
        np.stack([np.hypot(at[..., 0], at[..., 1]), at[..., 2]], axis=-1), half[[0, 2]]
    )


@pytest.mark.parametrize("kind", [BOX, CYLINDER])
@few
@given(start=point, end=point, half=sizes)
def test_distance_from_a_solid_is_the_least_along_the_segment(kind, start, end, half):
    measure = distance_to_cylinder if kind == CYLINDER else distance_to_box
    parts = np.linspace(0.0, 1.0, 2001)[:, None]

    found = segment_to_solid(kind, start, end - start, half)

    sampled = measure(start + parts * (end - start), half).min()
    assert found <= sampled + 1e-9
    assert found >= sampled - np.linalg.norm(end - start) / 2000 - 1e-9


@few
@given(point, point, point, point)
def test_distance_of_segments_is_the_least_between_them(p, q, r, s):
    parts = np.linspace(0.0, 1.0, 101)[:, None]
    one, other = p + parts * (q - p), r + parts * (s - r)

    found = segment_to_segment(p, q, r, s)

    sampled = np.linalg.norm(one[:, None] - other[None], axis=2).min()
    assert found <= sampled + 1e-9
    assert found >= sampled - (np.linalg.norm(q - p) + np.linalg.norm(s - r)) / 100 - 1e-9
    assert segment_to_segment(r, s, p, q) == pytest.approx(found, abs=1e-9)


def test_a_point_is_a_segment_without_length():
    origin = np.zeros(3)

    assert segment_to_segment(origin, origin, np.ones(3), np.ones(3)) == pytest.approx(math.sqrt(3))
    assert segment_to_solid(BOX, 2 * np.ones(3), np.zeros(3), np.ones(3)) == pytest.approx(
        math.sqrt(3)
    )


def task(*fixtures: Fixture, tcp: float = 0.18) -> ArmTask:
    return ArmTask(
        name="arm",
        arm=load_arm("ur10e"),
        pose_cell_base=pose((0.0, 0.0, 0.75)),
        tool=Tool(
            mass=1.0,
            center_of_mass=(0.0, 0.0, 0.06),
            pose_flange_tcp=pose((0.0, 0.0, tcp)),
            open_time=0.3,
            close_time=0.3,
        ),
        loads=(1.0,),
        speed=1.0,
        approach=0.08,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.0,
        place_extra=0.0,
        targets=(Target(name="there", pose_cell_tcp=pose((0.6, 0.0, 1.0), (math.pi, 0.0, 0.0))),),
        moves=(),
        fixtures=fixtures,
        home=0,
    )


def box(name: str, size, position) -> Fixture:
    return Fixture(name=name, kind="box", size=size, pose_cell_fixture=pose(position))


def test_a_ceiling_is_measured_to_the_highest_point_of_the_upright_arm():
    # Upright, wrist 3 points sideways; the highest point is the round end of wrist 1.
    arm = load_arm("ur10e")
    top = 0.75 + 0.1807 + 0.6127 + 0.57155 + 0.11985 + 0.06
    view = scene(task(box("ceiling", (4.0, 4.0, 0.2), (0.0, 0.0, top + 0.05 + 0.1))))

    spot = nearest(view, STANDING[None])

    assert arm.capsules.radius[arm.capsules.link == 5][0] == 0.06
    assert spot.clearance == pytest.approx(0.05, abs=1e-6)
    assert spot.fixture == 0
    assert spot.link == 5


def test_a_post_inside_the_arm_is_found_with_its_depth():
    post = Fixture(
        name="post", kind="cylinder", size=(0.02, 2.0), pose_cell_fixture=pose((0.0, 0.0, 2.0))
    )

    spot = nearest(scene(task(post)), STANDING[None])

    assert spot.clearance < -0.02  # deeper than the post is thick: it stands in the arm


def test_the_pedestal_under_the_base_is_not_touched():
    view = scene(task(box("pedestal", (0.3, 0.3, 0.75), (0.0, 0.0, 0.375))))

    spot = nearest(view, STANDING[None])

    assert spot.clearance > 0.1


def test_without_fixtures_nothing_is_near():
    spot = nearest(scene(task()), STANDING[None])

    assert spot.clearance == math.inf
    assert spot.fixture == NOTHING


def test_a_tool_standing_on_a_table_touches_it_and_no_more():
    arm = load_arm("ur10e")
    height = 0.75 + 0.0609  # of the stretched arm's flange at zero angles, tool sideways
    wall = -0.2907 - 0.18  # the tool points along -y at zero angles
    view = scene(task(box("wall", (0.4, 0.2, 0.4), (-1.1842, wall - 0.1, height))))

    spot = nearest(view, np.zeros((1, arm.dof)))

    assert spot.clearance == pytest.approx(0.0, abs=1e-9)
    assert spot.link == arm.dof + 1


def test_a_move_is_never_clearer_than_the_poses_on_it():
    view = scene(task(box("table", (0.6, 0.6, 0.6), (0.8, 0.3, 0.9))))
    rng = np.random.default_rng(4)
    for _ in range(5 if JIT else 1):
        start, end = STANDING + rng.uniform(-1.0, 1.0, (2, 6))
        along = start + np.linspace(0.0, 1.0, 60 if JIT else 10)[:, None] * (end - start)
        poses = min(nearest(view, q[None]).clearance for q in along)

        move = nearest(view, along[[0, -1]]).clearance

        assert move <= poses + max(0.004, 0.1 * abs(poses))
        assert nearest(view, along[[-1, 0]]).clearance == pytest.approx(move, abs=0.01)


def test_a_thin_wall_across_the_way_is_not_stepped_over():
    view = scene(task(box("sheet", (0.8, 0.002, 0.8), (-0.9, 0.0, 0.8))))
    swing = np.array([[-0.9, 0.0, 0.0, 0.0, 0.0, 0.0], [0.9, 0.0, 0.0, 0.0, 0.0, 0.0]])

    assert nearest(view, swing[:1]).clearance > 0.05
    assert nearest(view, swing[1:]).clearance > 0.05
    assert nearest(view, swing, enough=0.0).clearance < 0.0


def test_an_arm_folded_into_itself_is_noticed():
    folded = np.array([0.0, -1.5, 3.1, 0.0, 0.0, 0.0])

    assert nearest(scene(task()), folded[None]).own < 0.0
    assert nearest(scene(task()), STANDING[None]).own > 0.0


@pytest.mark.parametrize(("kind", "size"), [("box", (1.0, 1.0)), ("cylinder", (1.0, -1.0))])
def test_a_fixture_of_the_wrong_size_is_refused(kind, size):
    with pytest.raises(RobotError, match="positive lengths"):
        Fixture(name="f", kind=kind, size=size, pose_cell_fixture=np.eye(4))

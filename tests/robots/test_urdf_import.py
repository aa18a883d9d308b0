"""Claims about arms made of a user's URDF."""

import dataclasses
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots.arm import Capsules, Chain
from robots.errors import UrdfError
from robots.frames import rotation_rpy
from robots.kinematics.fk import chain_from_dh, flange, flanges
from robots.kinematics.inverse import branches
from robots.load import load_arm
from robots.recognise import closed_form
from robots.urdf import Body, arm_urdf, roll_pitch_yaw
from robots.urdf_import import import_urdf
from robots.urdf_links import around

ARMS = ("kr6_r700_2", "ur10e")
NO_SHAPES = Capsules(np.empty(0, np.int64), np.empty((0, 3)), np.empty((0, 3)), np.empty(0))


def urdf_of(arm, *, capsules=None, extra="", flange_link="tool0"):
    """Return the URDF of a bare arm with a link for its flange."""
    known = arm.inertials
    moving = [Body(1.0, np.zeros(3), np.eye(3)) for _ in range(arm.dof)]
    if known is not None:
        moving = [Body(*own) for own in zip(known.mass, known.center, known.inertia, strict=True)]
    base = Body(4.0, np.zeros(3), np.eye(3))
    text = arm_urdf(arm, (base, *moving), arm.capsules if capsules is None else capsules)
    xyz = " ".join(map(str, arm.chain.offset[-1]))
    rpy = " ".join(map(str, roll_pitch_yaw(arm.chain.rotation[-1])))
    tool = (
        f'<link name="{flange_link}"/><joint name="to_flange" type="fixed">'
        f'<parent link="{arm.links[-1]}"/><child link="{flange_link}"/>'
        f'<origin xyz="{xyz}" rpy="{rpy}"/></joint>{extra}'
    )
    return text.replace("</robot>", tool + "</robot>")


def read(tmp_path, text, **options):
    path = tmp_path / "arm.urdf"
    path.write_text(text, encoding="utf-8")
    return import_urdf(path, **options)


@pytest.mark.parametrize("name", ARMS)
def test_an_arm_comes_back_from_its_urdf(tmp_path, name):
    arm = load_arm(name)

    again = read(tmp_path, urdf_of(arm))

    for key in ("joints", "links", "basis"):
        assert getattr(again, key) == getattr(arm, key)
    for key in ("lower", "upper", "speed", "torque"):
        assert getattr(again, key) == pytest.approx(getattr(arm, key))
    assert again.inertials.mass == pytest.approx(arm.inertials.mass)
    assert again.inertials.center == pytest.approx(arm.inertials.center)
    q = np.random.default_rng(1).uniform(-2.0, 2.0, (20, 6))
    assert flanges(again.chain, q) == pytest.approx(flanges(arm.chain, q), abs=1e-9)
    assert again.closed_form.kind == arm.closed_form.kind
    assert again.closed_form.parameters == pytest.approx(arm.closed_form.parameters, abs=1e-9)


@pytest.mark.parametrize("name", ARMS)
def test_its_inverse_finds_the_way_back(tmp_path, name):
    arm = read(tmp_path, urdf_of(load_arm(name)))
    q = np.array([0.3, -1.0, 1.2, 0.4, 0.9, -0.5])

    found = branches(arm, flange(arm.chain, q))

    assert np.abs(found - q).max(axis=1).min() < 1e-6


def test_a_flange_that_points_along_x_is_turned_and_that_is_said(tmp_path):
    arm = load_arm("kr6_r700_2")
    turned = arm.chain.rotation.copy()
    turned[-1] = turned[-1] @ rotation_rpy(0.0, -np.pi / 2, 0.0)  # ROS-Industrial: x points out
    ros = dataclasses.replace(arm, chain=arm.chain._replace(rotation=turned))

    again = read(tmp_path, urdf_of(ros, flange_link="flange"))

    q = np.linspace(-0.5, 0.5, 6)
    assert flange(again.chain, q)[:3, 2] == pytest.approx(flange(arm.chain, q)[:3, 2])
    assert flange(again.chain, q)[:3, 3] == pytest.approx(flange(arm.chain, q)[:3, 3])
    assert any("flange turned" in note for note in again.notes)


def test_without_efforts_or_masses_times_are_assumed(tmp_path):
    text = urdf_of(load_arm("ur10e")).replace('effort="54.0"', 'effort="0"')
    bare = text.replace("<inertial>", "<!--").replace("</inertial>", "-->")

    assert read(tmp_path, text).torque is None
    arm = read(tmp_path, bare)
    assert arm.inertials is None
    assert arm.basis == "assumed"


def test_a_link_without_shape_gets_a_bar_and_a_mesh_gets_a_capsule(tmp_path):
    corners = np.array([[0, 0, 0], [0, 0.1, 0], [0, 0, 1.0]], dtype="<f4")
    data = b"\0" * 80 + struct.pack("<I", 1) + bytes(12) + corners.tobytes() + bytes(2)
    (tmp_path / "arm.stl").write_bytes(data)
    text = urdf_of(load_arm("ur10e"), capsules=NO_SHAPES).replace(
        '<link name="upper_arm_link">',
        '<link name="upper_arm_link"><visual><geometry><mesh filename="arm.stl"/></geometry>'
        "</visual>",
    )

    capsules = read(tmp_path, text).capsules

    assert capsules.link.tolist() == [1, 2, 3, 4, 5, 6]
    assert capsules.radius[1] < 0.06
    assert np.linalg.norm(capsules.end[1] - capsules.start[1]) > 0.85


SIDE = (
    '<link name="x"/><joint name="x_j" type="revolute"><parent link="base_link"/><child link="x"/>'
    '<limit lower="0" upper="1" effort="1" velocity="1"/></joint>'
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace('velocity="', 'velocity="0" was="'), "needs a range and a vel"),
        (
            lambda text: text.replace("</robot>", SIDE + "</robot>"),
            "'x_j' moves beside the arm",
        ),
        (lambda text: text.replace('type="revolute"', 'type="fixed"', 1), "5 joints do not reach"),
        (lambda text: text.replace('value="7.369"', 'value="-7"'), "the mass is negative"),
    ],
)
def test_what_is_no_arm_is_refused_with_its_reason(tmp_path, change, reason):
    text = urdf_of(load_arm("ur10e"))
    changed = change(text)

    assert changed != text
    with pytest.raises(UrdfError, match=reason):
        read(tmp_path, changed)
    with pytest.raises(UrdfError, match="no link named 'hand'"):
        read(tmp_path, text, tip="hand")


turns = st.sampled_from([0.0, np.pi / 2, -np.pi / 2, np.pi]) | st.floats(-3.0, 3.0)


@settings(deadline=None, max_examples=20)
@given(st.data(), st.sampled_from(ARMS))
def test_an_arm_is_recognised_however_its_frames_are_drawn(data, name):
    chain = load_arm(name).chain
    zero = np.array([data.draw(turns) for _ in range(6)])
    flip = np.array([data.draw(st.sampled_from([-1.0, 1.0])) for _ in range(6)])
    rotation = chain.rotation.copy()
    for k in range(6):  # another zero of each joint, and its axis the other way round
        about = rotation_rpy(0.0, 0.0, zero[k])
        rotation[k] = rotation[k] @ about
    redrawn = Chain(rotation, chain.offset, chain.axis * flip[:, None], chain.slides)

    form = closed_form(redrawn)

    assert form is not None
    assert form.kind == load_arm(name).closed_form.kind
    assert np.abs(form.parameters) == pytest.approx(
        np.abs(load_arm(name).closed_form.parameters), abs=1e-9
    )


def test_an_arm_of_no_known_shape_gets_a_numeric_inverse_and_says_so(tmp_path):
    text = urdf_of(load_arm("ur10e"))
    arm = read(tmp_path, text.replace('xyz="0.0 0.0 0.1', 'xyz="0.3 0.0 0.1'))
    q = np.array([0.3, -1.2, 1.1, -0.8, -1.4, 0.5])

    found = branches(arm, flange(arm.chain, q))

    assert arm.closed_form is None
    assert any("numerically" in note for note in arm.notes)
    assert np.abs(flanges(arm.chain, found) - flange(arm.chain, q)).max() < 1e-9


@pytest.mark.parametrize("name", ["lbr_iiwa14_r820", "fr3", "hsr065a1_n32", "crx10ia_l"])
def test_arms_of_every_shape_come_back_from_their_urdf(tmp_path, name):
    arm = load_arm(name)

    again = read(tmp_path, urdf_of(arm))

    assert again.closed_form.kind == arm.closed_form.kind
    assert again.closed_form.parameters == pytest.approx(arm.closed_form.parameters, abs=1e-9)
    assert again.chain.slides.tolist() == arm.chain.slides.tolist()


def test_an_offset_wrist_is_recognised():
    # Like a CRB 15000: 80 mm between the axes 5 and 6, and axes 2 to 4 not parallel.
    table = [
        [0, 0.265, 0, -np.pi / 2],
        [0, 0, 0.444, 0],
        [0, 0, 0.11, -np.pi / 2],
        [0, 0.47, 0, np.pi / 2],
        [0, 0, 0.08, -np.pi / 2],
        [0, 0.101, 0, 0],
    ]

    form = closed_form(chain_from_dh(np.array(table), "standard"))

    assert form is not None
    assert form.kind == "offset_wrist"


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 40))
def test_a_capsule_holds_all_points_it_was_drawn_around(seed, count):
    draws = np.random.default_rng(seed)
    points = draws.normal(size=(count, 3)) * draws.uniform(0.01, 1.0, 3)

    start, end, radius = around(points)

    way = end - start
    length = float(way @ way)
    part = np.clip((points - start) @ way / length, 0, 1) if length > 0 else np.zeros(count)
    gaps = np.linalg.norm(points - start - part[:, None] * way, axis=1)
    assert gaps.max() <= radius + 1e-9

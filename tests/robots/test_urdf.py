"""Claims about the URDF that is written for an arm with its tool and part."""

import dataclasses
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.arm import Inertials
from robots.dynamics import body_of
from robots.frames import pose, rotation_rpy
from robots.guard import check_urdf
from robots.kinematics.fk import flange
from robots.load import load_arm
from robots.task import ArmTask, Target, Tool
from robots.urdf import Body, arm_urdf, merge, roll_pitch_yaw, surplus, task_bodies, task_urdf

ARMS = ("kr6_r700_2", "ur10e")


def task_of(name, arm=None):
    return ArmTask(
        name="cell",
        arm=arm or load_arm(name),
        pose_cell_base=np.eye(4),
        tool=Tool(
            mass=1.2,
            center_of_mass=(0.01, 0.02, 0.06),
            pose_flange_tcp=pose((0.0, 0.03, 0.15), (0.3, 0.0, 0.0)),
            open_time=0.2,
            close_time=0.2,
        ),
        loads=(1.5,),
        speed=1.0,
        approach=0.08,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.0,
        place_extra=0.0,
        targets=(Target(name="left", pose_cell_tcp=np.eye(4)),),
        moves=(),
        fixtures=(),
        home=0,
    )


def numbers(text):
    return np.array([float(word) for word in text.split()])


def origin(element):
    return pose(numbers(element.get("xyz")), tuple(numbers(element.get("rpy"))))


@pytest.mark.parametrize("name", ARMS)
def test_frames_of_the_urdf_are_those_of_the_arm(name):
    task = task_of(name)
    joints = ET.fromstring(task_urdf(task, load=1)).findall("joint")
    q = np.linspace(-1.0, 1.0, 6)
    at = np.eye(4)
    for joint, angle in zip(joints, q, strict=True):
        x, y, z = numbers(joint.find("axis").get("xyz"))
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        turn = np.eye(4)
        turn[:3, :3] += math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
        at = at @ origin(joint.find("origin")) @ turn

    last = pose(task.arm.chain.offset[-1])
    last[:3, :3] = task.arm.chain.rotation[-1]
    assert at @ last == pytest.approx(flange(task.arm.chain, q), abs=1e-12)


@pytest.mark.parametrize("name", ARMS)
@pytest.mark.parametrize("load", [0, 1])
def test_the_last_link_holds_tool_and_part(name, load):
    task = task_of(name)
    bodies, wanted = task_bodies(task, load), body_of(task, load).inertials

    for k, body in enumerate(bodies[1:]):
        assert body.mass == pytest.approx(wanted.mass[k])
        assert body.center == pytest.approx(wanted.center[k])
        assert body.inertia == pytest.approx(wanted.inertia[k], abs=1e-12)


@pytest.mark.parametrize("name", ARMS)
def test_nothing_is_left_to_the_defaults_of_an_engine(name):
    task = task_of(name)
    robot = ET.fromstring(task_urdf(task, load=0))

    for link in robot.findall("link"):
        assert link.find("inertial/origin").get("rpy") == "0 0 0"
        assert float(link.find("inertial/mass").get("value")) > 0.0
    for k, joint in enumerate(robot.findall("joint")):
        assert joint.get("type") == "revolute"
        assert joint.find("dynamics").attrib == {"damping": "0", "friction": "0"}
        assert float(joint.find("limit").get("effort")) == task.arm.torque[k]
        assert float(joint.find("limit").get("velocity")) == task.arm.speed[k]


@pytest.mark.parametrize("name", ARMS)
def test_the_written_urdf_passes_the_check(name, tmp_path):
    path = tmp_path / "arm.urdf"
    path.write_text(task_urdf(task_of(name), load=1), encoding="utf-8")

    report = check_urdf(path)

    assert report.joints == load_arm(name).joints
    # A capsule is a shape of the engine; everything else is plain URDF without warnings.
    assert report.warnings == ()


def test_an_arm_without_masses_weighs_next_to_nothing():
    arm = dataclasses.replace(load_arm("ur10e"), inertials=None, torque=None)
    robot = ET.fromstring(task_urdf(task_of("ur10e", arm), load=1))

    masses = [float(mass.get("value")) for mass in robot.iter("mass")]
    assert masses == [1e-6] * 7
    assert {limit.get("effort") for limit in robot.iter("limit")} == {"1000000.0"}


def test_names_that_look_like_markup_stay_names(tmp_path):
    arm = dataclasses.replace(load_arm("ur10e"), name='a"<b>&', links=tuple("<&\">'xy"))
    path = tmp_path / "arm.urdf"
    path.write_text(task_urdf(task_of("ur10e", arm), load=0), encoding="utf-8")

    report = check_urdf(path)

    assert (report.robot, report.links) == ('a"<b>&', tuple("<&\">'xy"))


def test_one_body_a_link_is_asked_for():
    task = task_of("ur10e")
    with pytest.raises(ValueError, match="7 needed, got 2"):
        arm_urdf(task.arm, task_bodies(task, load=0)[:2], task.arm.capsules)


def test_a_dumbbell_has_the_inertia_of_two_points():
    ends = [Body(2.0, np.array([x, 0.0, 0.0]), np.zeros((3, 3))) for x in (-0.5, 0.5)]

    whole = merge(*ends)

    assert whole.mass == 4.0
    assert whole.center == pytest.approx(np.zeros(3))
    assert whole.inertia == pytest.approx(np.diag([0.0, 1.0, 1.0]))


def test_moments_no_body_has_are_raised_until_one_has_them():
    body = Body(1.0, np.zeros(3), np.diag([0.0003, 0.003, 0.0034]))

    low, middle, high = np.linalg.eigvalsh(body.inertia + surplus(body) * np.eye(3))

    assert low + middle >= high
    assert surplus(Body(1.0, np.zeros(3), np.diag([1.0, 1.0, 1.0]))) == 0.0


def test_torques_agree_although_published_moments_are_raised_for_the_engine():
    # The last link of the UR10e has no inertia about x in the maker's table.
    known = load_arm("ur10e").inertials
    raised = [k for k in range(6) if surplus(Body(1.0, known.center[k], known.inertia[k])) > 0.0]

    assert raised == [5]
    assert isinstance(known, Inertials)


angles = st.floats(-math.pi, math.pi)


@given(angles, st.floats(-math.pi / 2, math.pi / 2) | st.sampled_from([math.pi / 2]), angles)
def test_angles_give_back_their_rotation(roll, pitch, yaw):
    rotation = rotation_rpy(roll, pitch, yaw)

    again = rotation_rpy(*roll_pitch_yaw(rotation))

    assert again == pytest.approx(rotation, abs=1e-8)

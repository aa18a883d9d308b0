"""Claims about the arms in the catalogue: complete, sourced, and true to what is published."""

from importlib.resources import files

import numpy as np
import pytest

from robots.errors import ArmFileError, UnknownArm
from robots.kinematics.fk import flange
from robots.load import known_arms, load_arm, parse_arm

GROUPS = {
    "kinematics",
    "closed_form",
    "limits",
    "torque",
    "acceleration",
    "masses",
    "shape",
    "general",
}


def text_of(name: str) -> str:
    return (files("robots") / "catalogue" / f"{name}.yaml").read_text("utf-8")


@pytest.mark.parametrize("name", known_arms())
def test_every_group_of_numbers_names_its_source(name):
    arm = load_arm(name)

    assert arm.name == name
    assert set(arm.sources) == GROUPS
    assert all(len(source) > 10 for source in arm.sources.values())


@pytest.mark.parametrize("name", known_arms())
def test_masses_are_those_of_a_body(name):
    own = load_arm(name).inertials
    if own is None:
        assert load_arm(name).basis != "torque"
        return

    assert (own.mass > 0).all()
    for inertia in own.inertia:
        # Published with four decimals: a moment may be rounded to nothing, not below.
        assert np.linalg.eigvalsh(inertia).min() > -1e-4
        assert inertia == pytest.approx(inertia.T)


def test_the_ur10e_stands_in_the_frame_of_its_controller():
    arm = load_arm("ur10e")

    stretched = flange(arm.chain, np.zeros(6))[:3, 3]

    # Along -x at zero angles; the ROS base_link, turned by 180 degrees, has it along +x.
    assert stretched == pytest.approx([-(0.6127 + 0.57155), -(0.17415 + 0.11655), 0.1807 - 0.11985])
    assert arm.basis == "torque"
    assert arm.acceleration is None


def test_the_kr6_weighs_what_its_links_weigh():
    arm = load_arm("kr6_r700_2")

    assert arm.inertials.mass.sum() + 16.916 == pytest.approx(arm.mass, abs=0.1)
    assert arm.torque == pytest.approx([186, 168.9, 81.5, 48.9, 40.1, 27.4], abs=0.05)


def test_an_unknown_arm_is_answered_with_the_nearest_name():
    with pytest.raises(
        UnknownArm, match=r"no arm named 'ur10'.*Did you mean 'ur10e'\?.*kr6_r700_2"
    ):
        load_arm("ur10")


def test_a_name_cannot_lead_out_of_the_catalogue():
    with pytest.raises(UnknownArm):
        load_arm("../catalogue/ur10e")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("limits:", "limitz:", "'limits' is missing"),
        ("speed_deg_s: [120, 120,", "speed_deg_s: [120,", "limits: 6 finite values are due, got 5"),
        ("joint_n_m: [330,", "joint_n_m: [.nan,", "torque: 6 finite values"),
        ("lower_deg: [-360,", "lower_deg: [400,", "lower must be below upper"),
        ("dh: standard", "dh: [", "not readable as YAML"),
        ("- [0, 0, -0.6127, 0]", "- [0, 0, -0.6127]", "my_arm.yaml: "),
    ],
)
def test_a_wrong_description_is_refused_with_the_place(old, new, message):
    text = text_of("ur10e")
    assert old in text

    with pytest.raises(ArmFileError, match=message):
        parse_arm(text.replace(old, new, 1), "my_arm.yaml")


def test_masses_that_are_not_known_stay_unknown():
    text = text_of("ur10e").replace("mass_kg: [7.369", "mass_kg: null # [7.369", 1)

    arm = parse_arm(text, "my_arm.yaml")

    assert arm.inertials is None
    assert arm.basis == "assumed"

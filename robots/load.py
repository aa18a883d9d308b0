"""Reads arms from the catalogue: YAML with the unit in each key, one source a group of numbers."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from robots.arm import Arm, Capsules, Chain, ClosedForm, Floats, Inertials
from robots.errors import ArmFileError, UnknownArm
from robots.frames import rotation_rpy
from robots.kinematics.fk import chain_from_dh

_GROUPS = ("kinematics", "closed_form", "limits", "torque", "acceleration", "masses", "shape")
Group = Mapping[str, Any]


def known_arms() -> tuple[str, ...]:
    """Return the names of the arms in the catalogue, sorted."""
    folder = files("robots") / "catalogue"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[:-5] for name in names if name.endswith(".yaml")))


@lru_cache(maxsize=64)
def load_arm(name: str) -> Arm:
    """Return an arm of the catalogue.

    Raises
    ------
    UnknownArm
        If the catalogue has no arm of that name.
    ArmFileError
        If its file is wrong.
    """
    if name not in known_arms():
        raise UnknownArm(name, known_arms())
    return parse_arm((files("robots") / "catalogue" / f"{name}.yaml").read_text("utf-8"), name)


def parse_arm(text: str, where: str) -> Arm:
    """Return the arm that `text`, in the form of the catalogue's files, describes.

    Raises
    ------
    ArmFileError
        If something is missing, has the wrong length or cannot be.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        entry = YAML(typ="safe").load(text)
        arm = _arm(entry)
    except YAMLError as error:
        raise ArmFileError(f"{where}: not readable as YAML: {error}") from error
    except KeyError as error:
        raise ArmFileError(f"{where}: {error} is missing") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise ArmFileError(f"{where}: {error}") from error
    _check(arm, where)
    return arm


def _arm(entry: Group) -> Arm:
    chain = _chain(entry["kinematics"])
    limits, general, shape = entry["limits"], entry["general"], entry["shape"]
    fast = entry["acceleration"]
    lower, upper, speed = _limits(limits, entry["joints"])
    return Arm(
        name=entry["name"],
        maker=entry["maker"],
        model=entry["model"],
        joints=tuple(entry["joints"]),
        links=tuple(entry["links"]),
        chain=chain,
        closed_form=_closed_form(entry["closed_form"], len(entry["joints"])),
        lower=lower,
        upper=upper,
        speed=speed,
        torque=_optional(entry["torque"]["joint_n_m"]),
        acceleration=_optional(fast["joint_rad_s2"]),
        inertials=_inertials(entry["masses"], chain),
        capsules=_capsules(shape["capsules"]),
        self_pairs=tuple((int(a), int(b)) for a, b in shape["self_pairs"]),
        payload=general["payload_kg"],
        reach=general["reach_m"],
        mass=general["mass_kg"],
        straight_acceleration=fast["straight_m_s2"],
        bound=_optional(fast.get("controller_rad_s2")),
        assumed=tuple(group for group in _GROUPS if entry[group].get("assumed")),
        sources={group: entry[group]["source"] for group in (*_GROUPS, "general")},
        notes=tuple(entry["notes"]),
    )


def _optional(values: list[float] | None) -> Floats | None:
    return None if values is None else np.array(values, dtype=np.float64)


def _chain(group: Group) -> Chain:
    if "rows" in group:
        rows = np.array(group["rows"], dtype=np.float64)
        rows[:, [0, 3]] = np.radians(rows[:, [0, 3]])
        return chain_from_dh(rows, group["dh"], group.get("flange_d_m", 0.0))
    steps = group["chain"]
    return Chain(
        np.array([rotation_rpy(*step.get("rpy", (0, 0, 0))) for step in steps]),
        np.array([step["xyz"] for step in steps], dtype=np.float64),
        np.array([step.get("axis", [0, 0, 1]) for step in steps[:-1]], dtype=np.float64),
        np.array(["slides" in step for step in steps[:-1]]),
    )


def _limits(group: Group, joints: list[str]) -> tuple[Floats, Floats, Floats]:
    """Return lower and upper limits and speeds: of turning joints in a row, of sliding by name."""
    rows = [group["lower_deg"], group["upper_deg"], group["speed_deg_s"]]
    values = [np.radians(np.array(row, dtype=np.float64)) for row in rows]
    for name, own in group.get("sliding", {}).items():
        k = joints.index(name)
        for value, key in zip(values, ("lower_m", "upper_m", "speed_m_s"), strict=True):
            value[k] = own[key]
    return values[0], values[1], values[2]


def _closed_form(group: Group, joints: int) -> ClosedForm | None:
    if group["kind"] is None:
        return None
    return ClosedForm(
        kind=group["kind"],
        parameters=np.array(group["parameters_m"], dtype=np.float64),
        sign=np.array(group.get("sign", [1] * joints), dtype=np.float64),
        zero=np.radians(np.array(group.get("zero_deg", [0] * joints), dtype=np.float64)),
    )


def _inertials(group: Group, chain: Chain) -> Inertials | None:
    if group["mass_kg"] is None or group["inertia_kg_m2"] is None:
        return None
    center = np.array(group["center_m"], dtype=np.float64)
    turns = np.stack(
        [rotation_rpy(*rpy) for rpy in group.get("inertia_rpy", [[0, 0, 0]] * len(center))]
    )
    if group["frame"] == "dh":
        # The DH frame of joint i stands at the far end of link i, where joint i + 1 is.
        center = np.einsum("kij,kj->ki", chain.rotation[1:], center) + chain.offset[1:]
        turns = chain.rotation[1:] @ turns
    symmetric = np.array(group["inertia_kg_m2"])[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3)
    inertia = turns @ symmetric @ turns.transpose(0, 2, 1)
    mass = np.array(group["mass_kg"], dtype=np.float64)
    return Inertials(mass, np.ascontiguousarray(center), np.ascontiguousarray(inertia))


def _capsules(rows: list[Any]) -> Capsules:
    return Capsules(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[3] for row in rows], dtype=np.float64),
    )


def _check(arm: Arm, where: str) -> None:
    n = arm.dof
    lists = {
        "limits": (arm.lower, arm.upper, arm.speed),
        "torque": (arm.torque,),
        "acceleration": (arm.acceleration, arm.bound),
        "masses": () if arm.inertials is None else (arm.inertials.mass, arm.inertials.center),
        "kinematics": (arm.chain.axis,),
    }
    for group, values in lists.items():
        for value in values:
            if value is not None and (len(value) != n or not np.isfinite(value).all()):
                raise ArmFileError(f"{where}: {group}: {n} finite values are due, got {len(value)}")
    if not (arm.lower < arm.upper).all() or not (arm.speed > 0).all():
        raise ArmFileError(f"{where}: limits: lower must be below upper, speeds positive")

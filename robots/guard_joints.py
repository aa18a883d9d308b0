"""Check the joints of a user's URDF."""

import math

from robots.findings import Findings, shorten
from robots.safexml import Element

JOINT_TYPES = ("revolute", "continuous", "prismatic", "fixed")
_LIMITED = ("revolute", "prismatic")


def check_joint(joint: Element, findings: Findings) -> None:
    """Check one ``<joint>`` by itself: type, origin, axis and limits."""
    kind = joint.attributes.get("type", "")
    if kind not in JOINT_TYPES:
        known = ", ".join(JOINT_TYPES)
        findings.fault(joint.line, f"joint type {shorten(kind)} is not of an arm; known: {known}")
    for origin in joint.all("origin"):
        check_origin(origin, findings)
    for axis in joint.all("axis"):
        _check_axis(axis, findings)
    limits = joint.all("limit")
    if kind in _LIMITED and len(limits) != 1:
        findings.fault(joint.line, f"a {kind} joint needs one <limit>, found {len(limits)}")
    for limit in limits:
        _check_limit(limit, findings)
    for dynamics in joint.all("dynamics"):
        _check_not_negative(dynamics, ("damping", "friction"), findings)


def check_origin(origin: Element, findings: Findings) -> None:
    """Check the numbers of an ``<origin>``."""
    findings.numbers(origin, "xyz", 3)
    findings.numbers(origin, "rpy", 3)


def _check_axis(axis: Element, findings: Findings) -> None:
    values = findings.numbers(axis, "xyz", 3)
    if values is not None and abs(math.hypot(*values) - 1.0) > 0.01:
        findings.fault(
            axis.line, f"<axis> has the length {math.hypot(*values):.3g}: write a unit vector"
        )


def _check_limit(limit: Element, findings: Findings) -> None:
    _check_not_negative(limit, ("effort", "velocity"), findings)
    lower = findings.number(limit, "lower") or 0.0  # absent means 0 in URDF
    upper = findings.number(limit, "upper") or 0.0
    if lower > upper:
        findings.fault(limit.line, f"<limit>: lower {lower:g} is above upper {upper:g}")


def _check_not_negative(element: Element, keys: tuple[str, ...], findings: Findings) -> None:
    for key in keys:
        value = findings.number(element, key)
        if value is not None and value < 0.0:
            findings.fault(element.line, f"<{element.tag} {key}>: negative, {value:g}")

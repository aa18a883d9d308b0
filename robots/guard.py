"""Check a user's URDF in plain Python, before any engine sees it.

Engines trust the files they load: a second root, a loop, a mesh that is a FIFO or an index out of
range kills or hangs them.  Here all faults are found and named with their lines instead.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from robots.errors import UrdfError
from robots.findings import Fault, Findings, shorten
from robots.guard_joints import check_joint
from robots.guard_links import check_link
from robots.meshes import MeshFolder
from robots.safexml import Element, Refused, parse_xml, read_regular

MAX_FILE = 4 << 20  # bytes
MAX_LINKS = 256
MAX_REPORTED = 50  # faults named in one error
_IGNORED = {"transmission", "gazebo", "ros2_control"}  # for controllers and simulators, not for us


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a sound URDF holds."""

    path: Path
    robot: str
    root: str  # name of the base link
    links: tuple[str, ...]  # in the order of the file
    joints: tuple[str, ...]
    warnings: tuple[Fault, ...]  # what is there and is not used


def check_urdf(path: str | Path, folder: str | Path | None = None) -> Report:
    """Return what a URDF holds, or raise with everything that is wrong with it.

    Parameters
    ----------
    path : str or Path
        The URDF file.
    folder : str or Path, optional
        The model folder: meshes outside it are refused.  Default: the folder of the file.

    Raises
    ------
    UrdfError
        The file is refused; the message lists each fault as ``file:line: fault``.
    """
    return read_urdf(path, folder)[0]


def read_urdf(path: str | Path, folder: str | Path | None = None) -> tuple[Report, Element]:
    """Return the report of `check_urdf` and the checked ``<robot>`` element."""
    path = Path(path)
    findings = Findings()
    try:
        robot = parse_xml(read_regular(path, MAX_FILE))
    except Refused as refused:
        findings.fault(refused.line, str(refused))
        raise _error(path, findings) from None
    meshes = MeshFolder(Path(folder) if folder else path.parent, path.parent)
    report = _check_robot(robot, path, meshes, findings)
    if findings.faults:
        raise _error(path, findings)
    return report, robot


def _error(path: Path, findings: Findings) -> UrdfError:
    faults = sorted(set(findings.faults))
    lines = [f"{path}:{f.line}: {f.text}" if f.line else f"{path}: {f.text}" for f in faults]
    if len(lines) > MAX_REPORTED:
        lines[MAX_REPORTED:] = [f"... and {len(lines) - MAX_REPORTED} more faults"]
    return UrdfError("\n".join(lines))


def _check_robot(robot: Element, path: Path, meshes: MeshFolder, findings: Findings) -> Report:
    if robot.tag != "robot":
        findings.fault(robot.line, f"the root is <{robot.tag[:40]}>, a URDF has <robot>")
    _check_children(robot, findings)
    links, joints = robot.all("link"), robot.all("joint")
    if len(links) > MAX_LINKS or len(joints) > MAX_LINKS:
        findings.fault(robot.line, f"more than {MAX_LINKS} links or joints")
        raise _error(path, findings)
    moved = _children_of_moving_joints(joints)
    for link in links:
        check_link(link, link.attributes.get("name", "") in moved, meshes, findings)
    for joint in joints:
        check_joint(joint, findings)
    _check_mimics(joints, findings)
    root = _check_tree(robot, links, joints, findings)
    return Report(
        path=path,
        robot=robot.attributes.get("name", ""),
        root=root,
        links=tuple(link.attributes.get("name", "") for link in links),
        joints=tuple(joint.attributes.get("name", "") for joint in joints),
        warnings=tuple(sorted(set(findings.warnings))),
    )


def _check_children(robot: Element, findings: Findings) -> None:
    for child in robot.children:
        if child.tag.startswith("xacro:"):
            findings.fault(child.line, f"<{child.tag[:40]}>: this is a xacro file, expand it first")
        elif child.tag in {"deformable", "reduced_deformable"}:
            findings.fault(child.line, f"<{child.tag}>: soft bodies are not robot arms")
        elif child.tag not in {"link", "joint", "material"}:
            kind = "" if child.tag in _IGNORED else " (unknown)"
            findings.warn(child.line, f"<{child.tag[:40]}>{kind} is not used")


def _children_of_moving_joints(joints: list[Element]) -> set[str]:
    moving = (joint for joint in joints if joint.attributes.get("type") != "fixed")
    children = (joint.first("child") for joint in moving)
    return {child.attributes.get("link", "") for child in children if child}


def _check_mimics(joints: list[Element], findings: Findings) -> None:
    leads = {}
    names = {joint.attributes.get("name", "") for joint in joints}
    for joint in joints:
        mimic = joint.first("mimic")
        if mimic is None:
            continue
        lead = mimic.attributes.get("joint", "")
        leads[joint.attributes.get("name", "")] = lead
        if lead not in names:
            findings.fault(mimic.line, f"<mimic> names the joint {shorten(lead)}, which is missing")
        findings.numbers(mimic, "multiplier", 1)
        findings.numbers(mimic, "offset", 1)
    for joint in joints:
        if _leads_back(joint.attributes.get("name", ""), leads):
            findings.fault(joint.line, "<mimic> joints follow each other in a circle")


def _leads_back(name: str, leads: dict[str, str]) -> bool:
    """Tell whether following `leads` from a name returns to it."""
    at: str | None = leads.get(name)
    for _ in range(len(leads)):
        if at == name:
            return True
        at = leads.get(at) if at is not None else None
    return False


def _check_tree(
    robot: Element, links: list[Element], joints: list[Element], findings: Findings
) -> str:
    """Check that links and joints make one tree; return the name of its root."""
    _check_unique(links, "link", findings)
    _check_unique(joints, "joint", findings)
    names = {link.attributes.get("name", "") for link in links}
    parents: dict[str, str] = {}
    for joint in joints:
        parent, child = (_end(joint, key, names, findings) for key in ("parent", "child"))
        if child in parents:
            findings.fault(joint.line, f"link {shorten(child)} has two parents")
        elif child:
            parents[child] = parent
    roots = [link for link in links if link.attributes.get("name", "") not in parents]
    if not links:
        findings.fault(robot.line, "there are no links")
    elif len(roots) > 1:
        listed = ", ".join(shorten(link.attributes.get("name", "")) for link in roots[:4])
        findings.fault(roots[1].line, f"{len(roots)} root links ({listed}): a robot has one base")
    for link in links:
        if _leads_back(link.attributes.get("name", ""), parents):
            name = shorten(link.attributes.get("name", ""))
            findings.fault(link.line, f"link {name} is its own ancestor: a kinematic loop")
    return roots[0].attributes.get("name", "") if roots else ""


def _check_unique(elements: list[Element], kind: str, findings: Findings) -> None:
    seen: Counter[str] = Counter()
    for element in elements:
        name = findings.name(element)
        seen[name] += 1
        if seen[name] > 1:
            findings.fault(element.line, f"a second {kind} named {shorten(name)}")


def _end(joint: Element, key: str, names: set[str], findings: Findings) -> str:
    """Return the link at one end of a joint, empty if it is wrong."""
    ends = joint.all(key)
    if len(ends) != 1:
        findings.fault(joint.line, f"<joint> needs one <{key}>, found {len(ends)}")
        return ""
    name = ends[0].attributes.get("link", "")
    if name not in names:
        findings.fault(ends[0].line, f"<{key}> names the link {shorten(name)}, which is missing")
        return ""
    return name

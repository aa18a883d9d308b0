"""Check the links of a user's URDF: inertia, shapes and mesh files."""

import numpy as np

from robots.findings import Findings, shorten
from robots.guard_joints import check_origin
from robots.meshes import MeshFolder
from robots.safexml import Element, Refused

LEAST_MASS = 1e-9  # kg
LEAST_INERTIA = 1e-15  # kg m2: below, single precision underflows
INERTIA_KEYS = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")
_SHAPES = {
    "sphere": ("radius",),
    "cylinder": ("radius", "length"),
    "capsule": ("radius", "length"),
}


def check_link(link: Element, moved: bool, meshes: MeshFolder, findings: Findings) -> None:
    """Check one ``<link>`` by itself.

    Parameters
    ----------
    link : Element
    moved : bool
        True where a joint moves the link: then a mass of 0 makes the motion undefined.
    meshes : MeshFolder
        The files it may refer to.
    findings : Findings
        Takes what is wrong.
    """
    inertials = link.all("inertial")
    if len(inertials) > 1:
        findings.fault(inertials[1].line, "a second <inertial> in one link")
    for inertial in inertials:
        _check_inertial(inertial, moved, findings)
    for shape in link.all("collision") + link.all("visual"):
        _check_shape(shape, meshes, findings)


def _check_inertial(inertial: Element, moved: bool, findings: Findings) -> None:
    for origin in inertial.all("origin"):
        check_origin(origin, findings)
    element = inertial.first("mass")
    if element is None or "value" not in element.attributes:
        findings.fault(inertial.line, "<inertial> without a mass: leave it out or complete it")
        return
    mass = findings.number(element, "value")
    if mass is None:
        return
    if mass < 0.0:
        findings.fault(element.line, f"the mass is negative, {mass:g} kg")
    elif mass < LEAST_MASS and (mass > 0.0 or moved):
        what = "a moving link needs a mass" if mass == 0.0 else f"absurd mass {mass:g} kg"
        findings.fault(element.line, f"{what}: leave <inertial> out if it is not known")
    elif mass > 0.0:
        _check_inertia(inertial, findings)


def _check_inertia(inertial: Element, findings: Findings) -> None:
    element = inertial.first("inertia")
    if element is None:
        findings.fault(inertial.line, "<inertial> without an inertia")
        return
    missing = [key for key in ("ixx", "iyy", "izz") if key not in element.attributes]
    if missing:
        findings.fault(element.line, f"<inertia> lacks {', '.join(missing)}")
        return
    values = [findings.number(element, key) for key in INERTIA_KEYS if key in element.attributes]
    if any(value is None for value in values):
        return
    moments = np.linalg.eigvalsh(inertia_matrix(element))
    if moments[0] < LEAST_INERTIA:
        listed = ", ".join(f"{moment:.3g}" for moment in moments)
        findings.fault(
            element.line, f"<inertia> is not positive definite: principal moments {listed} kg m2"
        )
    elif moments[0] + moments[1] < moments[2] * (1.0 - 1e-3):
        findings.warn(element.line, "<inertia>: no body has these moments (triangle inequality)")


def inertia_matrix(inertia: Element) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the matrix of a checked ``<inertia>``, shape (3, 3), kg m2."""
    xx, xy, xz, yy, yz, zz = (float(inertia.attributes.get(key, "0")) for key in INERTIA_KEYS)
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def _check_shape(shape: Element, meshes: MeshFolder, findings: Findings) -> None:
    for origin in shape.all("origin"):
        check_origin(origin, findings)
    for material in shape.all("material"):
        for texture in material.all("texture"):
            _check_texture(texture, meshes, findings)
    geometries = shape.all("geometry")
    forms = [form for geometry in geometries for form in geometry.children]
    if len(geometries) != 1 or len(forms) != 1:
        findings.fault(shape.line, f"<{shape.tag}> needs one <geometry> with one shape in it")
        return
    _check_form(forms[0], meshes, findings)


def _check_form(form: Element, meshes: MeshFolder, findings: Findings) -> None:
    if form.tag in _SHAPES:
        for key in _SHAPES[form.tag]:
            findings.positive(form, key)
    elif form.tag == "box":
        size = findings.numbers(form, "size", 3)
        if "size" not in form.attributes:
            findings.fault(form.line, "<box> has no size")
        elif size is not None and min(size) < 1e-6:
            findings.fault(form.line, "<box size>: every side must be at least 1e-6 m")
    elif form.tag == "mesh":
        _check_mesh(form, meshes, findings)
    else:
        findings.fault(form.line, f"<{form.tag[:40]}> is no shape of a URDF")


def _check_mesh(mesh: Element, meshes: MeshFolder, findings: Findings) -> None:
    scale = findings.numbers(mesh, "scale", 3)
    if scale is not None and min(abs(value) for value in scale) < 1e-6:
        findings.fault(mesh.line, "<mesh scale>: flattens the mesh")
    name = mesh.attributes.get("filename", "")
    try:
        meshes.read(name)
    except Refused as refused:
        findings.fault(mesh.line, f"mesh {shorten(name, 80)} {refused}")


def _check_texture(texture: Element, meshes: MeshFolder, findings: Findings) -> None:
    name = texture.attributes.get("filename", "")
    try:
        path = meshes.path(name)
    except Refused as refused:
        findings.fault(texture.line, f"texture {shorten(name, 80)} {refused}")
        return
    if not path.is_file():
        findings.fault(texture.line, f"texture {shorten(name, 80)} is missing or not a file")

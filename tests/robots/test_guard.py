"""Claims about the check of a user's URDF: hostile files are refused by name, sound ones pass."""

import os
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots.errors import UrdfError
from robots.guard import check_urdf

INERTIAL = (
    '<inertial><mass value="1"/>'
    '<inertia ixx="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"/></inertial>'
)
LIMIT = '<limit lower="-1" upper="1" effort="10" velocity="2"/>'


def link(name, inside=INERTIAL):
    return f'<link name="{name}">{inside}</link>\n'


def joint(name, parent, child, kind="revolute", inside=LIMIT):
    return (
        f'<joint name="{name}" type="{kind}"><parent link="{parent}"/><child link="{child}"/>'
        f"{inside}</joint>\n"
    )


def robot(*parts):
    return '<?xml version="1.0"?>\n<robot name="r">\n' + "".join(parts) + "</robot>\n"


SOUND = (link("base"), link("one"), joint("j", "base", "one"))


def shape(geometry):
    return robot(
        link("base", f"<collision><geometry>{geometry}</geometry></collision>"), *SOUND[1:]
    )


def mesh(name):
    return shape(f'<mesh filename="{name}"/>')


def inertia(**values):
    numbers = {"ixx": 1, "ixy": 0, "ixz": 0, "iyy": 1, "iyz": 0, "izz": 1} | values
    words = " ".join(f'{key}="{value}"' for key, value in numbers.items())
    return robot(
        link("base"),
        link("one", f'<inertial><mass value="1"/><inertia {words}/></inertial>'),
        SOUND[2],
    )


def mass(value):
    return robot(*SOUND).replace('<mass value="1"/>', f'<mass value="{value}"/>')


def limit(text):
    return robot(*SOUND[:2], joint("j", "base", "one", inside=text))


def refused(tmp_path, text):
    path = tmp_path / "model" / "arm.urdf"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UrdfError) as caught:
        check_urdf(path)
    return str(caught.value)


STRUCTURE = {
    "two roots": (robot(*SOUND, link("loose")), ":6: 2 root links ('base', 'loose')"),
    "two parents": (
        robot(*SOUND, link("two"), joint("k", "base", "two"), joint("m", "one", "two")),
        "link 'two' has two parents",
    ),
    "a loop": (
        robot(link("a"), link("b"), joint("j", "a", "b"), joint("k", "b", "a")),
        "link 'a' is its own ancestor: a kinematic loop",
    ),
    "a loop beside a root": (
        robot(*SOUND, link("a"), link("b"), joint("x", "a", "b"), joint("y", "b", "a")),
        "a kinematic loop",
    ),
    "its own parent": (robot(*SOUND, link("a"), joint("k", "a", "a")), "a kinematic loop"),
    "a missing link": (
        robot(link("base"), joint("j", "base", "ghost")),
        ":4: <child> names the link 'ghost', which is missing",
    ),
    "no links": (robot(), "there are no links"),
    "a second link of a name": (robot(*SOUND, link("one")), "a second link named 'one'"),
    "a second joint of a name": (
        robot(*SOUND, link("two"), joint("j", "one", "two")),
        "a second joint named 'j'",
    ),
    "no parent": (robot(link("base"), '<joint name="j" type="fixed"/>'), "needs one <parent>"),
    "a name of 5000 characters": (robot(link("x" * 5000)), "has 5000 characters"),
    "a name of 500 characters": (robot(link("x" * 500)), "has 500 characters, at most 200"),
    "no name": (robot("<link/>"), "<link> has no name"),
    "a name with a line break": (robot(link("a&#10;b")), "has control characters"),
    "too many links": (robot(*(link(f"l{k}") for k in range(300))), "more than 256 links"),
    "another root element": ("<sdf/>", "the root is <sdf>, a URDF has <robot>"),
    "unexpanded macros": (robot(*SOUND, "<xacro:include/>"), "this is a xacro file"),
    "a soft body": (robot(*SOUND, "<deformable/>"), "soft bodies are not robot arms"),
    "a floating joint": (
        robot(*SOUND[:2], joint("j", "base", "one", kind="floating")),
        ":5: joint type 'floating' is not of an arm",
    ),
    "a mimic of nothing": (
        robot(*SOUND[:2], joint("j", "base", "one", inside=LIMIT + '<mimic joint="q"/>')),
        "<mimic> names the joint 'q', which is missing",
    ),
    "a mimic of itself": (
        robot(*SOUND[:2], joint("j", "base", "one", inside=LIMIT + '<mimic joint="j"/>')),
        "follow each other in a circle",
    ),
}

NUMBERS = {
    "nan": (
        limit('<limit lower="nan" upper="1" effort="1" velocity="1"/>'),
        "'nan' is not a finite",
    ),
    "inf": (
        limit('<limit lower="0" upper="1" effort="inf" velocity="1"/>'),
        "'inf' is not a finite",
    ),
    "1e999": (limit('<limit lower="0" upper="1e999" effort="1" velocity="1"/>'), "is absurd"),
    "a word": (
        limit('<limit lower="one" upper="2" effort="1" velocity="1"/>'),
        "'one' is not a finite",
    ),
    "digits of another script": (limit('<limit lower="٣" upper="9"/>'), "is not a finite"),
    "underscores": (limit('<limit lower="1_0" upper="99"/>'), "is not a finite"),
    "5000 digits": (limit(f'<limit lower="{"9" * 5000}" upper="1"/>'), "has 5000 characters"),
    "limits the wrong way round": (
        limit('<limit lower="2" upper="1"/>'),
        "lower 2 is above upper 1",
    ),
    "no limits": (limit(""), "a revolute joint needs one <limit>, found 0"),
    "a negative effort": (limit('<limit effort="-1" velocity="1"/>'), "<limit effort>: negative"),
    "a comma": (limit(LIMIT + '<origin xyz="0, 0 1"/>'), "'0,' is not a finite number"),
    "two of three": (limit(LIMIT + '<origin xyz="0 1"/>'), "3 numbers needed, found 2"),
    "an axis of no length": (limit(LIMIT + '<axis xyz="0 0 0"/>'), "<axis> has the length 0"),
    "a negative mass": (mass("-3"), "the mass is negative, -3 kg"),
    "no mass on a moving link": (mass("0"), "a moving link needs a mass"),
    "a mass of almost nothing": (mass("1e-30"), "absurd mass 1e-30 kg"),
    "a negative moment": (inertia(ixx=-1), "not positive definite"),
    "no moment about an axis": (inertia(ixx=0), "not positive definite"),
    "products beyond the moments": (inertia(ixy=5), "not positive definite"),
    "a negative friction": (limit(LIMIT + '<dynamics friction="-1"/>'), "friction>: negative"),
    "a box of no thickness": (shape('<box size="1 1 0"/>'), "every side must be at least"),
    "a sphere inside out": (shape('<sphere radius="-1"/>'), "must be at least 1e-6"),
    "a cylinder without length": (shape('<cylinder radius="1"/>'), "<cylinder> has no length"),
    "an unknown shape": (shape("<heightmap/>"), "<heightmap> is no shape"),
    "two shapes in one": (shape('<box size="1 1 1"/><box size="1 1 1"/>'), "one shape in it"),
}

BOMB = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 10))
XML = {
    "an entity bomb": (
        f'<!DOCTYPE r [<!ENTITY a0 "x">{BOMB}]><robot>&a9;</robot>',
        ":1: document type",
    ),
    "an outside entity": ('<!DOCTYPE r SYSTEM "file:///etc/passwd"><robot/>', "document type"),
    "deep nesting": ("<a>" * 40_000, "nested deeper than 32"),
    "too many elements": ("<robot>" + "<m/>" * 60_000 + "</robot>", "more than 50000 elements"),
    "half a file": (robot(*SOUND)[:-20], "not well-formed XML"),
    "nothing": (b"", "the file is empty"),
    "binary": (bytes(range(256)), "not UTF-8"),
    "UTF-16": (robot(*SOUND).encode("utf-16"), "not UTF-8"),
    "Latin-1": (b'<?xml version="1.0" encoding="latin-1"?>\n<robot name="\xe9"/>', ":2: not UTF-8"),
    "a NUL byte": (b"<robot>\n\0</robot>", ":2: contains a NUL byte"),
    "too big": (b"<robot>" + b" " * (5 << 20), "bigger than 4 MiB"),
}


@pytest.mark.parametrize("case", [*STRUCTURE, *NUMBERS, *XML])
def test_a_hostile_file_is_refused_with_its_reason(tmp_path, case):
    text, reason = {**STRUCTURE, **NUMBERS, **XML}[case]

    message = refused(tmp_path, text)

    assert reason in message
    assert message.startswith(str(tmp_path / "model" / "arm.urdf") + ":")


def stl(triangles=1, claimed=None, value=0.5):
    count = triangles if claimed is None else claimed
    return (
        b"\0" * 80 + struct.pack("<I", count) + struct.pack("<12fH", *[value] * 12, 0) * triangles
    )


def dae(
    faces='<triangles><input semantic="VERTEX" source="#v" offset="0"/><p>0 1 2</p></triangles>',
):
    return (
        '<COLLADA><library_geometries><geometry><mesh><source id="p"><float_array>0 0 0 1 0 0 0 1 0'
        '</float_array><technique_common><accessor stride="3"/></technique_common></source>'
        '<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>'
        f"{faces}</mesh></geometry></library_geometries><scene><instance_geometry/></scene></COLLADA>"
    ).encode()


OBJ = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
MESHES = {
    "range.obj": (OBJ + b"f 1 2 9\n", "line 5: face index 9 out of range (1 to 3)"),
    "zero.obj": (OBJ + b"f 0 1 2\n", "face index 0 out of range"),
    "huge.obj": (OBJ + b"f 1 2 99999999999999999999\n", "a face has the index"),
    "texture.obj": (OBJ + b"f 1/7 2/7 3/7\n", "face index 7 out of range"),
    "two.obj": (OBJ + b"f 1 2\n", "a face needs three corners"),
    "word.obj": (b"v 0 zero 0\n" + OBJ, "line 1: not a number"),
    "nan.obj": (b"v nan 0 0\n" + OBJ, "not finite"),
    "points.obj": (b"v 0 0 0\n", "has no faces"),
    "outside.obj": (b"mtllib ../../secret.mtl\n" + OBJ, "lies outside the model folder"),
    "short.stl": (stl(claimed=7), "its 7 triangles need 434"),
    "many.stl": (stl(claimed=2**32 - 1), "is 134 bytes long"),
    "nan.stl": (stl(value=float("nan")), "not finite"),
    "none.stl": (stl(0), "has no triangles"),
    "text.stl": (b"solid x\nfacet normal 0 0 0\nendsolid x\n", "is an ASCII STL"),
    "bare.dae": (b"<COLLADA/>", "has no geometry"),
    "range.dae": (dae().replace(b"0 1 2<", b"0 1 3<"), "points at data that is not there"),
    "negative.dae": (dae().replace(b"0 1 2<", b"0 1 -2<"), "points at data that is not there"),
    "faceless.dae": (dae(""), "a mesh without faces"),
    "entity.dae": (b"<!DOCTYPE a [<!ENTITY b 'c'>]><COLLADA>&b;</COLLADA>", "document type"),
    "arm.ply": (b"ply", "mesh type '.ply' is not read"),
    "empty.obj": (b"", "the file is empty"),
}


@pytest.mark.parametrize("name", MESHES)
def test_a_hostile_mesh_is_refused_with_its_reason(tmp_path, name):
    data, reason = MESHES[name]
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / name).write_bytes(data)

    assert reason in refused(tmp_path, mesh(name))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ghost.stl", "no such file"),
        ("", "only files of the model folder"),
        ("../secret.stl", "lies outside the model folder"),
        ("/etc/passwd", "lies outside the model folder"),
        ("file:///etc/passwd", "only files of the model folder"),
        ("http://example.org/a.stl", "only files of the model folder"),
        ("package://other/../../secret.stl", "lies outside the model folder"),
        ("link.stl", "lies outside the model folder"),
        ("folder.stl", "is a folder, not a file"),
        ("fifo.stl", "is a FIFO, not a file"),
    ],
)
def test_a_mesh_that_is_no_file_of_the_model_is_refused(tmp_path, name, reason):
    model = tmp_path / "model"
    (model / "folder.stl").mkdir(parents=True)
    (tmp_path / "secret.stl").write_bytes(stl())
    (model / "link.stl").symlink_to(tmp_path / "secret.stl")
    os.mkfifo(model / "fifo.stl")

    assert reason in refused(tmp_path, mesh(name))


def test_the_urdf_itself_may_be_a_fifo_a_folder_or_missing(tmp_path):
    os.mkfifo(tmp_path / "fifo.urdf")
    for name, reason in (("fifo.urdf", "FIFO"), ("", "folder"), ("ghost.urdf", "no such file")):
        with pytest.raises(UrdfError, match=reason):
            check_urdf(tmp_path / name)


def test_all_faults_are_told_at_once(tmp_path):
    text = robot(*SOUND, link("loose"), joint("k", "one", "ghost")).replace(
        'upper="1"', 'upper="x"'
    )

    message = refused(tmp_path, text.replace('value="1"', 'value="-1"'))

    assert message.count("\n") >= 6
    for reason in ("root links", "'ghost'", "'x' is not a finite", "the mass is negative"):
        assert reason in message


def test_a_sound_model_with_meshes_passes(tmp_path):
    model = tmp_path / "model"
    model.mkdir()
    (model / "a.stl").write_bytes(stl())
    (model / "a.obj").write_bytes(b"mtllib a.mtl\n" + OBJ + b"f -1 -2 -3\n")
    (model / "a.dae").write_bytes(dae())
    shapes = "".join(
        f'<visual><geometry><mesh filename="{name}" scale="1 -1 1"/></geometry></visual>'
        for name in ("a.stl", "package://model/a.obj", "a.dae")
    )
    path = model / "arm.urdf"
    path.write_text(robot(link("base", shapes), *SOUND[1:], "<gazebo/>"))

    report = check_urdf(path)

    assert (report.root, report.links, report.joints) == ("base", ("base", "one"), ("j",))
    assert [warning.text for warning in report.warnings] == ["<gazebo> is not used"]


def test_a_base_link_without_mass_is_legal(tmp_path):
    path = tmp_path / "arm.urdf"
    path.write_text(robot(link("base", '<inertial><mass value="0"/></inertial>'), *SOUND[1:]))

    assert check_urdf(path).root == "base"


def test_meshes_beside_the_folder_of_the_urdf_are_read_when_the_package_is_named(tmp_path):
    (tmp_path / "urdf").mkdir()
    (tmp_path / "meshes").mkdir()
    (tmp_path / "meshes" / "a.stl").write_bytes(stl())
    path = tmp_path / "urdf" / "arm.urdf"
    path.write_text(mesh(f"package://{tmp_path.name}/meshes/a.stl"))

    assert check_urdf(path, tmp_path).root == "base"
    with pytest.raises(UrdfError, match="no such file"):
        check_urdf(path)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_never_ends_in_another_error(tmp_path_factory, data):
    text = bytearray(robot(*SOUND, link("two"), joint("k", "one", "two")).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    path = tmp_path_factory.mktemp("fuzz") / "arm.urdf"
    path.write_bytes(text)

    try:
        report = check_urdf(path)
    except UrdfError:
        return
    assert report.root in report.links

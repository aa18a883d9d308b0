"""Claims about meshes taken apart into boxes."""

import math

import numpy as np
import pytest

from robots.errors import RobotError
from robots.frames import pose
from robots.mesh_parts import boxes, mesh_fixtures, triangles
from robots.solids import box

STL = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def block(size, at):
    surface = box(size)
    return surface.points[surface.corners] + np.array(at)


def write_stl(path, surface):
    rows = np.zeros(len(surface), STL)
    rows["corners"] = surface
    path.write_bytes(b"\0" * 80 + len(surface).to_bytes(4, "little") + rows.tobytes())
    return path


# A table: a top and four legs, far from convex.
TABLE = np.concatenate(
    [
        block((1.0, 0.6, 0.04), (0.0, 0.0, 0.7)),
        *(block((0.06, 0.06, 0.68), (x, y, 0.34)) for x in (-0.45, 0.45) for y in (-0.25, 0.25)),
    ]
)


def test_a_block_is_one_box():
    (found,) = boxes(block((0.3, 0.2, 0.1), (0.5, 0.0, 0.0)))

    assert found[0] == pytest.approx([0.35, -0.1, -0.05])
    assert found[1] == pytest.approx([0.65, 0.1, 0.05])


def test_the_boxes_cover_the_surface_and_leave_the_hollow_free():
    found = boxes(TABLE)
    draws = np.random.default_rng(1)
    weights = draws.dirichlet((1, 1, 1), (len(TABLE), 40))
    on_it = np.einsum("tkc,tcx->tkx", weights, TABLE).reshape(-1, 3)

    inside = ((on_it[:, None] >= found[:, 0] - 1e-9) & (on_it[:, None] <= found[:, 1] + 1e-9)).all(
        2
    )

    assert inside.any(axis=1).all()
    volume = np.maximum(found[:, 1] - found[:, 0], 1e-3).prod(axis=1).sum()
    assert volume < 0.2 * 1.0 * 0.6 * 0.72
    below_the_top = np.array([0.0, 0.0, 0.4])
    assert not ((below_the_top >= found[:, 0]) & (below_the_top <= found[:, 1])).all(axis=1).any()
    assert len(found) <= 48


def test_a_mesh_becomes_fixtures_where_it_stands(tmp_path):
    path = write_stl(tmp_path / "block.stl", block((300.0, 200.0, 100.0), (500.0, 0.0, 0.0)))
    where = pose((1.0, 0.0, 0.0), (0.0, 0.0, math.pi / 2))

    (one,) = mesh_fixtures("press", path, where, scale=1e-3)

    assert one.name == "press_1"
    assert one.size == pytest.approx((0.3, 0.2, 0.1))
    assert one.pose_cell_fixture[:3, 3] == pytest.approx([1.0, 0.5, 0.0])


def test_faces_of_an_obj_are_cut_into_triangles(tmp_path):
    path = tmp_path / "plate.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1/1 2/1 3/1 4/1\nvt 0 0\nf -4 -3 -2\n")
    path.write_text("vt 0 0\n" + path.read_text().replace("vt 0 0\n", ""))

    found = triangles(path)

    assert found.shape == (3, 3, 3)
    assert found[1].tolist() == [[0, 0, 0], [1, 1, 0], [0, 1, 0]]


def test_what_is_no_mesh_is_told(tmp_path):
    (tmp_path / "bad.stl").write_bytes(b"solid nonsense")
    with pytest.raises(RobotError, match=r"mesh bad.stl: is an ASCII STL"):
        triangles(tmp_path / "bad.stl")
    with pytest.raises(RobotError, match=r"mesh gone.obj"):
        triangles(tmp_path / "gone.obj")

"""Claims about the ready-made cells."""

from math import hypot

import pytest

from cells.check import check
from cells.expand import expand
from cells.load import catalogue, find_cell, load_cell


@pytest.mark.parametrize("name", catalogue())
def test_a_ready_made_cell_is_sound_and_bears_the_name_of_its_file(name):
    cell = load_cell(find_cell(name))

    assert cell.name == name
    assert check(expand(cell)) == []


@pytest.mark.parametrize("name", catalogue())
def test_a_baseline_is_a_sound_cell_beside_the_file(name):
    path = find_cell(name)
    cell = load_cell(path)

    if cell.baseline is not None:
        assert load_cell(path.parent / cell.baseline).baseline is None


def test_the_manual_cell_has_the_same_stations_and_so_meets_the_same_luck():
    robot, manual = (load_cell(find_cell(f"machine_tending{end}")) for end in ("", "_manual"))

    assert robot.stations == manual.stations
    assert robot.sources == manual.sources
    assert robot.run == manual.run
    assert {name: place.position for name, place in robot.places.items()} == {
        name: place.position for name, place in manual.places.items()
    }


def test_places_of_the_robot_cell_are_at_working_height_within_reach():
    cell = load_cell(find_cell("machine_tending"))
    x, y, _ = cell.robots["arm"].base.position

    for place in cell.places.values():
        assert 0.45 < hypot(place.position[0] - x, place.position[1] - y) < 1.05
        assert 0.8 < place.position[2] < 1.15


def test_no_place_of_the_robot_cell_is_inside_a_fixture():
    cell = load_cell(find_cell("machine_tending"))

    for place in cell.places.values():
        for fixture in cell.fixtures.values():
            assert fixture.box is not None
            gaps = [
                abs(p - q) - size / 2
                for p, q, size in zip(place.position, fixture.position, fixture.box, strict=True)
            ]
            assert max(gaps) > 0.03

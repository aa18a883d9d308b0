"""Claims about how a cell becomes a line."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cells.errors import CellError
from cells.load import load_text
from twin.build import build_line
from twin.build.nodes import ranks
from twin.build.tables import _toggles, cumulative
from twin.kernel.model import NONE
from twin.kernel.states import Choose, Dist, NodeKind
from twin.motion import MoveTimes, pose_of_place, rotation

CELL = """
taktwin: 1
name: two_stations
products: {bolt: {}, nut: {}}
sources:
  supply: {product: {bolt: 75 %, nut: 25 %}, every: 10 s, shifts: day}
stations:
  mill: {process: {bolt: 8 s, nut: {exponential: {mean: 6 s}}}, servers: 2, queue: 3,
         failures: {jam: {after: {exponential: {mean: 1 h}}, repair: 5 min}}}
  check: {process: 2 s, at: bench}
conveyors:
  belt: {length: 1.2 m, speed: 0.1 m/s, pitch: 100 mm, pick_at: end}
sinks:
  good: {place_at: door}
  bin: {counts_as: scrap, place_at: door}
operators:
  team: {count: 2, walking: 1 m/s, pick: 1 s, place: 2 s}
flow:
  - {from: supply, to: mill}
  - {from: mill, to: belt}
  - {from: belt, to: check, by: team}
  - {from: check, to: {good: 90 %, bin: 10 %}, by: team}
places:
  end: {position: [0 m, 0 m, 1 m]}
  bench: {position: [3 m, 4 m, 0.8 m]}
  door: {position: [3 m, 0 m, 1 m]}
shifts:
  day: {days: mon-fri, from: 06:00, to: 14:00}
run: {horizon: 1 day, start: mon 06:00}
"""
S = 1_000_000_000


@pytest.fixture(scope="module")
def line():
    return build_line(load_text(CELL))


def node(line, name):
    return line.nodes[line.node_names.index(name)]


def test_nodes_stand_in_the_order_sources_buffers_conveyors_stations_sinks(line):
    assert line.node_names == ("supply", "mill_queue", "belt", "mill", "check", "good", "bin")
    assert np.all(np.diff(line.nodes["kind"]) >= 0)


def test_each_server_and_each_unit_is_a_resource(line):
    assert line.resources[3:5] == ("mill[1]", "mill[2]")
    assert line.resources[-2:] == ("team[1]", "team[2]")
    assert line.resource_node[-1] == NONE
    assert line.resource_carrier[-1] == 0


def test_ranks_count_moves_to_the_nearest_sink(line):
    by_name = dict(zip(line.node_names, line.nodes["rank"].tolist(), strict=True))
    assert by_name == {
        "supply": 5,
        "mill_queue": 4,
        "mill": 3,
        "belt": 2,
        "check": 1,
        "good": 0,
        "bin": 0,
    }


def test_a_loop_without_a_sink_ranks_last():
    assert ranks(4, [3], [(0, 1), (1, 0), (2, 3)]) == [2, 2, 1, 0]


def test_a_conveyor_holds_length_over_pitch_whatever_binary_fractions_say(line):
    belt = node(line, "belt")
    assert (belt["capacity"], belt["transit"], belt["gap"]) == (12, 12 * S, S)


def test_a_product_without_a_process_time_has_none(line):
    mill = line.node_names.index("mill")
    families = line.dists["family"][line.process[mill]].tolist()
    assert families == [Dist.CONSTANT, Dist.EXPONENTIAL]
    assert np.all(line.process[line.node_names.index("supply")] == NONE)


def test_weights_become_running_sums_that_end_at_one(line):
    route = line.routes[line.route_of[line.node_names.index("check"), 0]]
    shares = line.options["cumulative"][route["first"] : route["first"] + route["count"]]
    assert route["choose"] == Choose.RANDOM
    assert shares.tolist() == [0.9, 1.0]


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=30))
def test_running_sums_never_fall_and_end_at_exactly_one(weights):
    sums = cumulative(weights)
    assert sums[-1] == 1.0
    assert all(a <= b for a, b in pairwise(sums))


def test_people_walk_straight_at_their_speed(line):
    a, b = line.places.index("end"), line.places.index("bench")
    assert line.travel[0, 0, a, b] == line.travel[0, 1, b, a] == 5 * S


def test_a_group_without_a_home_starts_where_it_first_picks(line):
    assert line.places[line.carriers["home"][0]] == "end"


def test_one_stream_a_server_and_mode(line):
    mills = line.after_stream[3:5, 0]
    assert len({*mills.tolist(), *line.repair_stream[3:5, 0].tolist(), 0}) == 5


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        (((0, 8),), (1, [8, 16])),
        (((2, 8),), (0, [2, 8])),
        (((0, 4), (6, 16)), (1, [4, 6])),
        (((2, 4), (6, 16)), (0, [2, 4, 6, 16])),
        (((0, 16),), (1, [])),
    ],
)
def test_a_period_starts_in_the_same_state_each_time(intervals, expected):
    assert _toggles(16, intervals) == expected


@given(st.lists(st.integers(0, 50), unique=True, min_size=2, max_size=20).map(sorted))
def test_toggles_say_on_exactly_inside_the_intervals(edges):
    edges = edges[: len(edges) // 2 * 2]
    intervals = tuple(zip(edges[::2], edges[1::2], strict=True))
    on, toggles = _toggles(50, intervals)
    assert len(toggles) % 2 == 0
    for instant in range(100):
        flips = instant // 50 * len(toggles) + sum(t <= instant % 50 for t in toggles)
        inside = any(a <= instant % 50 < b for a, b in intervals)
        assert (on + flips) % 2 == inside


def test_a_robot_takes_the_times_it_is_given():
    robot = "robots: {team: {model: ur10e, gripper: {mass: 1 kg, open: 0.3 s, close: 0.3 s}}}"
    text = CELL.replace(
        "operators:\n  team: {count: 2, walking: 1 m/s, pick: 1 s, place: 2 s}", robot
    )
    times = np.arange(18, dtype=np.int64).reshape(2, 3, 3) * S
    handling = np.array([1, 2, 3]) * S
    motion = {"team": MoveTimes(("door", "end", "bench"), times, handling, handling)}

    line = build_line(load_text(text), motion)

    door, bench = line.places.index("door"), line.places.index("bench")
    assert line.travel[0, 1, bench, door] == times[1, 2, 0]
    assert line.dists["a"][line.pick[0, 0, bench]] == 3 * S


def test_each_product_has_its_load_and_gripper():
    robot = "robots: {team: {model: ur10e, gripper: {mass: 1 kg, open: 0.3 s, close: 0.3 s}}}"
    text = CELL.replace(
        "operators:\n  team: {count: 2, walking: 1 m/s, pick: 1 s, place: 2 s}", robot
    )
    cell = load_text(text)
    heavy = next(iter(cell.products))
    travel = np.arange(108, dtype=np.int64).reshape(3, 6, 6) * S
    handling = np.array([[1, 2, 3], [4, 5, 6]]) * S
    places = ("door", "end", "bench")
    motion = {
        "team": MoveTimes(
            places, travel, handling, handling, load_of={heavy: 1}, gripper_of={heavy: 1}
        )
    }

    line = build_line(cell, motion)

    door, bench = line.places.index("door"), line.places.index("bench")
    load, grip = line.hands[0, 0]
    assert line.travel[0, 1 + load, grip + bench, grip + door] == travel[2, 3 + 2, 3 + 0]
    assert line.travel[0, 0, grip + bench, door] == travel[0, 3 + 2, 0]
    assert line.dists["a"][line.pick[0, load, bench]] == 6 * S


def test_a_robot_without_move_times_is_refused_unless_it_carries_nothing():
    arm = "robots: {arm: {model: ur10e, gripper: {mass: 1 kg, open: 0.3 s, close: 0.3 s}}}\n"
    idle = build_line(load_text(CELL + arm))
    assert idle.resources[-3] == "arm"
    with pytest.raises(CellError, match="robot 'arm': how long do its moves take"):
        build_line(load_text(CELL.replace("by: team", "by: arm") + arm))


@pytest.mark.parametrize("approach", ["down", "up", "+x", "-x", "+y", "-y"])
def test_the_tool_moves_in_along_its_z_axis(approach):
    text = CELL.replace(
        "end: {position: [0 m, 0 m, 1 m]}",
        f"end: {{position: [0 m, 0 m, 1 m], approach: {approach}}}",
    )
    pose = pose_of_place(load_text(text).places["end"])
    axis = {"x": [1, 0, 0], "y": [0, 1, 0], "z": [0, 0, 1]}
    sign, name = {"down": (-1, "z"), "up": (1, "z")}.get(approach) or (
        1 if approach[0] == "+" else -1,
        approach[1],
    )
    assert pose[:3, 2].tolist() == (sign * np.array(axis[name])).tolist()
    assert np.linalg.det(pose[:3, :3]) == pytest.approx(1.0)


def test_rotation_turns_about_fixed_axes_in_the_order_x_y_z():
    turned = rotation(np.pi / 2, 0.0, np.pi / 2) @ np.array([0.0, 1.0, 0.0])
    assert turned == pytest.approx([0.0, 0.0, 1.0])


def test_only_stations_have_servers(line):
    counts = np.bincount(line.resource_node[line.resource_node >= 0])
    kinds = line.nodes["kind"]
    assert counts[kinds == NodeKind.STATION].tolist() == [2, 1]
    assert np.all(counts[kinds != NodeKind.STATION] == 1)

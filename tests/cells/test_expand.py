"""Claims about the shorthands `count`, `queue` and `at`."""

from cells.expand import expand, numbered_flow
from cells.load import catalogue, find_cell, load_cell, load_text

TEXT = """taktwin: 1
name: line
products: {part: {}}
sources: {src: {product: part, every: 3 s}}
buffers: {rack: {capacity: 2, at: here}, shelf: {pick_at: here, place_at: there, at: there}}
stations:
  lathe: {process: 2 s, count: 2, places: [here, there], queue: 3}
  mill: {process: 2 s, at: here, queue: unlimited}
  saw: {process: 2 s, queue: 0}
sinks: {out: {}}
places: {here: {position: [0 m, 0 m, 0 m]}, there: {position: [1 m, 0 m, 0 m]}}
inside: [{product: part, count: 2, at: lathe_2}, {product: part, count: 1, at: rack}]
flow:
  - {from: src, to: {lathe: 60 %, saw: 40 %}}
  - {from: lathe, to: [rack, mill, shelf]}
  - {from: [rack], to: mill}
  - {from: shelf, to: mill}
  - {from: mill, to: out}
  - {from: saw, to: lathe_1}
run: {horizon: 1 h}
""".replace("[rack]", "rack")


def test_count_makes_machines_each_at_its_place_with_its_own_queue():
    cell = expand(load_text(TEXT))

    assert list(cell.stations) == ["lathe_1", "lathe_2", "mill", "saw"]
    assert [station.at for station in cell.stations.values()] == ["here", "there", "here", None]
    assert {(s.count, s.places, s.queue) for s in cell.stations.values()} == {(None, None, None)}
    assert list(cell.buffers) == ["rack", "shelf", "lathe_1_queue", "lathe_2_queue", "mill_queue"]
    assert [b.capacity for b in cell.buffers.values()] == [2, None, 3, 3, None]


def test_parts_go_into_the_queue_and_from_it_to_the_station():
    flow = [(entry.from_, entry.to) for entry in expand(load_text(TEXT)).flow]

    assert flow == [
        ("src", {"lathe_1_queue": 0.3, "lathe_2_queue": 0.3, "saw": 0.4}),
        ("lathe_1", ["rack", "mill_queue", "shelf"]),
        ("lathe_2", ["rack", "mill_queue", "shelf"]),
        ("rack", "mill_queue"),
        ("shelf", "mill_queue"),
        ("mill", "out"),
        ("saw", "lathe_1_queue"),
        ("lathe_1_queue", "lathe_1"),
        ("lathe_2_queue", "lathe_2"),
        ("mill_queue", "mill"),
    ]


def test_every_expanded_entry_remembers_the_one_that_was_written():
    numbers = [k for k, _ in numbered_flow(load_text(TEXT))]

    assert numbers == [0, 1, 1, 2, 3, 4, 5, -1, -1, -1]


def test_places_of_buffers_and_queues_are_filled_in():
    buffers = expand(load_text(TEXT)).buffers

    assert (buffers["rack"].pick_at, buffers["rack"].place_at) == ("here", "here")
    assert (buffers["shelf"].pick_at, buffers["shelf"].place_at) == ("here", "there")
    assert (buffers["lathe_2_queue"].pick_at, buffers["lathe_2_queue"].place_at) == ("there",) * 2


def test_parts_inside_at_a_station_start_in_its_queue():
    assert [entry.at for entry in expand(load_text(TEXT)).inside] == ["lathe_2_queue", "rack"]


def test_an_expanded_cell_is_its_own_expansion():
    for cell in (load_text(TEXT), *(load_cell(find_cell(name)) for name in catalogue())):
        once = expand(cell)
        assert expand(once) == once

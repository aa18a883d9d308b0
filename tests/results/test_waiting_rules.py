"""Claims about what a report says of the ways parts arrive, wait and line up."""

from cells.load import load_text
from twin.build import build_line
from twin.results.conventions import conventions

CELL = """
taktwin: 1
name: told
products: {p: {}}
sources: {src: {product: p, every: 10 s, shifts: day, off_shift: lost, patience: 1 h}}
buffers: {rack: {order: lifo, dwell: 90 s}}
conveyors: {belt: {length: 2 m, speed: 1 m/s, pitch: 1 m, accumulating: false}}
sinks: {out: {}}
flow:
  - {from: src, to: rack}
  - {from: rack, to: belt, at_most: {belt: 2}, otherwise: out}
  - {from: belt, to: out}
shifts: {day: {from: 06:00, to: 14:00}}
run: {horizon: 1 week}
"""


def test_a_report_tells_the_rules_of_waiting():
    told = conventions(build_line(load_text(CELL)))

    for sentence in (
        "Arrivals at src are lost while it is off shift.",
        "Parts that wait at src beyond their patience leave the line and count as scrap.",
        "rack offers the part that came last first.",
        "Parts stay in rack for at least 90 s.",
        "belt stands while the part at its end is not taken.",
        "A part that has gone a limited way as often as it may is sent elsewhere.",
    ):
        assert sentence in told


def test_it_says_nothing_of_what_is_first_come_first_served():
    plain = CELL.replace(", shifts: day, off_shift: lost, patience: 1 h", "")
    plain = plain.replace("order: lifo, dwell: 90 s", "").replace(", accumulating: false", "")
    plain = plain.replace(", at_most: {belt: 2}, otherwise: out", "")

    told = " ".join(conventions(build_line(load_text(plain))))

    assert not any(name in told for name in ("rack", "belt", "src"))

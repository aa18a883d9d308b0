"""Claims about the ways of parts through a cell."""

import pytest

from cells.errors import CellFileError
from cells.load import load_text
from tests.cell_texts import TWO_WAYS, faults_of


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        (
            {"flow": "[{from: src, to: [mill, lathe]}, {from: lathe, to: out}]"},
            "5: stations.mill: parts of product 'part' get to 'mill' and have no way on;"
            " add to flow an entry {from: mill, to: ..., product: part}",
        ),
        ({"flow": "[]"}, "sources.src: parts of product 'part' get to 'src' and have no way on"),
        (
            {"flow": "[{from: src, to: mill}, {from: mill, to: out}]"},
            "5: stations.lathe: nothing ever gets to 'lathe_1'",
        ),
        ({"sinks": "{out: {}, scrap: {}}"}, "6: sinks.scrap: nothing ever gets to 'scrap'"),
        (
            {"flow": "[{from: src, to: mill}, {from: mill, to: lathe}, {from: lathe, to: mill}]"},
            "4: sources.src: parts of product 'part' can never leave: no sink can"
            " be reached from src",
        ),
        (
            {
                "sources": TWO_WAYS,
                "stations": "{mill: {process: {part: 2 s}}, lathe: {process: 1 s}}",
            },
            "stations.mill.process: no process time for product 'other', which gets to 'mill'",
        ),
        ({"sources": "{}", "flow": "[]"}, "4: sources: nothing ever enters the cell"),
        (
            {
                "sources": "{src: {product: part, saturated: true}}",
                "more": "buffers: {heap: {}}",
                "flow": "[{from: src, to: [mill, lathe, heap]}, {from: heap, to: out},"
                " {from: mill, to: out}, {from: lathe, to: out}]",
            },
            "a saturated source without `limit` fills 'heap' without end",
        ),
        (
            {
                "sources": "{src: {product: part, saturated: true}}",
                "flow": "[{from: src, to: out}]",
            },
            "fills 'out' without end",
        ),
        (
            {
                "stations": "{mill: {process: 0 s, queue: 1}, lathe: {process: 0 s}}",
                "flow": "[{from: src, to: mill}, {from: mill, to: lathe}, {from: lathe, to: mill}]",
            },
            "go round for ever in no time: ",
        ),
        (
            {"more": "inside: [{product: part, count: 2, at: mill}]"},
            "9: inside[0].at: 'mill' has no queue; write `queue: 2` at it",
        ),
        (
            {"more": "inside: [{product: part, count: 2, at: lathe}]"},
            "'lathe' stands for several machines; name one of lathe_1, lathe_2",
        ),
        (
            {
                "stations": "{mill: {process: 2 s, queue: 1}, lathe: {process: 1 s}}",
                "more": "inside: [{product: part, count: 2, at: mill}]",
            },
            "2 parts do not fit into 'mill_queue'",
        ),
    ],
)
def test_a_way_that_leads_nowhere_is_told_with_its_place(parts, fault):
    assert fault in faults_of(**parts)


def test_buffers_between_which_parts_could_circle_at_one_instant_are_refused():
    text = """
taktwin: 1
name: shuttle
products: {a: {}}
sources: {s: {product: a, every: 1 s}}
buffers: {b1: {capacity: 1}, b2: {capacity: 1}}
sinks: {out: {}}
flow:
  - {from: s, to: b1}
  - {from: b1, to: [b2, out]}
  - {from: b2, to: b1}
run: {horizon: 1 h}
"""
    with pytest.raises(CellFileError, match=r"could circle among buffers \(b1, b2\) in no time"):
        load_text(text)

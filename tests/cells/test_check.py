"""Claims about the check of a whole cell: all faults at once, and none where all is well."""

import pytest

from cells.check import check
from cells.expand import expand
from cells.load import load_text
from tests.cell_texts import TWO_WAYS, faults_of, text_of


def test_a_sound_cell_has_no_problems_nor_has_its_expansion():
    cell = load_text(text_of())

    assert check(cell) == []
    assert check(expand(cell)) == []


def test_faults_of_names_and_of_values_are_told_together():
    told = faults_of(
        flow="[{from: src, to: mil}]", run=", takt: 0 s", sources="{src: {product: pt}}"
    )

    assert [line.split(": ")[1] for line in told.splitlines()] == [
        "sources.src",
        "sources.src.product",
        "flow[0].to",
        "run.takt",
    ]


@pytest.mark.parametrize(
    "parts",
    [
        # rework with a way out, and a loop that takes time
        {
            "flow": "[{from: src, to: [mill, lathe]}, {from: lathe, to: mill},"
            " {from: mill, to: {lathe: 100 %, out: 0 %}}]"
        },
        # a closed loop needs no source and reaches no sink
        {
            "sources": "{}",
            "stations": "{mill: {process: 2 s, queue: 4}}",
            "sinks": "{}",
            "flow": "[{from: mill, to: mill}]",
            "more": "inside: [{product: part, count: 2, at: mill}]",
        },
        # a limited source may fill a loop
        {
            "sources": "{src: {product: part, every: 1 s, limit: 3}}",
            "sinks": "{}",
            "stations": "{mill: {process: 2 s, queue: 4}}",
            "flow": "[{from: src, to: mill}, {from: mill, to: mill}]",
            "more": "inside: [{product: part, count: 1, at: mill}]",
        },
        # one entry for a product beside one for the rest
        {
            "sources": TWO_WAYS,
            "flow": "[{from: src, to: mill, product: part}, {from: src, to: lathe},"
            " {from: mill, to: out}, {from: lathe, to: out}]",
        },
        # people find their way without places
        {
            "flow": "[{from: src, to: [mill, lathe], by: crew}, {from: mill, to: out},"
            " {from: lathe, to: out}]",
            "more": "operators: {crew: {pick: 1 s, place: 1 s}}",
        },
    ],
    ids=["rework", "closed", "limited", "per product", "people"],
)
def test_sound_cells_of_every_kind_pass(parts):
    cell = load_text(text_of(**parts))

    assert check(expand(cell)) == []

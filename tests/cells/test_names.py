"""Claims about names: each declared once, each reference to something declared."""

import pytest

from tests.cell_texts import ARM, faults_of


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        (
            {"flow": "[{from: src, to: mil}]"},
            "7: flow[0].to: no buffer, conveyor, station or sink named 'mil'."
            "  Did you mean 'mill'?  Known: lathe, lathe_1, lathe_2, mill, out",
        ),
        ({"flow": "[{from: out, to: mill}]"}, "7: flow[0].from: no source, buffer, conveyor or"),
        ({"flow": "[{from: src, to: src}]"}, "flow[0].to: no buffer, conveyor, station or sink"),
        (
            {"flow": "[{from: src, to: mill, by: arn}]", "more": ARM},
            "flow[0].by: no robot or operator named 'arn'.  Did you mean 'arm'?",
        ),
        (
            {"flow": "[{from: src, to: mill, product: prt}]"},
            "no product named 'prt'.  Did you mean",
        ),
        ({"sources": "{src: {product: pat, every: 3 s}}"}, "4: sources.src.product: no product"),
        (
            {"sources": "{src: {product: part, every: 3 s, shifts: day}}"},
            "sources.src.shifts: no shift pattern named 'day'.  Known: none",
        ),
        (
            {"stations": "{mill: {process: {prt: 2 s}, at: her}}"},
            "stations.mill.process.prt: no prod",
        ),
        ({"stations": "{mill: {process: 2 s, at: her}}"}, "stations.mill.at: no place named 'her'"),
        (
            {"stations": "{mill: {process: 2 s}, src: {process: 2 s}}"},
            "stations.src: the name 'src' is already taken by sources.src; choose another",
        ),
        (
            {"stations": "{mill: {process: 2 s, count: 2}, mill_2: {process: 2 s}}"},
            "the name 'mill_2'",
        ),
        (
            {"more": "buffers: {mill_queue: {}}", "stations": "{mill: {process: 2 s, queue: 2}}"},
            "5: stations.mill.queue: the name 'mill_queue' is already taken by buffers.mill_queue",
        ),
        (
            {"more": "inside: [{product: part, count: 1, at: out}]"},
            "inside[0].at: no buffer, conveyor",
        ),
    ],
)
def test_a_wrong_name_is_told_with_its_place_and_those_that_would_do(parts, fault):
    assert fault in faults_of(**parts)

"""Stations that say themselves where their parts go."""

import numpy as np
import pytest

from cells.canonical import canonical_json
from cells.load import load_text
from tests.cell_texts import faults_of
from tests.test_engines_agree import kernel, reference
from twin.build import build_line
from twin.kernel.model import NS_PER_S as NS

TEXT = """taktwin: 1
name: inspection
products: {{p: {{}}}}
sources: {{s: {{product: p, every: 5 s}}}}
buffers: {{rack: {{}}}}
stations:
  mill: {{process: 2 s, queue: unlimited, then: {{good: inspect}}}}
  inspect: {{process: 1 s, queue: unlimited{then}}}
sinks: {{out: {{}}{sink}}}
flow:
  - {{from: s, to: mill}}
  - {{from: rack, to: out}}
{flow}
run: {{horizon: 1 h}}
"""

SHORT = {"then": ", then: {good: rack, scrap: 2.5 %, rework: {mill: 5 %}}", "sink": "", "flow": ""}
LONG = {
    "then": "",
    "sink": ", inspect_scrap: {counts_as: scrap}",
    "flow": "  - {from: inspect, to: {rack: 92.5 %, mill: 5 %, inspect_scrap: 2.5 %}}",
}


@pytest.mark.parametrize("engine", [kernel, reference], ids=["kernel", "reference"])
def test_it_is_short_for_an_entry_with_shares_and_a_sink_for_scrap(engine):
    lines = [build_line(load_text(TEXT.format(**how))) for how in (SHORT, LONG)]
    logs = [engine.simulate(line, seed=3, end=9_000 * NS).log.activities for line in lines]

    assert lines[0].node_names == lines[1].node_names
    assert np.array_equal(*logs)


def test_it_is_part_of_the_model():
    cell = load_text(TEXT.format(**SHORT))

    assert load_text(canonical_json(cell)) == cell


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        (", then: {good: store}", "stations.mill.then: parts leaving 'mill' have an entry already"),
        (", then: {good: stroe}", "no buffer, conveyor, station or sink named 'stroe'.  Did you"),
        (", then: {good: store, scrap: 100 %}", "no part would be good"),
        (", then: {scrap: 2 %}", "stations.mill.then.good"),
        (", then: {good: store, rework: {store: 2 %}}", "'store' is where good parts go"),
    ],
)
def test_what_makes_no_sense_is_refused(more, fault):
    assert fault in faults_of(
        stations=f"{{mill: {{process: 5 s{more}}}}}",
        more="buffers: {store: {}}",
        flow="[{from: src, to: mill}, {from: mill, to: store}, {from: store, to: out}]",
    )

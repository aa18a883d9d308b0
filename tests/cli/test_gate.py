"""Claims about the gate of `taktwin compare`."""

import pytest
import typer

from twin.cli.gate import Gate, read_gate
from twin.results.model import SHARE, Comparison, ComparisonRow, Estimate


def share(mean, low, high):
    return Estimate(mean=mean, low=low, high=high, n=30, unit=SHARE)


def comparison(relative, kpi="good parts per week"):
    row = ComparisonRow(
        kpi=kpi,
        candidate=share(1, 1, 1),
        baseline=share(1, 1, 1),
        difference=share(0, 0, 0),
        relative=relative,
        variance_reduction=1.0,
        better=None,
    )
    return Comparison(
        candidate="a",
        baseline="b",
        seed=1,
        replications=30,
        rows=(row,),
        verdict="",
        notes=(),
    )


def test_no_gate_asks_nothing():
    assert read_gate(None) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("throughput >= -1%", Gate("throughput", True, -0.01)),
        (" lead_time<=+2.5 % ", Gate("lead_time", False, 0.025)),
    ],
)
def test_a_gate_reads_as_it_is_written(text, expected):
    assert read_gate(text) == expected


@pytest.mark.parametrize("text", ["", "throughput", "speed >= 1%", "throughput = 1%", "wip >= 1"])
def test_what_cannot_be_read_says_how_to_write_it(text):
    with pytest.raises(typer.BadParameter, match="write for example 'throughput >= -1%'"):
        read_gate(text)


def test_only_what_the_whole_interval_shows_passes():
    gate = Gate("throughput", True, -0.01)
    assert gate.judge(comparison(share(0.0, -0.005, 0.005)))[0]
    passed, sentence = gate.judge(comparison(share(0.0, -0.02, 0.02)))
    assert not passed
    assert sentence.startswith("gate FAILED: throughput +0.00% (-2.00% to +2.00%)")


def test_an_upper_bound_looks_at_the_upper_end():
    gate = Gate("energy", False, 0.0)
    worse = comparison(share(-0.01, -0.03, 0.01), "energy per good part")
    assert not gate.judge(worse)[0]


def test_a_kpi_the_cells_do_not_give_is_an_error():
    with pytest.raises(typer.BadParameter, match="no energy to compare"):
        Gate("energy", True, 0.0).judge(comparison(share(0, 0, 0)))

"""Claims about what a good part costs."""

import pytest

from cells.errors import CellFileError
from cells.load import load_text
from tests.results.sample_lines import HOUR, ONE_MACHINE, SHIFTED, cell_and_line, tallied
from twin.results.kpi import summarise

PRICED = ONE_MACHINE.replace("{shaft: {}}", "{shaft: {material_cost: 2 GBP}}").replace(
    "process: 10 s,", "process: 10 s, cost: {per_hour: 36 GBP/h, per_part: 0.05 GBP},"
)


def summary(text, end):
    cell, line = cell_and_line(text)
    return summarise(cell, line, tallied(line, end=end))


def test_a_part_costs_its_material_its_share_of_the_hour_and_its_electricity():
    costs = summary(PRICED, 10 * HOUR).costs

    # 360 parts an hour: 36 GBP/h is 0.10 GBP a part; 0.01 kWh a part at 0.25 GBP/kWh.
    assert costs.by_kind["material"].mean == pytest.approx(2.0)
    assert costs.by_kind["machines"].mean == pytest.approx(0.10 + 0.05)
    assert costs.by_kind["electricity"].mean == pytest.approx(0.0025, rel=1e-3)
    assert costs.per_good_part.mean == pytest.approx(2.1525, rel=1e-3)
    assert costs.per_good_part.unit == "GBP/part"
    assert costs.missing == ()


def test_scrap_is_paid_for_by_the_good_parts():
    priced = SHIFTED.replace(
        "{shaft: {}, disc: {}}",
        "{shaft: {material_cost: 3 EUR}, disc: {material_cost: 3 EUR}}",
    )
    found = summary(priced, 48 * HOUR)

    good, scrap = found.output.mean, found.scrap.mean
    assert scrap > 0
    assert found.costs.by_kind["material"].mean == pytest.approx(3.0 * (good + scrap) / good)


def test_hours_off_shift_are_not_paid():
    priced = SHIFTED.replace("process: 15 s", "process: 15 s\n    cost: {per_hour: 10 EUR/h}")
    costs = summary(priced, 48 * HOUR).costs

    assert costs.total.mean == pytest.approx(12 * 10.0)  # 6 of every 24 hours
    assert costs.missing == ("mill",)


def test_without_a_price_there_is_no_cost():
    assert summary(ONE_MACHINE, HOUR).costs is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("36 GBP", "expected what an hour costs, such as 3.10 GBP/h; found '36 GBP'"),
        ("36", "expected what an hour costs, such as 3.10 GBP/h; found 36"),
        ("36 EUR/h", "this is in EUR and other amounts are in GBP; use one currency"),
        ("-1 GBP/h", "expected what an hour costs"),
    ],
)
def test_a_wrong_price_is_told_with_its_line(wrong, told):
    with pytest.raises(CellFileError) as error:
        load_text(PRICED.replace("36 GBP/h", wrong), "cell.yaml")

    assert told in str(error.value)
    assert "cell.yaml:7" in str(error.value)
    assert "stations.mill.cost.per_hour" in str(error.value)

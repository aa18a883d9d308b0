"""Claims about order lists: what they mean, and what is said about wrong ones."""

import pytest

from cells.canonical import canonical_json, model_id
from cells.errors import CellFileError
from cells.load import load_cell, load_text
from cells.orders import Moment
from cells.weekdays import DAY

S = 10**9
CELL = """taktwin: 1
name: shop
products: {shaft: {}, lid: {}}
sources: {book: {orders: orders.csv}}
stations: {mill: {process: 1 min, queue: {order: earliest_due}}}
sinks: {out: {}}
flow: [{from: book, to: mill}, {from: mill, to: out}]
run: {horizon: 1 week, start: tue 06:00}
"""
ROWS = "release,product,quantity,due,priority\nmon 06:00,shaft,3,tue 14:00,1\n90 min,lid,,2 h,\n"


def load(folder, rows: str = ROWS, cell: str = CELL, name: str = "orders.csv"):
    (folder / name).write_text(rows, encoding="utf-8")
    path = folder / "cell.yaml"
    path.write_text(cell, encoding="utf-8")
    return load_cell(path)


def test_the_rows_of_a_file_become_orders(tmp_path):
    first, second = load(tmp_path).sources["book"].orders.rows

    assert (first.product, first.quantity, first.priority) == ("shaft", 3, 1)
    # Mondays come six days after the start, and the Tuesday after that is the due date.
    assert first.release.after("tue 06:00") == 6 * DAY
    assert first.due.after("tue 06:00", 6 * DAY) == 7 * DAY + 8 * 3600 * S
    assert (second.product, second.quantity, second.priority) == ("lid", 1, None)
    assert second.release == Moment(5400 * S, weekly=False)


def test_the_orders_are_part_of_the_cell_and_need_the_file_no_more(tmp_path):
    cell = load(tmp_path)
    again = load_text(canonical_json(cell))

    assert again == cell
    assert model_id(again) == model_id(cell)
    assert model_id(load(tmp_path, ROWS.replace("lid,,", "lid,2,"))) != model_id(cell)


@pytest.mark.parametrize(
    "rows",
    [
        ROWS.replace(",", ";"),
        ROWS.replace(",", " , "),
        "\ufeff" + ROWS.replace("\n", "\r\n"),
        ROWS.replace("release,product", "Release,PRODUCT"),
        ROWS.replace("\n90", "\n\n90"),
        ROWS.replace("shaft", '"shaft"'),
    ],
)
def test_what_a_spreadsheet_may_make_of_it_means_the_same(rows, tmp_path):
    assert load(tmp_path, rows) == load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("3,tue", "0,tue", "orders.csv:2: quantity: expected a whole number from 1 to 100000;"),
        ("3,tue", "3.5,tue", "orders.csv:2: quantity: expected a whole number; found '3.5'"),
        ("90 min", "90", "orders.csv:3: release: expected a time after the start, such as 90 min"),
        ("90 min", "", "orders.csv:3: release: a value is required"),
        ("90 min", "1 h, 2", "orders.csv:3: expected 5 values, as the first row has; found 6"),
        ("due", "deu", "orders.csv:1: no column named 'deu'.  Did you mean 'due'?"),
        ("due", "product", "orders.csv:1: the column product is there twice"),
        ("release", "priority", "orders.csv:1: a column `release` is required"),
        ("shaft", "shift", "orders.csv:2: product: no product named 'shift'.  Did you mean"),
        ("2 h", "1 h", "orders.csv:3: due: the order is due before its release"),
        ("1\n", '"1\n', "not a CSV row"),
        (",lid,", ",,", "orders.csv:3 names no product; name one there, or here for all"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told_with_file_line_and_column(old, new, message, tmp_path):
    with pytest.raises(CellFileError) as found:
        load(tmp_path, ROWS.replace(old, new, 1))

    assert f"{tmp_path / 'cell.yaml'}:4: sources.book" in str(found.value)
    assert message in str(found.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("other.csv", "there is no such file in the folder of the cell file"),
        ("../orders.csv", "only files in the folder of the cell file are read"),
        ("/etc/passwd", "expected the name of a CSV file"),
        ("/etc/orders.csv", "only files in the folder of the cell file are read"),
        ("cell.yaml", "expected the name of a CSV file"),
        ("a\\0.csv", "cannot be read"),
    ],
)
def test_only_a_list_beside_the_cell_file_is_read(name, message, tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (tmp_path / "orders.csv").write_text(ROWS, encoding="utf-8")

    with pytest.raises(CellFileError, match=r"sources\.book\.orders: .*" + message):
        load(inner, cell=CELL.replace("orders.csv", f'"{name}"'))


@pytest.mark.parametrize("rows", ["", "\n\n", "release\n"])
def test_a_list_without_orders_is_refused(rows, tmp_path):
    with pytest.raises(CellFileError, match=r"sources\.book\.orders: .*(no rows|empty)"):
        load(tmp_path, rows)


def test_a_list_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "orders.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "cell.yaml").write_text(CELL, encoding="utf-8")

    with pytest.raises(CellFileError, match=r"orders\.csv.*not UTF-8 text"):
        load_cell(tmp_path / "cell.yaml")


def test_many_wrong_rows_are_counted(tmp_path):
    with pytest.raises(CellFileError, match=r"orders\.csv:6: .*; and 15 more rows$"):
        load(tmp_path, "release\n" + "soon\n" * 20)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{product: lid}", "give exactly one of `every: 40 s`"),
        ("{product: lid, timetable: []}", "timetable: the list is empty"),
        ("{timetable: [06:00]}", "product: time 1 names no product"),
        ("{product: lid, timetable: [25:00]}", "timetable: 1. time: expected a time of day"),
        ("{product: lid, timetable: [{at: 06:00, quantity: 0}]}", "at least 1; found 0"),
        ("{timetable: [{at: 06:00, product: lit}]}", "timetable[0]: no product named 'lit'"),
        ("{product: lid, timetable: [06:00], batch: 2}", "batch: `batch` goes with `every`"),
        ("{product: lid, timetable: [06:00], first: 2 s}", "first: `first` goes with `every`"),
        ("{every: 5 s}", "product: this key is required"),
        ("{product: lid, every: 5 s, off_shift: lost}", "off_shift: the source has no `shifts`"),
        ("{product: lid, saturated: true, off_shift: lost}", "off_shift: a source that is sat"),
        (
            "{product: lid, timetable: [06:00], shifts: day, off_shift: pause}",
            "off_shift: `pause` goes with `every`",
        ),
        ("{orders: 5}", "orders: expected the name of a CSV file beside the cell file"),
        ("{product: lid, every: 5 s}", "stations.mill.queue.order: no part has a due date"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(source, message):
    text = CELL.replace("{orders: orders.csv}", source)
    text += "shifts: {day: {from: 06:00, to: 14:00}}\n"

    with pytest.raises(CellFileError) as found:
        load_text(text)

    assert message in str(found.value)

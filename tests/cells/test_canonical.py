"""Claims about the canonical text and the model id."""

import pytest

from cells.canonical import canonical_json, model_id
from cells.load import catalogue, find_cell, load_cell, load_text

TEXT = """taktwin: 1
name: line
products: {part: {}}
sources: {src: {product: part, every: {exponential: {mean: 3 min}}}}
stations:
  mill: {process: {lognormal: {mean: 71 s, cv: 0.05}}, queue: 4, shifts: day}
  lathe: {process: 2 s}
sinks: {out: {}}
places: {b: {position: [0.1 m, 0 m, 0 m]}, a: {position: [1 m, 0 m, 0 m], turn: 90 deg}}
shifts: {day: {from: 06:00, to: 14:30, breaks: [09:00-09:20]}}
flow: [{from: src, to: [mill, lathe]}, {from: mill, to: out}, {from: lathe, to: {out: 100 %}}]
energy: {price: 0.245 GBP/kWh}
run: {horizon: 1 h, warm_up: 10 min}
"""


@pytest.mark.parametrize("text", [TEXT, *map(find_cell, catalogue())], ids=["text", *catalogue()])
def test_the_canonical_text_is_a_cell_file_of_the_same_cell(text):
    cell = load_text(text) if isinstance(text, str) else load_cell(text)
    again = load_text(canonical_json(cell))

    assert again == cell
    assert model_id(again) == model_id(cell)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: line", "# a comment\nname:    'line'"),
        ("3 min", "180 s"),
        ("0.1 m", "100 mm"),
        ("100 %", "1"),
        ("queue: 4,", "queue: 4, servers: 1, failures: {},"),
        ("price: 0.245 GBP/kWh", "price: '0.245 GBP/kWh'"),
        (
            "b: {position: [0.1 m, 0 m, 0 m]}, a: {position: [1 m, 0 m, 0 m], turn: 90 deg}",
            "a: {turn: 90 deg, position: [1 m, 0 m, 0 m]}, b: {position: [0.1 m, 0 m, 0 m]}",
        ),
        ("taktwin: 1\nname: line\n", "name: line\ntaktwin: 1\n"),
    ],
)
def test_what_means_the_same_has_the_same_id(old, new):
    assert old in TEXT
    assert model_id(load_text(TEXT.replace(old, new))) == model_id(load_text(TEXT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("71 s", "71.000000001 s"),
        ("queue: 4", "queue: 5"),
        ("[mill, lathe]", "[lathe, mill]"),
        ("sources: {src", "sources: {other: {product: part, every: 1 s}, src"),
        ("1 h", "2 h"),
    ],
)
def test_what_means_something_else_has_another_id(old, new):
    more = "flow: [{from: other, to: mill}, " if "other" in new else "flow: ["
    changed = TEXT.replace(old, new).replace("flow: [", more)

    assert model_id(load_text(changed)) != model_id(load_text(TEXT))


def test_the_order_of_stations_counts_because_it_decides_ties():
    lines = TEXT.splitlines(keepends=True)
    swapped = "".join([*lines[:5], lines[6], lines[5], *lines[7:]])

    assert model_id(load_text(swapped)) != model_id(load_text(TEXT))


def test_an_id_is_the_sha_256_of_the_text_whatever_the_process():
    text = "taktwin: 1\nname: a\nproducts: {p: {}}\nsources: {s: {product: p, every: 1 s}}\n"
    text += "sinks: {o: {}}\nflow: [{from: s, to: o}]\nrun: {horizon: 1 h}\n"

    assert canonical_json(load_text(text)) == (
        '{"taktwin": 1, "name": "a", "products": {"p": {}}, "sources": {"s": {"product": "p", '
        '"every": "1000000000.0 ns"}}, "sinks": {"o": {}}, "flow": [{"from": "s", "to": "o"}], '
        '"run": {"horizon": "3600000000000 ns"}}'
    )

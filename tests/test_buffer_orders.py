"""Buffers in other orders than that of entry: traces by hand, and closed forms, on both engines."""

import numba
import pytest

from cells.errors import CellFileError
from cells.load import load_text
from tests.test_truth import judge
from tests.truth_plans import Runs
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import replicate
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.kernel.tally import Tally
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])
COMPILED = not numba.config.DISABLE_JIT


def line_of(body: str) -> Line:
    head = "taktwin: 1\nname: ordered\nrun: {horizon: 1 h}\nsinks: {out: {}}\n"
    return build_line(load_text(head + body))


def worked(line: Line, simulate, station: str = "A") -> list[tuple[str, float]]:
    """Return product and begin, s, of every operation of a station."""
    rows = simulate(line, seed=1, end=3_600 * NS_PER_S).log.activities
    resource = line.resources.index(station)
    chosen = rows[(rows["resource"] == resource) & (rows["state"] == State.WORKING)]
    return [(line.products[row["product"]], row["t0"] / NS_PER_S) for row in chosen]


ONE_OF_EACH = """
products: {a: {priority: 2}, b: {priority: 1}, c: {priority: 1}, first: {priority: 9}}
sources:
  s0: {product: first, every: 1 h, first: 0 s, limit: 1}
  s1: {product: a, every: 1 h, first: 1 s, limit: 1}
  s2: {product: b, every: 1 h, first: 2 s, limit: 1}
  s3: {product: c, every: 1 h, first: 3 s, limit: 1}
stations:
  A: {process: {a: 3 s, b: 5 s, c: 4 s, first: 10 s}, queue: {order: ORDER}}
flow:
  - {from: s0, to: A}
  - {from: s1, to: A}
  - {from: s2, to: A}
  - {from: s3, to: A}
  - {from: A, to: out}
"""


@ENGINES
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("fifo", [("a", 10), ("b", 13), ("c", 18)]),
        ("lifo", [("c", 10), ("b", 14), ("a", 19)]),
        ("priority", [("b", 10), ("c", 15), ("a", 19)]),
        ("shortest", [("a", 10), ("c", 13), ("b", 17)]),
    ],
)
def test_a_queue_offers_its_parts_in_its_order(order, expected, simulate):
    line = line_of(ONE_OF_EACH.replace("ORDER", order))

    assert worked(line, simulate) == [("first", 0), *expected]


@ENGINES
def test_a_part_that_a_carrier_comes_for_is_not_replaced(simulate):
    line = line_of("""
products: {slow: {priority: 2}, urgent: {priority: 1}}
sources:
  s1: {product: slow, every: 1 h, first: 0 s, limit: 2, batch: 2}
  s2: {product: urgent, every: 1 h, first: 1 s, limit: 1}
buffers: {rack: {order: priority, at: west}}
stations: {A: {process: 1 s, at: east}}
operators: {anna: {walking: 1 m/s, pick: 0 s, place: 0 s, home: east}}
places: {west: {position: [0 m, 0 m, 0 m]}, east: {position: [3 m, 0 m, 0 m]}}
flow:
  - {from: s1, to: rack}
  - {from: s2, to: rack}
  - {from: rack, to: A, by: anna}
  - {from: A, to: out}
""")

    # She walks to the first slow part from 0 to 3; the urgent one goes before the second.
    assert worked(line, simulate) == [("slow", 6), ("urgent", 13), ("slow", 20)]


@ENGINES
def test_a_new_offer_makes_a_new_choice(simulate):
    line = line_of("""
products: {low: {priority: 2}, high: {priority: 1}}
sources:
  s1: {product: low, every: 1 h, first: 0 s, limit: 2, batch: 2}
  s2: {product: high, every: 1 h, first: 1 s, limit: 1}
buffers: {rack: {order: priority}}
stations: {A: {process: 10 s}, B: {process: 10 s}}
flow:
  - {from: s1, to: rack}
  - {from: s2, to: rack}
  - {from: rack, to: [A, B], choose: cyclic}
  - {from: A, to: out}
  - {from: B, to: out}
""")

    # The first low part goes to A; the second is on offer for B and goes there at once; the urgent
    # one finds both taken and its turn is A.
    assert worked(line, simulate, "A") == [("low", 0), ("high", 10)]
    assert worked(line, simulate, "B") == [("low", 0)]


CLASSES = """
products: {p1: {priority: 1}, p2: {priority: 2}}
sources:
  s1: {product: p1, every: {exponential: {mean: 4 s}}}
  s2: {product: p2, every: {exponential: {mean: 2.5 s}}}
stations:
  A: {process: {p1: {exponential: {mean: 1 s}}, p2: 1.25 s}, queue: {order: ORDER}}
flow: [{from: s1, to: A}, {from: s2, to: A}, {from: A, to: out}]
"""


def exact_waits(order: str) -> dict[str, float]:
    """Return the mean waits of both classes, s: Cobham (1954), by classes in order of service."""
    rates, means, squares = (0.25, 0.4), (1.0, 1.25), (2.0, 1.25**2)
    rest = sum(rate * square for rate, square in zip(rates, squares, strict=True)) / 2
    first, second = (rate * mean for rate, mean in zip(rates, means, strict=True))
    both = 1.0 - first - second
    if order == "fifo":
        return {"p1": rest / both, "p2": rest / both}
    # The urgent class is the one of the shorter mean too.
    return {"p1": rest / (1.0 - first), "p2": rest / ((1.0 - first) * both)}


@ENGINES
@pytest.mark.parametrize("order", ["fifo", "priority", "shortest"])
def test_classes_at_one_server_wait_as_long_as_theory_says(order, simulate):
    full = simulate is kernel and COMPILED
    length = (200_000 if full else 4_000 if COMPILED else 500) * NS_PER_S
    line = line_of(CLASSES.replace("ORDER", order))
    if full:
        tally = replicate(line, seed=5, replications=10, end=length, start=length // 20)
    else:
        runs = [
            simulate(line, seed=5, replication=k, end=length, start=length // 20).tally
            for k in range(10)
        ]
        tally = Tally.stack(runs)
    width = 0.02 if full else 0.3 if COMPILED else 0.8

    seen = Runs(line, tally)
    flow_times = tally.lead_time / NS_PER_S / tally.finished
    for column, product, service in ((0, "p1", 1.0), (1, "p2", 1.25)):
        truth = exact_waits(order)[product] + service
        judge(flow_times[:, column], truth, width, f"{order}: flow time of {product}")
    judge(seen.share("A", State.WORKING), 0.75, width, f"{order}: load")


def test_shortest_needs_a_station_behind():
    with pytest.raises(CellFileError, match=r"buffers\.rack\.order: `shortest` sorts by"):
        line_of("""
products: {a: {}}
sources: {s: {product: a, every: 1 s}}
buffers: {rack: {order: shortest}}
flow: [{from: s, to: rack}, {from: rack, to: out}]
""")

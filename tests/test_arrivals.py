"""Arrivals of every kind, worked out by hand, on both engines."""

import pytest

from cells.load import load_text
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.reference.run import simulate as reference
from twin.results.arrivals import arrivals

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])
HOUR, DAY = 3_600, 86_400


def line_of(body: str, start: str = "mon 00:00") -> Line:
    head = f"taktwin: 1\nname: arriving\nrun: {{horizon: 1 h, start: {start}}}\n"
    return build_line(load_text(f"{head}sinks: {{out: {{}}}}\n{body}"))


def entered(line: Line, simulate, seconds: int) -> list[tuple[str, float, float]]:
    """Return product, arrival and entry, s, of all parts, in order of entry."""
    rows = simulate(line, seed=1, end=seconds * NS_PER_S).log.activities
    chosen = rows[rows["state"] == State.ENTERED]
    chosen.sort(order=("t1", "part"))
    return [
        (line.products[row["product"]], row["t0"] / NS_PER_S, row["t1"] / NS_PER_S)
        for row in chosen
    ]


def arrived(line: Line, simulate, seconds: int) -> list[float]:
    return [arrival for _, arrival, _ in entered(line, simulate, seconds)]


FREE = "flow: [{from: src, to: out}]"


@ENGINES
def test_a_timetable_repeats_every_week_from_the_start_of_the_run(simulate):
    line = line_of(
        f"""
products: {{a: {{}}, b: {{}}}}
sources:
  src:
    product: a
    timetable: [mon 06:00, {{at: "tue,wed 12:00", product: b, quantity: 2}}]
{FREE}
""",
        start="tue 06:00",
    )

    week, first = 7 * DAY, 6 * HOUR
    expected = [("b", first), ("b", first), ("b", first + DAY), ("b", first + DAY), ("a", 6 * DAY)]
    again = [(product, at + week) for product, at in expected]
    seen = entered(line, simulate, 2 * week)
    assert [(product, at) for product, at, _ in seen] == [*expected, *again]
    assert arrivals(line, 0, 2 * week * NS_PER_S) == 10


@ENGINES
def test_a_time_that_is_the_start_of_the_run_counts(simulate):
    line = line_of(
        f"products: {{a: {{}}}}\nsources: {{src: {{product: a, timetable: [06:00]}}}}\n{FREE}",
        start="wed 06:00",
    )

    assert arrived(line, simulate, 2 * DAY) == [0, DAY, 2 * DAY]


ORDERS = """
products: {a: {priority: 3}, b: {}}
sources:
  src:
    product: a
    orders:
      - release, product, quantity, due, priority
      - 5 s, b, 2, 90 s,
      - 0 s, a, 1, 99 s,
      - 5 s, , 1, 80 s, -1
      - 5 s, b, 1, , 4
stations: {A: {process: 10 s, queue: {order: ORDER}}}
flow: [{from: src, to: A}, {from: A, to: out}]
"""


@ENGINES
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("fifo", ["a0", "b1", "b2", "a3", "b4"]),
        ("earliest_due", ["a0", "a3", "b1", "b2", "b4"]),
        ("priority", ["a0", "a3", "b1", "b2", "b4"]),
        ("lifo", ["a0", "b4", "a3", "b2", "b1"]),
    ],
)
def test_orders_bring_parts_with_their_due_dates_and_priorities(order, expected, simulate):
    line = line_of(ORDERS.replace("ORDER", order))

    log = simulate(line, seed=1, end=HOUR * NS_PER_S).log.activities
    work = log[(log["state"] == State.WORKING)]
    assert work["t0"].tolist() == [10 * k * NS_PER_S for k in range(5)]
    numbers = [f"{line.products[row['product']]}{row['part']}" for row in work]
    assert numbers == expected


OFF = """
products: {a: {}}
sources: {src: {product: a, every: 6 s, shifts: half, off_shift: POLICY, FIRST}}
shifts: {half: {period: 20 s, on: 10 s}}
flow: [{from: src, to: out}]
"""


@ENGINES
@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("wait", [(6, 6), (12, 20), (18, 20), (24, 24), (30, 40), (36, 40), (42, 42)]),
        ("lost", [(6, 6), (24, 24), (42, 42), (48, 48)]),
        ("pause", [(6, 6), (22, 22), (28, 28), (44, 44)]),
        (None, [(6, 6), (22, 22), (28, 28), (44, 44)]),
    ],
)
def test_arrivals_off_shift_wait_are_lost_or_pause(policy, expected, simulate):
    text = OFF.replace("POLICY", policy) if policy else OFF.replace(", off_shift: POLICY", "")
    line = line_of(text.replace(", FIRST", ""))

    assert [stay[1:] for stay in entered(line, simulate, 49)][: len(expected)] == expected


@ENGINES
@pytest.mark.parametrize(("policy", "expected"), [("lost", [16]), ("pause", [20, 26])])
def test_what_is_due_as_the_shift_ends_comes_after_it(policy, expected, simulate):
    text = OFF.replace("POLICY", policy).replace("FIRST", "first: 10 s")
    line = line_of(
        text.replace("period: 20 s", "period: 15 s" if policy == "lost" else "period: 20 s")
    )

    assert arrived(line, simulate, 27)[: len(expected)] == expected


@ENGINES
def test_parts_that_are_lost_do_not_count_for_the_limit(simulate):
    line = line_of(OFF.replace("POLICY", "lost").replace("FIRST", "limit: 3"))

    assert arrived(line, simulate, 100) == [6, 24, 42]


def test_the_parts_expected_follow_the_shifts_where_arrivals_do():
    for policy, share in (("wait", 1.0), ("lost", 0.5), ("pause", 0.5)):
        line = line_of(OFF.replace("POLICY", policy).replace(", FIRST", ""))
        assert arrivals(line, 0, 600 * NS_PER_S) == pytest.approx(share * 100)


@ENGINES
def test_a_line_that_waits_for_an_arrival_put_off_is_not_deadlocked(simulate):
    line = line_of("""
products: {a: {}}
sources: {src: {product: a, every: 6 s, shifts: half, off_shift: pause, limit: 4}}
stations: {A: {process: 1 s}, B: {process: 1 s}}
shifts: {half: {period: 20 s, on: 10 s}}
flow: [{from: src, to: A}, {from: A, to: B}, {from: B, to: {A: 100 %, out: 0 %}}]
""")

    stop = simulate(line, seed=1, end=100 * NS_PER_S).stop

    # Parts come at 6, 22, 28 and 44.  The second shuts the loop at 24; at 30 the last is put off.
    assert (stop.kind, stop.at) == ("deadlock", 44 * NS_PER_S)

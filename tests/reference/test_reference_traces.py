"""Small deterministic lines worked out by hand, record for record."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cells.load import load_text
from twin.build import build_line
from twin.kernel.model import Line
from twin.kernel.outcome import Outcome
from twin.kernel.states import State
from twin.reference.run import simulate

NS = 10**9


def line_of(body: str) -> Line:
    return build_line(load_text(f"taktwin: 1\nname: traced\n{body}\nrun: {{horizon: 100 s}}\n"))


def run(body: str, seconds: int = 100) -> tuple[Line, Outcome]:
    line = line_of(body)
    return line, simulate(line, seed=1, end=seconds * NS)


def spells(
    line: Line, outcome: Outcome, resource: str, *states: State
) -> list[tuple[float, float]]:
    """Return begin and end, s, of what a resource did."""
    index = line.resources.index(resource)
    return [
        (row["t0"] / NS, row["t1"] / NS)
        for row in outcome.log.activities
        if row["resource"] == index and row["state"] in states
    ]


def worked(line: Line, outcome: Outcome, resource: str) -> list[tuple[int, float, float]]:
    """Return part (1, 2, ...), begin and end of every operation."""
    index = line.resources.index(resource)
    return [
        (int(row["part"]) % 2**39 + 1, row["t0"] / NS, row["t1"] / NS)
        for row in outcome.log.activities
        if row["resource"] == index and row["state"] == State.WORKING
    ]


def exits(line: Line, outcome: Outcome, sink: str = "out") -> list[float]:
    return [t1 for _, t1 in spells(line, outcome, sink, State.FINISHED)]


def test_alternating_times_block_and_starve_as_the_recursion_says():
    line, outcome = run("""
products: {p: {}}
sources: {src: {product: p, saturated: true, limit: 6}}
stations:
  A: {process: {sequence: [2 s, 5 s]}}
  B: {process: {sequence: [4 s, 1 s]}, queue: 1}
  C: {process: 3 s}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: B}, {from: B, to: C}, {from: C, to: out}]
""")

    starts_and_ends = {name: [(a, b) for _, a, b in worked(line, outcome, name)] for name in "ABC"}
    assert starts_and_ends == {
        "A": [(0, 2), (2, 7), (7, 9), (9, 14), (14, 16), (16, 21)],
        "B": [(2, 6), (7, 8), (9, 13), (14, 15), (16, 20), (21, 22)],
        "C": [(6, 9), (9, 12), (13, 16), (16, 19), (20, 23), (23, 26)],
    }
    assert spells(line, outcome, "B", State.BLOCKED) == [(8, 9), (15, 16), (22, 23)]
    assert exits(line, outcome) == [9, 12, 16, 19, 23, 26]


def test_a_saturated_rework_loop_deadlocks_and_names_who_waits_for_whom():
    _, outcome = run("""
products: {p: {}}
sources: {src: {product: p, saturated: true}}
stations: {A: {process: 1 s}, B: {process: 1 s}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: B}, {from: B, to: {A: 100 %, out: 0 %}}]
""")

    stop = outcome.stop
    assert (stop.kind, stop.at) == ("deadlock", 2 * NS)
    assert stop.members == ("A", "B")
    assert stop.blocked_since == (2 * NS, 2 * NS)
    assert (outcome.log.end, int(outcome.tally.finished.sum())) == (2 * NS, 0)


def test_a_loop_that_takes_no_time_is_reported_at_once():
    _, outcome = run("""
products: {p: {}}
stations: {A: {process: {sequence: [0 s]}, queue: 1}, B: {process: {sequence: [0 s]}}}
inside: [{product: p, count: 1, at: A}]
flow: [{from: A, to: B}, {from: B, to: A}]
""")

    assert (outcome.stop.kind, outcome.stop.at) == ("livelock", 0)
    assert outcome.stop.members == ("A", "B")


def test_a_part_due_at_the_instant_of_a_failure_is_finished():
    line, outcome = run("""
products: {p: {}}
sources: {src: {product: p, saturated: true, limit: 2}}
stations:
  A: {process: 5 s, failures: {jam: {after: {sequence: [5 s, 99 s]}, repair: 3 s, clock: calendar}}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: out}]
""")

    assert exits(line, outcome) == [5, 13]
    assert worked(line, outcome, "A") == [(1, 0, 5), (2, 8, 13)]
    assert spells(line, outcome, "A", State.UNDER_REPAIR) == [(5, 8)]


@pytest.mark.parametrize(
    ("policy", "finish", "last_start"),
    [("finish", [5, 10, 21], 16), ("suspend", [5, 18, 23], 18), ("start_if_fits", [5, 21, 37], 32)],
)
def test_a_shift_end_in_mid_process_follows_the_policy(policy, finish, last_start):
    line, outcome = run(f"""
products: {{p: {{}}}}
sources: {{src: {{product: p, saturated: true, limit: 3}}}}
stations: {{A: {{process: 5 s, shifts: day, at_shift_end: {policy}}}}}
sinks: {{out: {{}}}}
shifts: {{day: {{period: 16 s, on: 8 s}}}}
flow: [{{from: src, to: A}}, {{from: A, to: out}}]
""")

    assert exits(line, outcome) == finish
    assert worked(line, outcome, "A")[-1] == (3, last_start, finish[-1])


def test_tenths_of_seconds_stay_exact_over_three_thousand_seconds():
    line, outcome = run(
        """
products: {p: {}}
sources: {fast: {product: p, every: 100 ms}, slow: {product: p, every: 300 ms}}
sinks: {fast_out: {}, slow_out: {}}
flow: [{from: fast, to: fast_out}, {from: slow, to: slow_out}]
""",
        3000,
    )

    fast = {t for _, t in spells(line, outcome, "fast_out", State.FINISHED)}
    slow = {t for _, t in spells(line, outcome, "slow_out", State.FINISHED)}
    assert (len(fast), len(slow), len(fast & slow)) == (30_000, 10_000, 10_000)


def test_a_chain_of_blocked_stations_moves_up_by_one_place_at_one_instant():
    flow = "".join(f", {{from: S{k}, to: S{k + 1}}}" for k in range(1, 5))
    line, outcome = run(f"""
products: {{p: {{}}}}
sources: {{src: {{product: p, saturated: true}}}}
stations: {{{", ".join(f"S{k}: {{process: {10 if k == 5 else 1} s}}" for k in range(1, 6))}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: S1}}{flow}, {{from: S5, to: out}}]
""")

    assert exits(line, outcome)[:5] == [14, 24, 34, 44, 54]
    assert (6, 14, 15) in worked(line, outcome, "S1")
    assert spells(line, outcome, "S1", State.BLOCKED)[0] == (5, 14)
    moved = [row for row in outcome.log.activities if row["t1"] == 14 * NS and row["t0"] < 14 * NS]
    assert [line.resources[row["resource"]] for row in moved if row["state"] == State.BLOCKED] == [
        "S1",
        "S2",
        "S3",
        "S4",
    ]


def test_rework_of_a_smaller_priority_number_goes_before_older_parts():
    line, outcome = run("""
products: {p: {}}
sources: {src: {product: p, saturated: true, limit: 3}}
buffers: {front: {capacity: 1}, again: {capacity: 1}}
stations: {A: {process: 2 s}}
sinks: {out: {}}
flow:
  - {from: src, to: front}
  - {from: front, to: A, priority: 1}
  - {from: again, to: A, priority: 0}
  - {from: A, to: [again, out], choose: cyclic}
""")

    parts = [1, 1, 2, 2, 3, 3]
    assert worked(line, outcome, "A") == [(p, 2 * k, 2 * k + 2) for k, p in enumerate(parts)]
    assert exits(line, outcome) == [4, 8, 12]


def activities(line: Line, outcome: Outcome, resource: str) -> Iterator[tuple]:
    """Yield state, begin, end, part and cause of all a resource did."""
    index = line.resources.index(resource)
    for row in outcome.log.activities:
        if row["resource"] == index:
            cause = int(row["cause"])
            yield (
                State(row["state"]).name,
                row["t0"] / NS,
                row["t1"] / NS,
                int(row["part"]) + 1 if row["part"] >= 0 else 0,
                line.resources[cause] if cause >= 0 else {-1: "done", -2: "cut", -3: "stop"}[cause],
            )


def test_an_operator_walks_picks_carries_and_places_and_stations_wait_for_him():
    line, outcome = run(
        """
products: {p: {}}
sources: {src: {product: p, saturated: true, pick_at: west}}
stations: {A: {process: 10 s, at: east}}
sinks: {out: {place_at: west}}
operators: {anna: {walking: 1 m/s, pick: 1 s, place: 2 s, home: east}}
places: {west: {position: [0 m, 0 m, 0 m]}, east: {position: [3 m, 0 m, 0 m]}}
flow: [{from: src, to: A, by: anna}, {from: A, to: out, by: anna}]
""",
        30,
    )

    assert list(activities(line, outcome, "anna")) == [
        ("MOVING", 0, 3, 1, "done"),
        ("PICKING", 3, 4, 1, "done"),
        ("CARRYING", 4, 7, 1, "done"),
        ("PLACING", 7, 9, 1, "done"),
        ("IDLE", 9, 19, 0, "done"),
        ("PICKING", 19, 20, 1, "done"),
        ("CARRYING", 20, 23, 1, "done"),
        ("PLACING", 23, 25, 1, "done"),
        ("PICKING", 25, 26, 2, "done"),
        ("CARRYING", 26, 29, 2, "done"),
        ("PLACING", 29, 30, 2, "cut"),
    ]
    assert list(activities(line, outcome, "A")) == [
        ("WAITING_OPERATOR", 0, 9, 0, "anna"),
        ("WORKING", 9, 19, 1, "done"),
        ("WAITING_OPERATOR", 19, 20, 1, "anna"),
        ("WAITING_OPERATOR", 20, 30, 0, "cut"),
    ]


def test_a_full_belt_lets_a_part_in_a_gap_after_one_has_left():
    line, outcome = run("""
products: {p: {}}
sources: {src: {product: p, saturated: true, limit: 5}}
conveyors: {belt: {length: 2 m, speed: 1 m/s, pitch: 1 m}}
stations: {A: {process: 4 s}}
sinks: {out: {}}
flow: [{from: src, to: belt}, {from: belt, to: A}, {from: A, to: out}]
""")

    # Part 3 follows 1 s behind part 2; part 4 a gap after part 2 has left the full belt at 6.
    entered = [t1 for _, t1 in spells(line, outcome, "src", State.ENTERED)]
    assert entered == [0, 1, 3, 7, 11]
    assert [(a, b) for _, a, b in worked(line, outcome, "A")] == [
        (2, 6),
        (6, 10),
        (10, 14),
        (14, 18),
        (18, 22),
    ]


def test_a_station_asleep_wakes_up_for_a_part_and_only_starving_counts():
    line, outcome = run(
        """
products: {p: {}}
sources: {src: {product: p, every: 20 s}}
stations:
  A:
    process: 2 s
    power: {working: 1 kW, idle: 1 kW, standby: {power: 1 W, after: 5 s, wake_up: 3 s}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: out}]
""",
        27,
    )

    assert list(activities(line, outcome, "A")) == [
        ("STARVED", 0, 5, 0, "done"),
        ("ASLEEP", 5, 20, 0, "src"),
        ("SETTING_UP", 20, 23, 1, "done"),
        ("WORKING", 23, 25, 1, "done"),
        ("STARVED", 25, 27, 0, "cut"),
    ]


@pytest.mark.parametrize(
    ("fate", "expected"),
    [
        ("resume", [("WORKING", 0, 4, 1, "stop"), ("WORKING", 6, 12, 1, "done")]),
        ("restart", [("WORKING", 0, 4, 1, "stop"), ("WORKING", 6, 16, 1, "done")]),
        ("scrap", [("WORKING", 0, 4, 1, "stop"), ("WORKING", 6, 16, 2, "done")]),
    ],
)
def test_a_failure_resumes_restarts_or_scraps(fate, expected):
    line, outcome = run(f"""
products: {{p: {{}}}}
sources: {{src: {{product: p, saturated: true}}}}
stations:
  A: {{process: 10 s, failures: {{jam: {{after: {{sequence: [4 s, 99 s]}}, repair: 2 s,
      on_failure: {fate}}}}}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: A}}, {{from: A, to: out}}]
""")

    done = [row for row in activities(line, outcome, "A") if row[0] in ("WORKING", "SCRAPPED")]
    assert [row for row in done if row[0] == "WORKING"][:2] == expected
    assert (("SCRAPPED", 0, 4, 1, "A") in done) == (fate == "scrap")


def test_the_controller_notices_an_end_at_its_next_scan():
    line = line_of("""
products: {p: {}}
sources: {src: {product: p, every: 5 s}}
stations: {A: {process: 2500 ms}}
sinks: {out: {}}
flow: [{from: src, to: A}, {from: A, to: out}]
""")

    outcome = simulate(replace(line, scan=2 * NS), seed=1, end=20 * NS)

    assert [(a, b) for _, a, b in worked(line, outcome, "A")] == [(5, 8), (10, 14), (15, 18)]

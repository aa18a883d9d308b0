"""Both engines against hand-worked event lists: equal to the nanosecond."""

import numba
import numpy as np
import pytest

from cells.errors import CellFileError
from cells.load import load_text
from tests.truth_cells import CASES
from tests.truth_written import WRITTEN, seconds
from twin.build import build_line
from twin.kernel.model import NS_PER_S
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.kernel.stops import RunError
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])


def ticks(units: float) -> int:
    return round(units * NS_PER_S)


class Trace:
    """The log of a case, asked in units of the case."""

    def __init__(self, simulate, name: str, horizon: float, **replace: str) -> None:
        text = WRITTEN[name].replace("HORIZON", seconds(horizon))
        for word, value in replace.items():
            text = text.replace(word, value)
        self.line = build_line(load_text(text, name))
        self.outcome = simulate(self.line, seed=1, end=ticks(horizon))
        self.rows = self.outcome.log.activities

    def at(self, node: str, *states: State) -> list[tuple[int, int]]:
        """Return the intervals of a node in the given states, in order."""
        resource = self.line.resources.index(node)
        chosen = (self.rows["resource"] == resource) & np.isin(self.rows["state"], states)
        return [(row["t0"].item(), row["t1"].item()) for row in self.rows[chosen]]

    def of(self, node: str, part: int, *states: State) -> list[tuple[int, int]]:
        """Return the same of one part, numbered from 0 as the sources made them."""
        resource = self.line.resources.index(node)
        chosen = (self.rows["resource"] == resource) & np.isin(self.rows["state"], states)
        chosen &= self.rows["part"] == part
        return [(row["t0"].item(), row["t1"].item()) for row in self.rows[chosen]]

    def leaving(self, state: State = State.FINISHED) -> list[tuple[int, int]]:
        """Return part and instant of all that left, in order."""
        return [
            (row["part"].item(), row["t1"].item()) for row in self.rows[self.rows["state"] == state]
        ]


def expected(name: str):
    return CASES[name]["expect"]


@ENGINES
def test_k02_every_part_starts_finishes_and_leaves_when_it_should(simulate):
    trace = Trace(simulate, "K02", 100)

    for part, stays in enumerate(expected("K02")["records_start_finish_leave"]):
        for station, (start, finish, leave) in zip("ABC", stays, strict=True):
            assert trace.of(station, part, State.WORKING) == [(ticks(start), ticks(finish))]
            blocked = [(ticks(finish), ticks(leave))] if leave > finish else []
            assert trace.of(station, part, State.BLOCKED) == blocked
    assert trace.leaving()[-1][1] == ticks(expected("K02")["makespan"])


@ENGINES
def test_k05_a_loop_in_no_time_is_named_at_once(simulate):
    trace = Trace(simulate, "K05", 10)

    assert trace.outcome.stop.kind == "livelock"
    assert trace.outcome.stop.at == ticks(expected("K05")["time_of_report"])
    assert set(trace.outcome.stop.members) == {"A", "B"}


def test_k05_a_loop_that_cannot_be_left_is_refused_before_the_run():
    text = WRITTEN["K05"].replace("{A: 100 %, finished: 0 %}", "A").replace("HORIZON", "10 s")

    with pytest.raises(CellFileError, match=r"go round for ever in no time: .*A.*B"):
        load_text(text)


@ENGINES
def test_k08_a_deadlock_behind_an_active_source_is_named(simulate):
    trace, truth = Trace(simulate, "K08", 100), expected("K08")
    stop = trace.outcome.stop

    assert (stop.kind, stop.at) == ("deadlock", ticks(truth["deadlock_time"]))
    since = {name: ticks(at) for name, at in truth["blocked_since"].items()}
    assert dict(zip(stop.members, stop.blocked_since, strict=True)) == since
    for part, station, start, finish in truth["trace"]:
        number = int(part[1:]) - 1
        assert (ticks(start), ticks(finish)) in trace.of(station, number, State.WORKING)
    assert len(trace.leaving()) == truth["output"]


@ENGINES
def test_k11_an_operation_that_ends_as_the_failure_strikes_has_ended(simulate):
    trace, truth = Trace(simulate, "K11", 100), expected("K11")
    first, second = trace.at("A", State.WORKING)

    assert [first[1], second[1]] == [ticks(at) for at in truth["finish"]]
    assert second[0] == ticks(truth["second_start"])
    assert trace.at("A", State.UNDER_REPAIR) == [(ticks(5), ticks(8))]


@pytest.mark.parametrize(
    ("policy", "key"),
    [
        ("finish", "finish_current_part_then_stop"),
        ("suspend", "pause_and_resume"),
        ("start_if_fits", "start_only_if_it_fits"),
    ],
)
@ENGINES
def test_k14_each_rule_for_the_end_of_a_shift_gives_its_own_trace(simulate, policy, key):
    trace, truth = Trace(simulate, "K14", 100, POLICY=policy), expected("K14")[key]

    assert [at for _, at in trace.leaving()] == [ticks(at) for at in truth["finish"]]
    starts = sorted({trace.of("A", part, State.WORKING)[0][0] for part in range(3)})
    assert starts == [ticks(at) for at in truth.get("start", [0, 5, starts[-1] / NS_PER_S])]


@ENGINES
def test_k17_far_from_zero_nothing_drifts(simulate):
    # Without a compiler, or in SimPy, a tenth of the ticks has to do.
    full = simulate is kernel and not numba.config.DISABLE_JIT
    span = 3_000 if full else 300
    trace, truth = Trace(simulate, "K17", 1_000_000_000 + span), expected("K17")

    finished = [at for _, at in zip(range(10), trace.at("finished", State.FINISHED), strict=False)]
    assert [end for _, end in finished] == [ticks(1e9) + k * 10**8 for k in range(1, 11)]
    assert finished[-1][1] / NS_PER_S == truth["finish"][-1]
    ticks_01 = {end for _, end in trace.at("ticks_01", State.FINISHED)}
    ticks_03 = {end for _, end in trace.at("ticks_03", State.FINISHED)}
    assert len(ticks_01) == truth["clock_01_ticks"] * span // 3_000
    assert len(ticks_03) == truth["clock_03_ticks"] * span // 3_000
    assert len(ticks_01 & ticks_03) == truth["coincidences_expected"] * span // 3_000


def test_k20_a_part_without_a_way_is_named_with_its_station():
    text = WRITTEN["K20"].replace("HORIZON", "100 s")

    with pytest.raises(CellFileError, match=r"stations\.A: parts of product 'y' get to 'A'"):
        load_text(text)


@ENGINES
def test_k23_a_kit_is_begun_when_two_of_one_and_one_of_the_other_are_there(simulate):
    trace, truth = Trace(simulate, "K23", 30), expected("K23")["start_finish_A_B"]
    of_a, of_b = (trace.line.products.index(product) for product in "ab")

    assert [list(row) for row in trace.at("C", State.WORKING)] == [
        [ticks(start), ticks(finish)] for start, finish, *_ in truth
    ]
    used = trace.rows[trace.rows["state"] == State.CONSUMED]
    for start, _, entered_a, entered_b in truth:
        kit = used[used["t1"] == ticks(start)]
        assert kit["t0"][kit["product"] == of_a].tolist() == [ticks(at) for at in entered_a]
        assert kit["t0"][kit["product"] == of_b].tolist() == [ticks(entered_b)]


@ENGINES
def test_k26_a_chain_of_blocked_stations_moves_up_by_one_place(simulate):
    trace, truth = Trace(simulate, "K26", 54), expected("K26")

    assert [at for _, at in trace.leaving()] == [ticks(at) for at in truth["exits"]]
    begun = truth["start_of_part_6_at_station_1"]
    assert trace.of("S1", 5, State.WORKING)[0][0] == ticks(begun)
    assert trace.of("S1", 4, State.BLOCKED) == [
        tuple(ticks(at) for at in truth["blocked_time_station_1_part_5"])
    ]
    for station, part in (("S4", 2), ("S3", 3), ("S2", 4), ("S1", 5)):
        assert trace.of(station, part, State.WORKING)[0][0] == ticks(14)


@pytest.mark.parametrize("time", ["-1 s", "nan s", ".nan", "inf s", ".inf", "1e999 s"])
def test_k29_a_bad_time_in_the_file_is_refused_with_its_place(time):
    text = WRITTEN["K29"].replace("HORIZON", "100 s").replace("TIME", time)

    with pytest.raises(CellFileError, match=r"stations\.A\.process: .*" + time.strip(".-+")):
        load_text(text)


@ENGINES
def test_k29_a_bad_time_drawn_stops_the_run_with_station_and_value(simulate):
    # One draw in five is beyond 2^62 ns, 146 years.
    with pytest.raises(RunError, match=r"\bA\b.*[0-9.e+]{5}"):
        Trace(simulate, "K29", 4e9, TIME="{weibull: {shape: 0.05, scale: 1000000 s}}")


@ENGINES
def test_k32_rework_takes_the_freed_place_before_a_new_part(simulate):
    trace, truth = Trace(simulate, "K32", 100), expected("K32")

    work = sorted(
        (start, end, part) for part in range(3) for start, end in trace.of("A", part, State.WORKING)
    )
    assert [(f"p{part + 1}", start, end) for start, end, part in work] == [
        (part, ticks(start), ticks(end)) for part, start, end in truth["A_records"]
    ]
    assert [(f"p{part + 1}", at) for part, at in trace.leaving()] == [
        (part, ticks(at)) for part, at in truth["exits"]
    ]

"""A run that would never end, or fill the memory, stops and says why: in both engines alike."""

import pytest

from cells.load import load_text
from tests.agreement import differ_logs, differ_tallies
from tests.cell_texts import faults_of
from twin.build import build_line
from twin.kernel.model import NS_PER_S as NS
from twin.kernel.run import replicate
from twin.kernel.run import simulate as kernel
from twin.reference.run import simulate as reference

CELL = """taktwin: 1
name: caps
products: {{p: {{}}}}
sources: {{src: {{product: p, every: 2 s{source}}}}}
stations: {{A: {{process: 3 s, queue: {queue}}}}}
sinks: {{out: {{}}}}
flow: [{{from: src, to: A}}, {{from: A, to: out}}]
run: {{horizon: 1 h, {caps}}}
"""


def stop_of(*, source="", queue="4", caps="most_parts: 10"):
    line = build_line(load_text(CELL.format(source=source, queue=queue, caps=caps)))
    ours, theirs = (engine(line, seed=1, end=3600 * NS) for engine in (kernel, reference))
    assert differ_logs(line, ours, theirs) is None
    assert differ_tallies(ours.tally, theirs.tally) is None
    stacked = replicate(line, seed=1, replications=1, end=3600 * NS)
    assert stacked.stopped.tolist() == [int(ours.tally.stopped)]
    assert stacked.end.tolist() == [int(ours.tally.end)]
    return ours.stop


@pytest.mark.parametrize(("queue", "node"), [("4", "src"), ("unlimited", "A_queue")])
def test_more_parts_than_allowed_stop_the_run_and_name_where_they_are(queue, node):
    stop = stop_of(queue=queue)

    # In 2 s one comes, in 3 s one leaves: after n arrivals there are n - floor(2 (n - 1) / 3).
    assert (stop.kind, stop.at) == ("overload", 58 * NS)
    assert stop.members == (node,)
    assert "more than 10 parts at once" in str(stop)
    assert "larger `most_parts`" in str(stop)


def test_more_events_than_allowed_stop_the_run():
    stop = stop_of(caps="most_events: 100")

    assert stop.kind == "limit of events"
    assert "more than 100 events" in str(stop)


def test_a_batch_that_is_too_large_stops_when_the_line_has_settled():
    stop = stop_of(source=", batch: 50")

    assert (stop.kind, stop.at) == ("overload", 2 * NS)


def test_a_sleep_that_the_end_of_a_shift_forestalls_is_no_event():
    standby = "standby: {power: 0 W, after: 5 s, wake_up: 1 s}"
    sleepy = f"shifts: w, power: {{working: 1 W, idle: 1 W, {standby}}}"
    text = CELL.format(source=", first: 25 s", queue=f"1, {sleepy}", caps="most_events: 3")
    line = build_line(load_text(f"{text}shifts: {{w: {{period: 10 s, on: 5 s}}}}\n"))

    stops = [engine(line, seed=1, end=3600 * NS).stop for engine in (kernel, reference)]

    # One event each at 5, 10, 15 and 20: the shift.
    assert [(stop.kind, stop.at) for stop in stops] == [("limit of events", 20 * NS)] * 2


@pytest.mark.parametrize("caps", ["most_parts: 0", "most_events: 0", "most_parts: many"])
def test_a_cap_that_makes_no_sense_is_refused(caps):
    assert f"run.{caps.split(':')[0]}: " in faults_of(run=f", {caps}")

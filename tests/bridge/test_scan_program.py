"""The scan effect, checked against a program that is nothing but a scan cycle.

The program below knows no events and none of the twin's code but the timer and the counter of IEC
61131-3: each scan it latches its inputs, works through its steps, and sets its outputs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from cells.load import load_text
from twin.bridge.iec import Ctu, Ton
from twin.build import build_line
from twin.kernel.run import simulate
from twin.kernel.states import State

MS, NS_PER_S = 1_000_000, 1_000_000_000
SCAN, END = 10 * MS, 3600 * NS_PER_S
CELL = """
taktwin: 1
name: timer_cell
products: {{shaft: {{}}}}
sources: {{saw: {{product: shaft, saturated: true}}}}
stations:
  timer: {{process: {first}{rest}}}
  press: {{process: {second}, queue: 2}}
sinks: {{store: {{}}}}
flow: [{{from: saw, to: timer}}, {{from: timer, to: press}}, {{from: press, to: store}}]
run: {{horizon: 1 h}}
"""


@dataclass
class Station:
    """A step sequence: empty, at work until a timer or a sensor says so, ejecting."""

    times: Iterator[float]  # how long each operation takes, ns
    handshake: bool  # whether the timer needs a scan to be reset before it runs again
    timer: Ton = field(default_factory=lambda: Ton(0))
    done: Ctu = field(default_factory=Ctu)
    busy: bool = False
    finished: bool = False
    resting: bool = False

    def scan(self, part_there, room_behind, now):
        """Pass one scan; return whether a part was taken and whether one was put out."""
        put = False
        if self.resting:  # the reset timer is seen off
            self.timer(False, now)
            self.resting = False
        elif self.busy and not self.finished:
            self.finished = self.timer(True, now)
            self.done(self.finished)
            self.resting = self.finished and self.handshake
        if self.finished and not self.resting and room_behind:
            self.busy = self.finished = False
            self.timer(False, now)
            self.done(False)
            put = True
        taken = part_there and not self.busy and not self.resting
        if taken:
            self.busy, self.timer.preset = True, int(next(self.times))
            self.timer(True, now)
        return taken, put


def throughput(first, second, handshake, end=END):
    """Return the parts that a press counts in `end` ns, behind a timer cell and two places."""
    timer, press, waiting = Station(first, handshake), Station(second, False), 0
    for now in range(0, end + SCAN, SCAN):
        # From the end of the line: what moves on makes room in the same scan.
        taken, _ = press.scan(waiting > 0, True, now)
        waiting -= taken
        _, put = timer.scan(True, waiting < 2 or (not press.busy and waiting == 0), now)
        waiting += put
        if put and not press.busy:
            taken, _ = press.scan(True, True, now)
            waiting -= taken
    return press.done.count


def constant(time):
    while True:
        yield time


def drawn(mean, cv, seed):
    rng, sigma = np.random.default_rng(seed), np.sqrt(np.log1p(cv * cv))
    while True:
        yield from mean * np.exp(sigma * rng.standard_normal(1000) - sigma**2 / 2)


def modelled(first, second, rest=""):
    """Return the parts that the twin makes with the scan of the program, and without any."""
    line = build_line(load_text(CELL.format(first=first, second=second, rest=rest)))
    logs = [simulate(replace(line, scan=s), seed=3, end=END).log for s in (SCAN, 0)]
    return [int((log.activities["state"] == State.FINISHED).sum()) for log in logs]


def test_a_timer_of_500_ms_in_scans_of_10_ms():
    program = throughput(constant(500 * MS), constant(300 * MS), handshake=False)
    twin, _ = modelled("500 ms", "300 ms")

    assert twin == pytest.approx(program, rel=0.005)
    assert program == pytest.approx(END / (500 * MS), rel=0.005)


def test_a_timer_that_has_to_be_reset_costs_a_scan_a_part_as_an_unloading_does():
    program = throughput(constant(500 * MS), constant(300 * MS), handshake=True)
    twin, _ = modelled("500 ms", "300 ms", rest=", unload: 10 ms")

    assert twin == pytest.approx(program, rel=0.005)
    assert program == pytest.approx(END / (510 * MS), rel=0.005)


def test_a_machine_whose_end_is_noticed_half_a_scan_late_in_the_mean():
    program = throughput(drawn(500 * MS, 0.05, 1), drawn(300 * MS, 0.1, 2), handshake=False)
    first, second = (
        f"{{lognormal: {{mean: {mean} ms, cv: {cv}}}}}" for mean, cv in ((500, 0.05), (300, 0.1))
    )
    twin, blind = modelled(first, second)

    assert twin == pytest.approx(program, rel=0.005)
    assert blind > 1.007 * program


def test_two_machines_that_wait_for_each_other():
    program = throughput(drawn(500 * MS, 0.2, 1), drawn(495 * MS, 0.2, 2), handshake=False)
    first, second = (f"{{lognormal: {{mean: {mean} ms, cv: 0.2}}}}" for mean in (500, 495))
    twin, _ = modelled(first, second)

    assert twin == pytest.approx(program, rel=0.01)

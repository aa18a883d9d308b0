"""How the statistical cases of `tests/truth` are run, and what is measured in them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NS_PER_S, Line
from twin.kernel.states import State
from twin.kernel.tally import Tally

HOLDING = (State.WORKING, State.BLOCKED, State.UNDER_REPAIR)  # states of a server with a part

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Runs:
    """Tallies of n runs of a line; each question gives n values, times in units of the case."""

    line: Line
    tally: Tally

    def _rows(self, node: str) -> NDArray[np.intp]:
        return np.flatnonzero(self.line.resource_node == self.line.node_names.index(node))

    @property
    def window(self) -> Values:
        """Length of the observation."""
        return (self.tally.end - self.tally.start) / NS_PER_S

    def time(self, node: str, *states: State) -> Values:
        """Time all servers of a node spent in the given states."""
        chosen = self.tally.state_time[:, self._rows(node)][:, :, [int(s) for s in states]]
        return chosen.sum(axis=(1, 2)) / NS_PER_S

    def share(self, node: str, *states: State) -> Values:
        """Share of the window that servers of a node spent in the given states."""
        return self.time(node, *states) / self.window

    def count(self, node: str, state: State) -> Values:
        """How often a node was in a state."""
        return self.tally.count[:, self._rows(node), int(state)].sum(axis=1)

    def rate(self, node: str) -> Values:
        """Operations a unit of time."""
        return self.count(node, State.WORKING) / self.window

    @property
    def throughput(self) -> Values:
        """Good parts a unit of time."""
        return self.tally.finished.sum(axis=1) / self.window

    def wait(self, node: str, parts: Values | None = None) -> Values:
        """Mean time in the queue, those who did not wait included."""
        worked = self.count(node, State.WORKING) if parts is None else parts
        return self.time(f"{node}_queue", State.WAITING) / worked

    def number(self, node: str) -> Values:
        """Time average of the parts at a station and in its queue."""
        queue = f"{node}_queue"
        waiting = self.share(queue, State.WAITING) if queue in self.line.node_names else 0.0
        return waiting + self.share(node, *HOLDING)

    @property
    def inside(self) -> Values:
        """Time average of the parts inside."""
        return self.tally.wip_time / NS_PER_S / self.window

    @property
    def flow_time(self) -> Values:
        """Mean time from entry to leaving."""
        return self.tally.lead_time.sum(axis=1) / NS_PER_S / self.tally.finished.sum(axis=1)

    @property
    def flow_times(self) -> Values:
        """Mean time from entry to leaving, a column a product."""
        return self.tally.lead_time / NS_PER_S / self.tally.finished


def _energy_per_part(runs: Runs) -> Values:
    kilowatts = {
        State.WORKING: 10.0,
        State.STARVED: 3.0,
        State.BLOCKED: 4.0,
        State.UNDER_REPAIR: 1.0,
    }
    used = sum(runs.time(node, s) * kw for node in ("M1", "M2") for s, kw in kilowatts.items())
    return used / runs.window / runs.throughput


Measure = Callable[[Runs], Values]
THROUGHPUT: dict[str, Measure] = {"throughput": lambda runs: runs.throughput}


@dataclass(frozen=True)
class Plan:
    """How a case is run and what is measured."""

    measures: dict[str, Measure]
    full: float  # units of time a replication runs in the compiled kernel
    light: float | None  # and elsewhere; None: far too short to have forgotten the empty start
    on_failure: str | None = None
    runs: int = 10  # replications in the compiled kernel; ten elsewhere


def _shares(node: str) -> dict[str, Measure]:
    states = {
        "busy": State.WORKING,
        "down": State.UNDER_REPAIR,
        "idle": State.STARVED,
        "blocked": State.BLOCKED,
    }
    return {
        f"share_{word}_{node}": lambda runs, state=state: runs.share(node, state)
        for word, state in states.items()
    }


PLANS: dict[str, list[Plan]] = {
    "A02": [
        Plan(
            {
                "P(wait>0)": lambda runs: (
                    runs.count("A_queue", State.WAITING) / runs.count("A", State.WORKING)
                ),
                "mean_wait": lambda runs: runs.wait("A"),
                "mean_number_in_system": lambda runs: runs.inside,
            },
            full=150_000,
            light=None,
            runs=20,
        )
    ],
    "A05": [
        Plan(
            {
                "mean_wait": lambda runs: runs.wait("A"),
                "mean_number_in_system": lambda runs: runs.inside,
            },
            full=200_000,
            light=None,
            runs=20,
        )
    ],
    "A08": [Plan({"mean_wait": lambda runs: runs.wait("A")}, full=200_000, light=3_000)],
    "A11": [
        Plan(
            {
                "mean_number_in_system": lambda runs: runs.inside,
                "mean_flow_time": lambda runs: runs.flow_time,
            },
            full=100_000,
            light=3_000,
        )
    ],
    "A14": [
        Plan(
            {
                "mean_wait": lambda runs: runs.wait("A", runs.throughput * runs.window),
                "mean_number_in_system": lambda runs: runs.inside,
                "batch_rate": lambda runs: runs.rate("A"),
            },
            full=100_000,
            light=None,
            runs=20,
        )
    ],
    "A16": [
        Plan(
            {
                f"mean_flow_time_{product}": lambda runs, k=k: runs.flow_times[:, k]
                for k, product in enumerate("ab")
            },
            full=200_000,
            light=3_000,
            runs=20,
        )
    ],
    "A18": [
        Plan(THROUGHPUT, full=50_000, light=2_000),
        Plan(
            {"throughput_if_resume": lambda runs: runs.throughput},
            full=50_000,
            light=2_000,
            on_failure="resume",
        ),
        Plan(
            {"throughput_good_if_scrap": lambda runs: runs.throughput},
            full=50_000,
            light=2_000,
            on_failure="scrap",
        ),
    ],
    "A22": [Plan({"mean_wait": lambda runs: runs.wait("A")}, full=200_000, light=None, runs=20)],
    "A28": [Plan(THROUGHPUT, full=200_000, light=3_000)],
    "B03": [
        Plan(
            {
                "throughput": lambda runs: runs.rate("A"),
                "L_A": lambda runs: runs.number("A"),
                "L_B": lambda runs: runs.number("B"),
                "L_C": lambda runs: runs.number("C"),
            },
            full=50_000,
            light=2_000,
        )
    ],
    "B05_7": [
        Plan(
            {
                "throughput": lambda runs: runs.rate("A"),
                "cycle_time": lambda runs: 7.0 / runs.rate("A"),  # Little's law round the loop
            },
            full=10_000,
            light=1_600,
        )
    ],
    "B09": [
        Plan(
            {
                f"utilisation_{node}": lambda runs, node=node, servers=servers: (
                    runs.share(node, State.WORKING) / servers
                )
                for node, servers in (("S1", 3), ("S2", 2), ("S3", 4), ("S4", 3), ("S5", 1))
            },
            full=20_000,
            light=None,
        )
    ],
    "C02": [
        Plan(
            THROUGHPUT
            | {
                "blocked_M1": lambda runs: runs.share("M1", State.BLOCKED),
                "idle_M3": lambda runs: runs.share("M3", State.STARVED),
                "L_M2": lambda runs: runs.number("M2"),
            },
            full=100_000,
            light=2_000,
        )
    ],
    "C05": [Plan(THROUGHPUT, full=100_000, light=2_000)],
    "C08": [Plan(THROUGHPUT, full=100_000, light=2_000)],
    "C11": [Plan(THROUGHPUT, full=200_000, light=2_000)],
    "C14": [Plan(THROUGHPUT | {"L_M2": lambda runs: runs.number("M2")}, full=200_000, light=2_500)],
    "C16": [
        Plan(
            {
                "good_throughput": lambda runs: runs.throughput,
                "scrap_rate": lambda runs: runs.tally.scrapped.sum(axis=1) / runs.window,
            },
            full=100_000,
            light=2_000,
        )
    ],
    "C19": [
        Plan(
            THROUGHPUT | {"blocked_M2": lambda runs: runs.share("M2", State.BLOCKED) / 2},
            full=100_000,
            light=2_000,
        )
    ],
    "D06": [
        Plan(
            {
                "fill_rate": lambda runs: (
                    1.0 - runs.count("backorders", State.WAITING) / runs.count("D", State.WORKING)
                ),
                "mean_backorders": lambda runs: runs.share("backorders", State.WAITING),
                "mean_finished_stock": lambda runs: runs.share("store_2", State.WAITING),
            },
            full=200_000,
            light=2_000,
            runs=20,
        )
    ],
    "D03": [
        Plan(
            THROUGHPUT
            | {
                "mean_buffer_A": lambda runs: (
                    runs.tally.state_time[:, :, int(State.WAITING)].sum(axis=1) / runs.window
                ),
                "C_busy": lambda runs: runs.share("C", State.WORKING),
            },
            full=200_000,
            light=3_000,
        )
    ],
    "D08": [
        Plan(
            {
                f"mean_wait_{product.upper()}": lambda runs, product=product, k=k: (
                    runs.time(f"buffer_{product}", State.WAITING) / runs.tally.finished[:, k]
                )
                for k, product in enumerate("ab")
            },
            full=200_000,
            light=3_000,
            runs=20,
        )
    ],
    "D12": [
        Plan(
            _shares("M1") | _shares("M2") | {"energy_per_part_kWh_if_time_in_h": _energy_per_part},
            full=100_000,
            light=2_500,
            runs=20,
        )
    ],
    "D18": [Plan(THROUGHPUT, full=100_000, light=2_000)],
}

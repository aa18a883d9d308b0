"""What both engines do with a small line, as a person would write it down."""

import numpy as np

from cells.load import load_text
from twin.build import build_line
from twin.kernel.model import NS_PER_S
from twin.kernel.run import simulate as kernel
from twin.kernel.states import Ending, State
from twin.reference.run import simulate as reference

Row = tuple[str, float, float, int, str]  # state, begin and end in s, part (1, 2, ...), cause


class Traced:
    """A line run in both engines, which have to agree.

    Parameters
    ----------
    body : str
        A cell file without head and `run`.
    seconds : int
        How long to run.
    scan : str
        Cycle of the controller.
    """

    def __init__(self, body: str, seconds: int = 100, scan: str = "0 s") -> None:
        head = "taktwin: 1\nname: traced"
        text = f"{head}\n{body}\nrun: {{horizon: {seconds} s, scan: {scan}}}\n"
        self.line = build_line(load_text(text, "traced.yaml"))
        outcomes = [
            engine(self.line, seed=1, end=seconds * NS_PER_S) for engine in (kernel, reference)
        ]
        self.outcome = outcomes[0]
        self.rows = outcomes[0].log.activities
        assert np.array_equal(self.rows, outcomes[1].log.activities)
        assert outcomes[0].stop == outcomes[1].stop

    def of(self, resource: str, *states: State) -> list[Row]:
        """Return what a resource did, in order; part 0 stands for none."""
        index = self.line.resources.index(resource)
        return [
            self._row(row)
            for row in self.rows
            if row["resource"] == index and (not states or row["state"] in states)
        ]

    def _row(self, row: np.void) -> Row:
        cause, part = int(row["cause"]), int(row["part"])
        by = self.line.resources[cause] if cause >= 0 else Ending(cause).name.lower()
        number = part % 2**39 + 1 if part >= 0 else 0
        return (
            State(row["state"]).name.lower(),
            row["t0"].item() / NS_PER_S,
            row["t1"].item() / NS_PER_S,
            number,
            by,
        )

"""A gate for continuous integration: what a candidate must keep up with."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from twin.results.model import Comparison

# What a gate may name, and the row of a comparison it means.
KPIS = {
    "throughput": "good parts per week",
    "lead_time": "lead time",
    "energy": "energy per good part",
    "wip": "work in process",
}
_GATE = re.compile(r"^\s*([a-z_]+)\s*(>=|<=)\s*([+-]?\d+(?:\.\d+)?)\s*%\s*$")


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound on a relative difference between candidate and baseline."""

    kpi: str
    at_least: bool  # else: at most
    bound: float  # a share

    def judge(self, comparison: "Comparison") -> tuple[bool, str]:
        """Return whether the comparison passes, and a sentence that says why.

        The cautious end of the 95 % interval counts: what is not shown does not pass.

        Raises
        ------
        typer.BadParameter
            If the comparison has no such KPI.
        """
        rows = {row.kpi: row for row in comparison.rows}
        if KPIS[self.kpi] not in rows:
            raise typer.BadParameter(f"--gate: these cells give no {self.kpi} to compare")
        relative = rows[KPIS[self.kpi]].relative
        cautious = relative.low if self.at_least else relative.high
        passed = cautious >= self.bound if self.at_least else cautious <= self.bound
        sign = ">=" if self.at_least else "<="
        return passed, (
            f"gate {'passed' if passed else 'FAILED'}: {self.kpi} {relative.mean:+.2%}"
            f" ({relative.low:+.2%} to {relative.high:+.2%}), asked {sign} {self.bound:+.2%}"
        )


def read_gate(text: str | None) -> Gate | None:
    """Return the gate a text describes, such as `throughput >= -1%`.

    Raises
    ------
    typer.BadParameter
        If it cannot be read.
    """
    if text is None:
        return None
    found = _GATE.match(text)
    if not found or found[1] not in KPIS:
        raise typer.BadParameter(
            f"--gate: cannot read {text!r}; write for example 'throughput >= -1%'"
            f" (one of {', '.join(KPIS)}; >= or <=; per cent of the baseline)"
        )
    return Gate(found[1], found[2] == ">=", float(found[3]) / 100)

"""The live view of a followed controller in the terminal: states, counts, drift, forecast."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twin.bridge.live import LiveState
    from twin.results.likeness import Drift

NS_PER_S = 1_000_000_000
_COLOURS = {"EXECUTE": "green", "HELD": "red", "ABORTED": "red", "SUSPENDED": "yellow"}


def screen(live: "LiveState", drifts: "Sequence[Drift]", forecast: str) -> "RenderableType":
    """Return what to show; `forecast` in words, empty if there is none."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table("station", "state", "operations", "cycle time", box=None, pad_edge=False)
    changed = {drift.name: drift for drift in drifts}
    for name, state in live.states.items():
        word = state.name.capitalize()
        style = _COLOURS.get(state.name, "")
        table.add_row(
            name, Text(word, style), str(live.jobs.get(name, 0)), _changed(changed.get(name))
        )
    return Group(Text(_head(live)), table, Text(f"Forecast: {forecast}" if forecast else ""))


def _changed(drift: "Drift | None") -> str:
    if drift is None:
        return "as in the twin"
    return f"{100 * drift.change.mean:+.1f} % since {drift.onset / 3600:.2f} h"


def _head(live: "LiveState") -> str:
    hours = live.simulation_time / NS_PER_S / 3600
    unit = "not known" if live.unit is None else live.unit.name.capitalize()
    good = live.finished if live.good is None else live.good
    parts = [f"{hours:.2f} h", f"unit {unit}", f"{good} good parts"]
    if live.scrapped:
        parts.append(f"{live.scrapped} scrapped")
    if live.offset is not None:
        off, sure = live.offset.value / 1e6, live.offset.uncertainty / 1e6
        parts.append(f"clock {off:+.3f} ms +- {sure:.3f} ms")
    if live.lateness is not None:
        parts.append(f"{live.lateness / 1e6:.0f} ms behind its pace")
    if live.overruns:
        parts.append(f"{live.overruns} scans too long")
    return "   ".join(parts)

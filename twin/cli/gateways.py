"""What the verbs of `taktwin gateway` do."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from twin.bridge.gateways.mapping import Map, Signal
    from twin.bridge.gateways.source import Source
    from twin.kernel.model import Line


def look(path: Path, cell: str, seconds: float) -> bool:
    """Show what a mapping reads for some seconds; return whether every signal makes sense."""
    from twin.bridge.clock import MonotonicClock
    from twin.bridge.gateways.mapping import load_map
    from twin.bridge.gateways.source import open_source

    mapping = load_map(path)
    if cell:
        _line(cell, mapping)
    source, clock = open_source(mapping), MonotonicClock()
    values: dict[str, list[object]] = {found.name: [] for found in mapping.signals}
    try:
        until = clock.now() + int(seconds * 1e9)
        while clock.now() < until:
            for sample in source.poll():
                values[sample.signal.name].append(sample.value)
            clock.sleep_until(clock.now() + mapping.interval)
        return _show(mapping, values, source)
    finally:
        source.close()


def _show(mapping: "Map", values: dict[str, list[object]], source: "Source") -> bool:
    from rich.console import Console
    from rich.table import Table

    table = Table("signal", "station", "at", "value", "means", "changes", box=None, pad_edge=False)
    well = True
    for found in mapping.signals:
        seen = values[found.name]
        means = _meaning(found, seen)
        well &= not means.startswith("?")
        last = str(seen[-1]) if seen else "-"
        table.add_row(found.name, found.station, found.at, last, means, str(max(0, len(seen) - 1)))
    screen = Console(highlight=False, markup=False)
    screen.print(table)
    for fact in source.facts():
        screen.print(fact)
    return well


def _meaning(found: "Signal", seen: list[object]) -> str:
    if not seen:
        return "? said nothing"
    if found.meaning != "state":
        is_number = isinstance(seen[-1], int | float)
        return found.meaning if is_number else "? no number"
    state = found.state(seen[-1])
    return "? in no mapping of states" if state is None else state.name.lower()


def _line(cell: str, mapping: "Map") -> "Line":
    from cells.load import locate
    from twin.bridge.gateways.translate import Translator
    from twin.build import load_line

    line = load_line(locate(cell), allow_rules=True)  # none of them is run: names are looked up
    Translator(mapping, line)  # says which names the cell does not have
    return line


def serve(path: Path, cell: str, where: tuple[str, int], keys: Path | None) -> None:
    """Serve what a mapping reads until the program is told to stop."""
    from twin.bridge.clock import MonotonicClock
    from twin.bridge.gateways.mapping import load_map
    from twin.bridge.gateways.relay import Relay, stream_of
    from twin.bridge.gateways.source import open_source
    from twin.bridge.gateways.translate import Translator
    from twin.bridge.keys import CONTROLLER, allowed, load_keys
    from twin.bridge.transport import ControllerSocket

    mapping = load_map(path)
    line = _line(cell, mapping)
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: asked.append(number))
    roles = allowed(keys) if keys else {}
    pair = load_keys(keys, CONTROLLER) if keys else None
    sockets = ControllerSocket(keys=pair, allowed=roles, host=where[0], port=where[1])
    source = open_source(mapping)
    typer.echo(f"ready {sockets.endpoint} {pair.public if pair else '-'}")
    try:
        Relay(
            sockets=sockets,
            source=source,
            translator=Translator(mapping, line),
            stream=stream_of(line),
            clock=MonotonicClock(),
            interval=mapping.interval,
            roles=roles,
            stopping=lambda: bool(asked),
        ).run()
    finally:
        source.close()
        sockets.close()

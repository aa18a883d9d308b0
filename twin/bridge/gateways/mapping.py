"""What a gateway reads and what it means: a TOML file that a person writes.

kind = "modbus"                    # opcua, modbus, mqtt or csv
address = "192.168.0.10:502"       # of the server; of csv: the file
interval = "50 ms"                 # between two looks

[signals.lathe_state]
station = "lathe_1"                # as the cell file names it
meaning = "state"                  # or: count, or finished of a sink
at = "holding 100"                 # where: depends on the kind

[packml.lathe_2]                   # opcua: a station with the tags of OPC 30050 below this node
at = "ns=2;s=Lathe2"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cells.errors import hint
from cells.units import read_duration
from twin.bridge.packml import PackState
from twin.bridge.session.errors import BridgeError
from twin.kernel.states import State

KINDS: Final = ("opcua", "modbus", "mqtt", "csv")
MEANINGS: Final = ("state", "count", "finished")
_TOP: Final = ("kind", "address", "interval", "queue", "signals", "packml")
_SIGNAL: Final = ("station", "meaning", "at", "states", "product")

# What a PackML state says of a station; acting states belong to what they lead to.
STATE_OF: Final = {
    PackState.EXECUTE: State.WORKING,
    PackState.STARTING: State.SETTING_UP,
    PackState.COMPLETING: State.WORKING,
    PackState.IDLE: State.STARVED,
    PackState.RESETTING: State.STARVED,
    PackState.COMPLETE: State.BLOCKED,
    PackState.SUSPENDING: State.STARVED,
    PackState.SUSPENDED: State.STARVED,
    PackState.UNSUSPENDING: State.STARVED,
    PackState.HOLDING: State.UNDER_REPAIR,
    PackState.HELD: State.UNDER_REPAIR,
    PackState.UNHOLDING: State.UNDER_REPAIR,
    PackState.ABORTING: State.UNDER_REPAIR,
    PackState.ABORTED: State.UNDER_REPAIR,
    PackState.CLEARING: State.UNDER_REPAIR,
    PackState.STOPPING: State.OFF_SHIFT,
    PackState.STOPPED: State.OFF_SHIFT,
}
_PACKML_TAGS: Final = (
    ("state", "Status", "StateCurrent"),
    ("count", "Admin", "ProdProcessedCount"),
)
_PACKML: Final = {str(int(pack)): state for pack, state in STATE_OF.items()}
_SHOWABLE: Final = {state.name.lower(): state for state in State if state < State.IDLE}


class MapError(BridgeError):
    """A mapping is missing or wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One value that is read."""

    name: str
    station: str
    # state: what the station does; count: parts it has worked on; finished: parts that left at it
    meaning: str
    at: str  # where it is read
    states: Mapping[str, State] = field(default_factory=dict)  # by the text of the value
    product: str = ""

    def state(self, value: object) -> State | None:
        """Return the state that a value stands for; None: it is not in the mapping."""
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return self.states.get(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A mapping as a whole."""

    kind: str
    address: str
    interval: int  # ns
    queue: int  # changes that the server keeps between two looks, of opcua
    signals: tuple[Signal, ...]


def load_map(path: str | Path) -> Map:
    """Return the mapping in a file.

    Raises
    ------
    MapError
        If it cannot be read or is wrong; all faults at once.
    """
    try:
        with Path(path).open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise MapError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MapError(f"{path}: {error}") from None
    faults = [*_top_faults(content), *_packml_faults(content)]
    if not faults:
        content["signals"] = content.get("signals", {}) | _packml_signals(content)
        faults = _signal_faults(content)
    if faults:
        raise MapError("\n".join(f"{path}: {fault}" for fault in faults))
    return Map(
        kind=content["kind"],
        address=content["address"],
        interval=read_duration(content.get("interval", "50 ms")),
        queue=content.get("queue", 100),
        signals=tuple(_signal(name, entry) for name, entry in content["signals"].items()),
    )


def _top_faults(content: dict[str, Any]) -> list[str]:
    faults = [f"no key {key!r} here.{hint(key, _TOP)}" for key in content if key not in _TOP]
    if content.get("kind") not in KINDS:
        faults.append(f"kind: {content.get('kind')!r} is not one of {', '.join(KINDS)}")
    address = content.get("address")
    if not isinstance(address, str) or not address:
        faults.append("address: missing; where the server is, or the file")
    try:
        if read_duration(content.get("interval", "50 ms")) < 1_000_000:
            faults.append("interval: shorter than 1 ms")
    except ValueError as error:
        faults.append(f"interval: {error}")
    queue = content.get("queue", 100)
    if isinstance(queue, bool) or not isinstance(queue, int) or queue < 1:
        faults.append(f"queue: expected a whole number from 1 on, found {queue!r}")
    return faults


def _packml_faults(content: dict[str, Any]) -> list[str]:
    stations = content.get("packml", {})
    if not isinstance(stations, dict) or not isinstance(content.get("signals", {}), dict):
        return ["packml and signals: expected tables [packml.STATION] and [signals.NAME]"]
    if stations and content.get("kind") != "opcua":
        return ["packml: only of kind opcua; write signals for the others"]
    return [
        f"packml.{name}: expected at = NODE and nothing else"
        for name, entry in stations.items()
        if not isinstance(entry, dict) or set(entry) != {"at"} or not isinstance(entry["at"], str)
    ]


def _packml_signals(content: dict[str, Any]) -> dict[str, Any]:
    """Return the signals that each PackML station has, by the browse names of OPC 30050."""
    return {
        f"{name}.{tag}": {
            "station": name,
            "meaning": meaning,
            "at": f"{entry['at']} > {group} > {tag}",
        }
        for name, entry in content.get("packml", {}).items()
        for meaning, group, tag in _PACKML_TAGS
    }


def _signal_faults(content: dict[str, Any]) -> list[str]:
    signals = content.get("signals")
    if not isinstance(signals, dict) or not signals:
        return ["signals: none; write at least one table [signals.NAME] or [packml.STATION]"]
    return [
        f"signals.{name}: {fault}" for name, entry in signals.items() for fault in _faults(entry)
    ]


def _faults(entry: object) -> list[str]:
    if not isinstance(entry, dict):
        return [f"expected a table with {', '.join(_SIGNAL)}"]
    faults = [f"no key {key!r} here.{hint(key, _SIGNAL)}" for key in entry if key not in _SIGNAL]
    required = [entry.get(key) for key in ("station", "at")]
    if not all(isinstance(value, str) and value for value in required):
        faults.append("station and at: both are needed")
    if entry.get("meaning") not in MEANINGS:
        faults.append(f"meaning: {entry.get('meaning')!r} is not one of {', '.join(MEANINGS)}")
    states = entry.get("states", {})
    if not isinstance(states, dict):
        return [*faults, "states: expected a table of values and states"]
    known = list(_SHOWABLE)
    wrong = [s for s in states.values() if s not in known]
    return faults + [f"states: no state {state!r}.{hint(state, known)}" for state in wrong]


def _signal(name: str, entry: dict[str, Any]) -> Signal:
    written = {str(value): _SHOWABLE[state] for value, state in entry.get("states", {}).items()}
    return Signal(
        name=name,
        station=entry["station"],
        meaning=entry["meaning"],
        at=entry["at"],
        states=written or _PACKML,
        product=str(entry.get("product", "")),
    )

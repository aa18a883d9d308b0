"""What every kind of gateway has in common: samples, and what was not seen."""

from typing import Any, NamedTuple, Protocol

from twin.bridge.gateways.mapping import Map, MapError, Signal
from twin.bridge.session.errors import BridgeError


class SourceError(BridgeError):
    """A server cannot be reached, or does not have what the mapping names."""


class Sample(NamedTuple):
    """A value at a time."""

    signal: Signal
    value: Any  # None: not known any more, the machine has left
    at: int  # ns on the clock of the source


class Source(Protocol):
    """Reads the signals of a mapping."""

    unseen: int  # changes that happened between two looks and were not seen

    def poll(self) -> list[Sample]:
        """Return what has changed since the last call, in order of time."""

    def facts(self) -> list[str]:
        """Return what a person should know of the connection, such as revised intervals."""

    def close(self) -> None:
        """Let go of the server."""


def open_source(mapping: Map) -> Source:
    """Return the source that a mapping describes, connected.

    Raises
    ------
    SourceError
        If it cannot be reached, a signal is not there, or an extra is not installed.
    """
    try:
        match mapping.kind:
            case "csv":
                from twin.bridge.gateways.table import TableSource

                return TableSource(mapping)
            case "modbus":
                from twin.bridge.gateways.modbus import ModbusSource

                return ModbusSource(mapping)
            case "mqtt":
                from twin.bridge.gateways.mqtt import MqttSource

                return MqttSource(mapping)
            case _:
                from twin.bridge.gateways.opcua import OpcuaSource

                return OpcuaSource(mapping)
    except ImportError as error:
        raise SourceError(
            f"{mapping.kind} needs {error.name}: pip install 'taktwin[{mapping.kind}]'"
        ) from None


__all__ = ["Map", "MapError", "Sample", "Signal", "Source", "SourceError", "open_source"]

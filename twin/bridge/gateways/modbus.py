"""Modbus TCP: registers polled, edges found.

The address is `HOST:PORT`, with `/DEVICE` for another device than 1.  `at` of a signal is
`TABLE ADDRESS [TYPE]`: table holding, input, coil or discrete; type uint16 (default), int16,
uint32, int32, float32 (high word first).  Polling loses states shorter than the interval but no
counts: judge by counts.
"""

import math
import re
import time
from typing import Any, Final, NamedTuple

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

from twin.bridge.gateways.mapping import Map, Signal
from twin.bridge.gateways.source import Sample, SourceError

_AT: Final = re.compile(r"(holding|input|coil|discrete)\s+(\d+)(?:\s+(u?int16|u?int32|float32))?")
_ADDRESS: Final = re.compile(r"([^:/]+):(\d+)(?:/(\d+))?")
_WIDTH: Final = {"uint16": 16, "int16": 16, "uint32": 32, "int32": 32}


class _Register(NamedTuple):
    table: str
    address: int
    type: str


class ModbusSource:
    """Polls the registers of one server."""

    def __init__(self, mapping: Map) -> None:
        self.unseen = 0  # parts counted between two looks beyond the first
        match = _ADDRESS.fullmatch(mapping.address)
        if match is None:
            raise SourceError(
                f"address {mapping.address!r}: expected HOST:PORT or HOST:PORT/DEVICE"
            )
        self._address, self._device = mapping.address, int(match[3] or 1)
        self._registers = [(signal, _register(signal)) for signal in mapping.signals]
        self._client = ModbusTcpClient(match[1], port=int(match[2]), timeout=2, retries=1)
        self._last: dict[str, float] = {}
        self._slowest = 0
        if not self._client.connect():
            raise SourceError(f"{mapping.address}: no Modbus server answers")

    def poll(self) -> list[Sample]:
        """Return the values that changed since the last call."""
        begun = time.monotonic_ns()
        samples = []
        for signal, register in self._registers:
            value = self._read(signal, register)
            before = self._last.get(signal.name)
            if before == value or not math.isfinite(value):
                continue  # a float may be no number, as after a start
            if signal.meaning == "count" and before is not None:
                self.unseen += max(0, int(value - before) - 1)
            self._last[signal.name] = value
            samples.append(Sample(signal, value, time.monotonic_ns()))
        self._slowest = max(self._slowest, time.monotonic_ns() - begun)
        return samples

    def facts(self) -> list[str]:
        """Return how long a look takes."""
        return [f"a look at all registers took up to {self._slowest / 1e6:.1f} ms"]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _read(self, signal: Signal, register: _Register) -> float:
        readers: dict[str, Any] = {
            "holding": self._client.read_holding_registers,
            "input": self._client.read_input_registers,
            "coil": self._client.read_coils,
            "discrete": self._client.read_discrete_inputs,
        }
        words = 2 if "32" in register.type else 1
        where = f"{self._address}: signals.{signal.name}: {signal.at}"
        try:
            answer = readers[register.table](register.address, count=words, device_id=self._device)
        except ModbusException as error:
            raise SourceError(f"{where}: {error}") from None
        if answer.isError():
            raise SourceError(f"{where}: the server says {answer}")
        if register.table in ("coil", "discrete"):
            return float(answer.bits[0])
        return _value(answer.registers, register.type)


def _value(words: list[int], kind: str) -> float:
    import struct

    data = struct.pack(f">{len(words)}H", *words)
    codes = {"uint16": ">H", "int16": ">h", "uint32": ">I", "int32": ">i", "float32": ">f"}
    (value,) = struct.unpack(codes[kind], data)
    return float(value)


def _register(signal: Signal) -> _Register:
    match = _AT.fullmatch(signal.at.strip())
    if match is None:
        raise SourceError(
            f"signals.{signal.name}: at {signal.at!r}: expected TABLE ADDRESS [TYPE],"
            " such as `holding 100 uint32`"
        )
    return _Register(match[1], int(match[2]), match[3] or "uint16")

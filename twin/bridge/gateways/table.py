"""A CSV file that grows: an event log of a machine, read at its end.

The address is the file; its first line names the columns.  `at` of a signal is
`COLUMN` or `COLUMN where OTHER = VALUE`; a column `time` in seconds (or ISO 8601) dates each line.
"""

import csv
import re
from datetime import datetime
from pathlib import Path

from twin.bridge.gateways.mapping import Map, Signal
from twin.bridge.gateways.source import Sample, SourceError

_AT = re.compile(r"(\w+)(?:\s+where\s+(\w+)\s*=\s*(.+))?")
_NS_PER_S = 1_000_000_000
_MOST = 1 << 20  # bytes read at once
_LATEST = 4e9  # s; what is dated later, or that long before 1970, has no date


class TableSource:
    """Follows one file; a file that was cut short or replaced is read from its start."""

    def __init__(self, mapping: Map) -> None:
        self.unseen = 0  # lines that could not be read
        self._path = Path(mapping.address)
        self._rest, self._offset, self._number = b"", 0, -1
        self._columns: list[str] = []
        self._rules = [(signal, _rule(signal)) for signal in mapping.signals]
        self._last: dict[str, object] = {}
        if not self._path.is_file():
            raise SourceError(f"{self._path}: no such file")
        self._check_columns()

    def poll(self) -> list[Sample]:
        """Return what the lines say that were added since the last call."""
        return [sample for line in self._lines() for sample in self._samples(line)]

    def facts(self) -> list[str]:
        """Return how far the file was read, and what in it was no data."""
        return [f"{self._offset} bytes read, {self.unseen} lines could not be read"]

    def close(self) -> None:
        """Do nothing: the file is opened for each look."""

    def _check_columns(self) -> None:
        with self._path.open(newline="", encoding="utf-8", errors="replace") as file:
            columns = next(csv.reader(file), [])
        named = {c for _, rule in self._rules for c in rule[:2] if c} | {"time"}
        missing = sorted(named - set(columns))
        if missing:
            raise SourceError(f"{self._path}: no column {', '.join(missing)} in its first line")

    def _lines(self) -> list[str]:
        """Return the whole lines that were added."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(_MOST)
                # Looked at after reading: a file that grew meanwhile must not look cut short.
                found = self._path.stat()
        except FileNotFoundError:  # between a file that was put away and the next one
            return []
        except OSError as error:
            raise SourceError(f"{self._path}: {error.strerror}") from None
        if found.st_size < self._offset or (self._number not in (-1, found.st_ino)):
            self._rest, self._offset, self._columns, self._number = b"", 0, [], found.st_ino
            return self._lines()
        self._number = found.st_ino
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [line.decode("utf-8", errors="replace").strip("\r") for line in lines]

    def _samples(self, line: str) -> list[Sample]:
        try:
            fields = next(csv.reader([line]), [])
        except csv.Error:  # a field without end, a NUL
            self.unseen += 1
            return []
        if not self._columns:
            self._columns = fields
            return []
        row = dict(zip(self._columns, fields, strict=False))
        at = _time(row.get("time", ""))
        if at is None or len(fields) != len(self._columns):
            self.unseen += bool(fields)
            return []
        samples = []
        for signal, (column, other, wanted) in self._rules:
            value = row.get(column, "")
            if value == "" or (other and row.get(other) != wanted):
                continue
            if self._last.get(signal.name) != value:
                self._last[signal.name] = value
                samples.append(Sample(signal, _number(value), at))
        return samples


def _rule(signal: Signal) -> tuple[str, str, str]:
    match = _AT.fullmatch(signal.at.strip())
    if match is None:
        raise SourceError(
            f"signals.{signal.name}: at {signal.at!r}: expected COLUMN"
            " or COLUMN where OTHER = VALUE"
        )
    return match[1], match[2] or "", (match[3] or "").strip()


def _time(text: str) -> int | None:
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = datetime.fromisoformat(text).timestamp()
        except (ValueError, OverflowError):
            return None
    return round(seconds * _NS_PER_S) if abs(seconds) < _LATEST else None


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text

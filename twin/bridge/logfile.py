"""Records and audit logs as a person reads them: verdicts, tables, CSV and Parquet."""

import csv
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from twin.bridge.audit import INTENT, RESULT, Entry, in_doubt, is_audit, read_audit
from twin.bridge.recorder import Recording, read_recording
from twin.bridge.wal import RecordError, Scan
from twin.kernel.log import PART_SHIFT, Log
from twin.kernel.model import NONE
from twin.kernel.states import Ending, State

COLUMNS: Final = ("start_ns", "end_ns", "resource", "state", "part", "product", "ended_by")
AUDIT_COLUMNS: Final = ("time_utc", "what", "who", "session", "number", "tag", "value", "result")


class Verdict(NamedTuple):
    """What is to be said of a folder, and whether all is well with it."""

    well: bool
    sentences: tuple[str, ...]


def holds_audit(folder: Path) -> bool:
    """Return whether a folder holds an audit log rather than a record.

    Raises
    ------
    RecordError
        If it holds neither.
    """
    scan = Scan(folder)
    if scan.last is None:
        raise RecordError(f"{folder}: no log here; a log is a folder with *.wal files")
    return bool(scan.payloads) and is_audit(scan.payloads[0])


def verify(folder: Path) -> Verdict:
    """Return whether the log in a folder is intact and whole."""
    scan = Scan(folder)
    is_of_commands = holds_audit(folder)
    frames = f"{len(scan.payloads)} frames in {len(list(folder.glob('*.wal')))} segments are intact"
    damage = [f"{scan.torn} bytes behind the last intact frame are not read"] if scan.torn else []
    found = _of_audit(folder) if is_of_commands else _of_record(read_recording(folder))
    return Verdict(found.well and not damage, (frames, *damage, *found.sentences))


def _of_record(recording: Recording) -> Verdict:
    position = recording.position
    kept = sum(map(len, recording.batches))
    lost = [f"records {first} to {last - 1} are lost for good" for first, last in position.gaps]
    begun = "" if not position.first else f", begun in a running line at record {position.first}"
    end = "" if position.end is not None else "it stops before the end of the run"
    sentences = [f"{kept} activities of run {position.epoch:x}{begun}", *lost]
    whole = "the digest of all records is that of the controller" if recording.complete else ""
    sentences += [text for text in (end, "" if position.first else whole) if text]
    return Verdict(recording.complete, tuple(sentences))


def _of_audit(folder: Path) -> Verdict:
    entries = read_audit(folder)
    doubtful = in_doubt(entries)
    texts = [
        f"command {entry.command.sequence} of {entry.who} ({_tag(entry)}) is in doubt"
        for entry in doubtful
    ]
    return Verdict(not doubtful, (f"{len(entries)} entries about commands", *texts))


def rows_of(log: Log) -> Iterator[tuple[Any, ...]]:
    """Yield the activities of a log with names in place of numbers, in `COLUMNS`."""
    states = {state.value: state.name.lower() for state in State}
    endings = {ending.value: ending.name.lower() for ending in Ending}
    for t0, t1, resource, state, part, product, cause in log.activities.tolist():
        yield (
            t0,
            t1,
            log.resources[resource],
            states[state],
            "" if part == NONE else f"{part >> PART_SHIFT}-{part & ((1 << PART_SHIFT) - 1)}",
            "" if product == NONE else log.products[product],
            endings[cause] if cause < 0 else log.resources[cause],
        )


def audit_rows(entries: Iterable[Entry]) -> Iterator[tuple[Any, ...]]:
    """Yield the entries of an audit log in `AUDIT_COLUMNS`."""
    words = {INTENT: "intent", RESULT: "result"}
    for entry in entries:
        at = datetime.fromtimestamp(entry.at / 1e9, UTC).isoformat(timespec="milliseconds")
        body = {} if entry.result is None else entry.result.body
        said = ": ".join(str(body[key]) for key in ("status", "reason") if key in body)
        what, command = words.get(entry.what, "answer"), entry.command
        value = command.body.get("value", "")
        numbers = (f"{command.session:x}", command.sequence)
        yield (at, what, entry.who, *numbers, _tag(entry), value, said)


def _tag(entry: Entry) -> str:
    return str(entry.command.body.get("tag", ""))


def table_of(folder: Path) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the columns and rows of the log in a folder.

    Raises
    ------
    RecordError
        If there is none.
    """
    if holds_audit(folder):
        return AUDIT_COLUMNS, list(audit_rows(read_audit(folder)))
    return COLUMNS, list(rows_of(read_recording(folder).log))


def export(folder: Path, target: Path) -> int:
    """Write a log to a file, CSV or Parquet by its ending; return how many rows.

    Raises
    ------
    RecordError
        If there is no log, the ending is another, or PyArrow is missing for Parquet.
    """
    columns, rows = table_of(folder)
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    if target.suffix not in writers:
        raise RecordError(f"{target}: a log is exported to a file named *.csv or *.parquet")
    part = target.with_name(target.name + ".part")
    writers[target.suffix](part, columns, rows)
    os.replace(part, target)
    return len(rows)


def _write_csv(path: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _write_parquet(path: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise RecordError("Parquet needs PyArrow: pip install 'taktwin[parquet]'") from None
    data = dict(zip(columns, zip(*rows, strict=True), strict=True)) if rows else {}
    table = pyarrow.table({name: list(data.get(name, ())) for name in columns})
    parquet.write_table(table, path)

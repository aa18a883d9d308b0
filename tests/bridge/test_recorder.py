"""Claims about the record: what was committed is there, what was torn is not read."""

import errno
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from twin.bridge import wal
from twin.bridge.messages import Kind, Message
from twin.bridge.recorder import Recorder, RecordError, read_log, read_recording
from twin.bridge.wal import Scan, Wal, frame, frames
from twin.kernel.log import ACTIVITY

MS = 1_000_000
WELCOME = Message(
    kind=Kind.WELCOME,
    session=7,
    body={"model_id": "ab", "resources": ["mill", "lathe"], "products": ["shaft"]},
)


def events(first, count):
    records = np.zeros(count, ACTIVITY)
    records["t1"] = np.arange(first, first + count)
    return Message(
        kind=Kind.EVENTS, session=7, sequence=first, records=records, simulation_time=first + count
    )


def end(total):
    return Message(kind=Kind.END, session=7, sequence=total, body={"end": 99, "digest": ""})


def test_a_record_reads_back_as_the_log_that_was_recorded(tmp_path):
    with Recorder(tmp_path / "new" / "folder") as recorder:
        for message in (WELCOME, events(0, 3), events(3, 2), end(5)):
            recorder.append(message, now=0)
        recorder.commit()

    recording = read_recording(tmp_path / "new" / "folder")

    assert recording.complete
    assert recording.model_id == "ab"
    assert recording.log.activities["t1"].tolist() == [0, 1, 2, 3, 4]
    assert recording.log.resources == ("mill", "lathe")
    assert recording.log.products == ("shaft",)
    assert recording.log.end == 99


def test_a_record_without_an_end_is_cut_where_the_controller_was(tmp_path):
    with Recorder(tmp_path) as recorder:
        recorder.append(WELCOME, 0)
        recorder.append(events(0, 4), 0)
        recorder.commit()

    assert read_log(tmp_path).end == 4
    assert not read_recording(tmp_path).complete


def test_a_gap_is_part_of_the_record(tmp_path):
    gap = Message(kind=Kind.GAP, session=7, sequence=9, body={"first": 2, "last": 9})
    with Recorder(tmp_path) as recorder:
        for message in (WELCOME, events(0, 2), gap, events(9, 1), end(10)):
            recorder.append(message, 0)
        recorder.commit()

    recording = read_recording(tmp_path)

    assert recording.position.gaps == [(2, 9)]
    assert recording.position.next == 10
    assert not recording.complete


def test_what_was_not_committed_is_not_in_the_record(tmp_path):
    with Recorder(tmp_path) as recorder:
        recorder.append(WELCOME, 0)
        recorder.commit()
        recorder.append(events(0, 2), 0)

    assert read_recording(tmp_path).position.next == 0


def test_commits_are_shared_by_what_came_within_five_milliseconds(tmp_path):
    with Recorder(tmp_path) as recorder:
        assert not recorder.due(0)
        recorder.append(WELCOME, 10 * MS)
        recorder.append(events(0, 1), 12 * MS)
        assert not recorder.due(15 * MS - 1)
        assert recorder.due(15 * MS)
        recorder.commit()
        assert not recorder.due(99 * MS)
        recorder.append(events(1, 6000), 100 * MS)  # 336 kB: enough for a write of its own
        assert recorder.due(100 * MS)


def test_a_torn_tail_is_cut_at_whatever_byte_it_tears(tmp_path):
    whole = tmp_path / "whole"
    with Recorder(whole) as recorder:
        for message in (WELCOME, *(events(k, 1) for k in range(5))):
            recorder.append(message, 0)
        recorder.commit()
    (segment,) = whole.glob("*.wal")
    data = segment.read_bytes()
    ends = [0, *(at for _, at in frames(data, 0))]
    assert ends[-1] == len(data)

    for cut in range(ends[-4], len(data)):
        torn = tmp_path / "torn"
        shutil.rmtree(torn, ignore_errors=True)
        torn.mkdir()
        (torn / segment.name).write_bytes(data[:cut])
        intact = sum(at <= cut for at in ends) - 1

        assert read_recording(torn).position.next == intact - 1
        assert read_recording(torn).torn == cut - ends[intact]
        with Recorder(torn) as recorder:
            recorder.append(events(intact - 1, 1), 0)
            recorder.commit()
        assert read_recording(torn).log.activities["t1"].tolist() == list(range(intact))
        assert read_recording(torn).torn == 0


def test_a_flipped_bit_is_never_read():
    data = b"".join(frame(n, bytes([n]) * 20) for n in range(4))
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 0x40

        intact = [payload for payload, _ in frames(bytes(damaged), 0)]

        assert intact == [bytes([n]) * 20 for n in range(at // 40)]


def test_segments_follow_each_other(tmp_path):
    log = Wal(tmp_path, segment_bytes=100)
    for n in range(20):
        log.append(bytes([n]) * 30)
        log.commit()
    log.close()

    again = Wal(tmp_path, segment_bytes=100)
    again.append(b"more")
    again.commit()
    again.close()

    assert len(list(tmp_path.glob("*.wal"))) == 11
    assert Scan(tmp_path).payloads == [bytes([n]) * 30 for n in range(20)] + [b"more"]


def test_damage_before_the_last_segment_is_not_written_over(tmp_path):
    log = Wal(tmp_path, segment_bytes=100)
    for n in range(20):
        log.append(bytes([n]) * 30)
        log.commit()
    log.close()
    segments = sorted(tmp_path.glob("*.wal"))
    segments[3].write_bytes(b"\0" * 50)

    with pytest.raises(RecordError, match="the record is damaged; record into another folder"):
        Wal(tmp_path)
    assert len(Scan(tmp_path).payloads) == 6
    assert segments[4].exists()


def fails(code):
    def fail(*_):
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize(
    ("where", "code", "text"),
    [("writev", errno.ENOSPC, "No space left"), ("open", errno.EROFS, "Read-only file system")],
)
def test_a_disk_that_is_full_or_read_only_is_named_with_the_folder(
    where, code, text, tmp_path, monkeypatch
):
    with Recorder(tmp_path) as recorder:
        recorder.append(WELCOME, 0)
        recorder.commit()
        recorder.append(events(0, 1), 0)
        if where == "writev":
            with monkeypatch.context() as patch:
                patch.setattr(wal.os, "writev", fails(code))
                with pytest.raises(RecordError, match=f"{tmp_path}: .*{text}"):
                    recorder.commit()
    if where == "open":
        with monkeypatch.context() as patch:
            patch.setattr(wal.os, "open", fails(code))
            with pytest.raises(RecordError, match=f"{tmp_path}: .*{text}"):
                Recorder(tmp_path)

    assert read_recording(tmp_path).welcome is not None


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordError, match="file: the record cannot be written: File exists"):
        Recorder(tmp_path / "file")


def test_an_empty_folder_is_no_record(tmp_path):
    with pytest.raises(RecordError, match="no record here"):
        read_log(tmp_path)


def test_two_programs_do_not_record_into_one_folder(tmp_path):
    with Recorder(tmp_path), pytest.raises(RecordError, match="another program is recording here"):
        Recorder(tmp_path)


CHILD = """
import sys
from pathlib import Path
from twin.bridge.wal import Wal
log = Wal(Path(sys.argv[1]), segment_bytes=20_000)
number = len(log.scan.payloads)
while True:
    for _ in range(8):
        log.append(number.to_bytes(8, "little") * 7)
        number += 1
    log.commit()
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path):
    acknowledged = 0
    for cycle in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(1 + 3 * cycle):
            acknowledged = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        rest, _ = child.communicate()
        acknowledged = max([acknowledged, *map(int, rest.split("\n")[:-1])])

        payloads = Scan(tmp_path).payloads

        assert len(payloads) >= acknowledged
        assert payloads == [n.to_bytes(8, "little") * 7 for n in range(len(payloads))]

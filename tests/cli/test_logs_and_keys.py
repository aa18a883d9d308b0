"""Claims about `taktwin log` and `taktwin keys`."""

import csv

import numpy as np
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from twin.bridge.audit import INTENT, RESULT, Audit
from twin.bridge.keys import allowed
from twin.bridge.messages import Kind, Message
from twin.bridge.recorder import Recorder
from twin.bridge.session import Role
from twin.cli.app import app
from twin.kernel.log import ACTIVITY
from twin.kernel.states import Ending, State

NAMES = {"model_id": "m", "resources": ["saw", "mill"], "products": ["shaft"]}
HOLD = {"tag": "Command.CntrlCmd", "value": 4}


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def record(tmp_path):
    """Make a record that stops before the end of the run."""
    rows = np.zeros(3, ACTIVITY)
    rows["t1"], rows["resource"], rows["part"] = [5, 6, 7], 1, [0, 1, -1]
    rows["product"], rows["cause"] = [0, 0, -1], [Ending.DONE, 0, Ending.CUT]
    rows["state"] = [State.WORKING, State.BLOCKED, State.STARVED]
    with Recorder(tmp_path / "log") as recorder:
        recorder.append(Message(Kind.WELCOME, 7, body=NAMES), 0)
        recorder.append(Message(Kind.EVENTS, 7, records=rows), 0)
        recorder.commit()
    return tmp_path / "log"


@pytest.fixture
def audit(tmp_path):
    """Make a log of commands with one that was done and one in doubt."""
    log = Audit(tmp_path / "audit")
    commands = [Message(Kind.COMMAND, 7, n, body=HOLD) for n in (1, 2)]
    for command in commands:
        log.add(INTENT, "key office", command, None, at=10**18)
    done = Message(Kind.RESULT, 7, 1, body={"status": "done"})
    log.add(RESULT, "key office", commands[0], done, at=10**18)
    log.commit()
    log.close()
    return tmp_path / "audit"


def test_a_record_is_shown_with_names(record):
    result = run("log", "show", record, "--limit", 2)

    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1].split() == ["0", "5", "mill", "working", "0-0", "shaft", "done"]
    assert lines[2].split()[-1] == "saw"
    assert lines[-1] == "2 of 3 rows"


def test_a_record_that_is_not_whole_says_why(record):
    segment = record / "000000000000.wal"
    segment.write_bytes(segment.read_bytes() + b"torn")

    result = run("log", "verify", record)

    assert result.exit_code == 1
    assert "2 frames in 1 segments are intact" in result.stdout
    assert "4 bytes behind the last intact frame are not read" in result.stdout
    assert "it stops before the end of the run" in result.stdout
    assert result.stdout.endswith("NOT whole\n")


def test_a_record_is_exported_to_csv_and_parquet_alike(record, tmp_path):
    for name in ("log.csv", "log.parquet"):
        assert run("log", "export", record, tmp_path / name).exit_code == 0

    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = pyarrow.parquet.read_table(tmp_path / "log.parquet").to_pylist()
    assert rows[0]["ended_by"] == "done"
    assert [{k: str(v) for k, v in row.items()} for row in table] == rows
    assert sorted(p.name for p in tmp_path.iterdir()) == ["log", "log.csv", "log.parquet"]


def test_another_ending_is_refused(record, tmp_path):
    result = run("log", "export", record, tmp_path / "log.xlsx")

    assert "*.csv or *.parquet" in str(result.exception)


def test_a_command_in_doubt_is_named(audit):
    result = run("log", "verify", audit)

    assert result.exit_code == 1
    assert "command 2 of key office (Command.CntrlCmd) is in doubt" in result.stdout
    shown = run("log", "show", audit).stdout
    assert [word in shown for word in ("intent", "result", "done")] == [True] * 3


def test_a_folder_without_a_log_is_named(tmp_path):
    for verb in ("show", "verify"):
        assert f"{tmp_path}: no log here" in str(run("log", verb, tmp_path).exception)


def test_keys_are_made_allowed_shown_and_revoked(tmp_path):
    public = run("keys", "make", tmp_path, "office").stdout.strip()
    run("keys", "allow", tmp_path, "desk", public, "--role", "operator")

    assert allowed(tmp_path) == {public: Role.OPERATOR}
    shown = run("keys", "show", tmp_path).stdout
    assert "may connect as operator" in shown
    assert (tmp_path / "office.secret").read_text().strip() not in shown
    run("keys", "revoke", tmp_path, "desk")
    assert allowed(tmp_path) == {}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["allow", "desk", "short"], "is no key"),
        (["allow", "desk", "x" * 40, "--role", "king"], "roles are observer, operator, engineer"),
        (["revoke", "nobody"], "nobody named 'nobody' may connect"),
    ],
)
def test_wrong_keys_and_roles_are_named(words, text, tmp_path):
    verb, *rest = words
    assert text in str(run("keys", verb, tmp_path, *rest).exception)

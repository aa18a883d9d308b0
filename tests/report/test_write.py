"""Claims about the files of a report."""

import json
import os

import pytest

from tests.report import judging, tending
from twin.report import write_report
from twin.report.atomic import write_atomically


def test_both_files_are_written_and_hold_everything(tmp_path):
    paths = write_report(
        tmp_path / "new" / "folder",
        results=tending.results(),
        timeline=tending.timeline(),
        comparison=tending.comparison(),
        fidelity=judging.fidelity(),
        motion=tending.motion(),
        start_of_week=0.0,
    )

    document = json.loads(paths.json.read_text(encoding="utf-8"))

    assert paths.html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert document["results"]["throughput"]["mean"] == 25.51
    assert document["fidelity"]["verdict"] == "different"
    assert len(document["timeline"]["lanes"]) == 4
    assert document["motion"][0]["moves"][0]["from_"] == "infeed_nest"
    assert len(document["motion"][0]["picture"]) > 100
    program = document["motion"][0]["programs"][0]
    assert program["track"]["joints"][2] == [0.2, 1.0]
    assert program["activities"][1]["what"] == "wait"


def test_what_was_not_asked_for_is_null(tmp_path):
    paths = write_report(tmp_path, results=tending.results())
    document = json.loads(paths.json.read_text(encoding="utf-8"))
    assert document["comparison"] is document["fidelity"] is document["timeline"] is None
    assert document["motion"] == []


def test_the_same_results_give_the_same_bytes(tmp_path):
    one = write_report(tmp_path / "a", results=tending.results(), timeline=tending.timeline())
    two = write_report(tmp_path / "b", results=tending.results(), timeline=tending.timeline())
    assert one.html.read_bytes() == two.html.read_bytes()
    assert one.json.read_bytes() == two.json.read_bytes()


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step):
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["report.html"]


def test_the_new_file_is_complete_before_it_takes_the_name(tmp_path, monkeypatch):
    path, seen, rename = tmp_path / "report.html", [], os.replace

    def watch(source, target):
        with open(source, "rb") as file:
            seen.append(file.read())
        rename(source, target)

    monkeypatch.setattr(os, "replace", watch)
    write_atomically(path, b"x" * 1_000_000)

    assert seen == [path.read_bytes()] == [b"x" * 1_000_000]


def test_a_fault_while_the_page_is_made_touches_no_file(tmp_path):
    write_report(tmp_path, results=tending.results())
    before = (tmp_path / "report.html").read_bytes(), (tmp_path / "report.json").read_bytes()

    with pytest.raises(AttributeError):
        write_report(tmp_path, results=tending.results(throughput=None))

    assert before == (
        (tmp_path / "report.html").read_bytes(),
        (tmp_path / "report.json").read_bytes(),
    )
    assert len(os.listdir(tmp_path)) == 2

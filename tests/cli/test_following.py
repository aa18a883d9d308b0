"""Claims about following a controller that is already there, and about judging a record again."""

import json
import re

import pytest
from rich.console import Console

from twin.bridge.launch import Settings, launch_emulator
from twin.bridge.live import LiveState
from twin.bridge.packml import PackState
from twin.bridge.remote import Remote
from twin.build import load_line
from twin.cli import app as command
from twin.cli.screen import screen
from twin.experiments.forecast import Forecast
from twin.results.estimates import wilson
from twin.results.likeness import Drift
from twin.results.model import Estimate

CELL = """
taktwin: 1
name: two_mills
products: {shaft: {}}
sources: {saw: {product: shaft, saturated: true}}
stations:
  mill: {count: 2, process: {lognormal: {mean: 17 s, cv: 0.2}}}
sinks: {store: {}}
flow: [{from: saw, to: mill}, {from: mill, to: store}]
run: {horizon: 8 h}
"""


@pytest.fixture
def taktwin(tmp_path, monkeypatch, capsys):
    """Return a function that runs a command line in a folder with a cell: exit code and output."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cell.yaml").write_text(CELL)

    def run(*words):
        monkeypatch.setattr("sys.argv", ["taktwin", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def test_a_controller_is_followed_to_its_end_and_its_record_judged_again(taktwin, tmp_path):
    faults = ("mill_2:slow:15%:2h",)
    settings = Settings(seed=5, until="4 h", speed="4000", faults=faults)
    with launch_emulator(tmp_path / "cell.yaml", tmp_path / "plant", settings) as emulator:
        address = ("--connect", emulator.endpoint, "--keys", tmp_path / "plant" / "keys")
        code, out, err = taktwin("twin", "cell.yaml", *address, "--order", 1500)

    assert code == 0, err
    assert "mill_2 takes" in out.replace("\n", " ")
    record = tmp_path / "out" / "two_mills" / "record" / "0001" / "log"
    replays = [taktwin("twin", "cell.yaml", "--replay", record, "--json")[1] for _ in range(2)]
    assert replays[0] == replays[1]
    found = json.loads(replays[0])
    assert found["verdict"] == "different"
    assert [drift["name"] for drift in found["drifts"]] == ["mill_2"]
    assert found["drifts"][0]["onset"] / 3600 == pytest.approx(2, abs=0.1)


def test_a_running_line_is_taken_up_and_its_output_foretold(taktwin, tmp_path):
    settings = Settings(seed=5, until="7 h", speed="3000")
    with launch_emulator(tmp_path / "cell.yaml", tmp_path / "plant", settings) as emulator:
        keys = tmp_path / "plant" / "keys"
        access, model = emulator.access, load_line(tmp_path / "cell.yaml").model_id
        with Remote(emulator.endpoint, access, model) as first:
            first.follow(1_000_000_000)
        address = ("--connect", emulator.endpoint, "--keys", keys, "--from-now")
        code, _, err = taktwin("twin", "cell.yaml", *address, "--order", 3000)

    assert code == 0, err
    # Two mills of 17 s each make 3388 parts in 8 h.
    said = re.search(r"Forecast: (\d+)-(\d+) good parts by 8 h, 100 % chance", err)
    low, high = map(int, said.groups())
    assert 3330 < low < high < 3450


def test_a_record_of_another_cell_is_not_judged(taktwin, tmp_path):
    with launch_emulator(tmp_path / "cell.yaml", tmp_path / "plant", Settings(until="1 h")) as e:
        keys = tmp_path / "plant" / "keys"
        taktwin("twin", "cell.yaml", "--connect", e.endpoint, "--keys", keys)
    (tmp_path / "other.yaml").write_text(CELL.replace("17 s", "18 s"))

    record = tmp_path / "out" / "two_mills" / "record" / "0001" / "log"
    code, _, err = taktwin("twin", "other.yaml", "--replay", record)

    assert code == 2
    assert "a record of another cell" in err


def test_the_live_view_shows_states_counts_drift_and_forecast():
    change = Estimate(mean=0.12, low=0.1, high=0.14, n=20, unit="")
    drift = Drift(name="mill_2", onset=7200.0, alarm=7300.0, operations=9, change=change)
    live = LiveState(simulation_time=3 * 3600 * 10**9, finished=412, unit=PackState.EXECUTE)
    live.states = {"mill_1": PackState.EXECUTE, "mill_2": PackState.HELD}
    live.jobs = {"mill_1": 200, "mill_2": 212}
    order = {"chance": wilson(830, 1000), "order": 420, "kept": 10}
    future = Forecast(until=4 * 3600 * 10**9, low=412, middle=420, high=431, **order)
    console = Console(width=100, record=True, file=open("/dev/null", "w"))  # noqa: SIM115

    console.print(screen(live, [drift], future.by("Mon 14:00")))
    console.print(screen(live, [drift], future.sentence))
    text = console.export_text()
    console.file.close()

    assert "3.00 h   unit Execute   412 good parts" in text
    assert "Held" in text
    assert "+12.0 % since 2.00 h" in text
    sure = "83 % chance to make the order of 420 (81-85 %)"
    assert f"412-431 good parts by Mon 14:00, {sure}" in text
    assert f"412-431 good parts by 4 h, {sure}" in text

"""Claims about the command line as its users meet it."""

import json
import math
import os
import re
import signal

import pytest

from robots.load import load_arm
from robots.physics import Physics
from twin.cli import app as command
from twin.cli.endings import BAD_INPUT, GATE_FAILED, INTERRUPTED

CELL = """
taktwin: 1
name: press_shop
products: {bracket: {}}
sources: {coil: {product: bracket, saturated: true}}
stations:
  press:
    process: {triangular: {low: 8 s, mode: 10 s, high: 14 s}}
    power: {working: 3 kW, idle: 1 kW}
  check: {process: CHECK}
sinks: {box: {}}
operators: {worker: {pick: 1 s, place: 1 s}}
flow:
  - {from: coil, to: press}
  - {from: press, to: check, by: worker}
  - {from: check, to: box}
run: {horizon: 30 min, warm_up: 5 min, replications: 4}
"""


@pytest.fixture
def taktwin(tmp_path, monkeypatch, capsys):
    """Return a function that runs a command line in an empty folder: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_text(CELL.replace("CHECK", "6 s"))
    (tmp_path / "slow.yaml").write_text(CELL.replace("CHECK", "16 s"))

    def run(*words):
        monkeypatch.setattr("sys.argv", ["taktwin", *words])
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def test_a_run_writes_its_report_and_says_where(taktwin, tmp_path):
    code, out, _ = taktwin("run", "shop.yaml")
    assert code == 0
    assert "out/press_shop/report.html" in out
    assert (tmp_path / "out/press_shop/report.html").read_text().startswith("<!DOCTYPE html>")
    assert json.loads((tmp_path / "out/press_shop/report.json").read_text())["results"]["seed"] == 1


def test_json_goes_to_standard_output_and_nothing_else_does(taktwin):
    code, out, _ = taktwin("run", "shop.yaml", "--json", "--seed", "7")
    found = json.loads(out)["results"]
    assert (code, found["seed"], found["name"]) == (0, 7, "press_shop")


def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(taktwin):
    one = taktwin("run", "shop.yaml", "--json", "--threads", "1")
    two = taktwin("run", "shop.yaml", "--json", "--threads", "2")
    assert one[1] == two[1]


def test_options_take_units(taktwin):
    _, out, _ = taktwin("run", "shop.yaml", "--json", "--horizon", "1 h", "--warm-up", "30 min")
    assert json.loads(out)["results"]["window"] == {
        "start": 1800.0,
        "end": 3600.0,
        "scheduled": 1800.0,
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "nosuch"), "no ready-made cell named 'nosuch'"),
        (("run", "nosuch.yaml"), "nosuch.yaml: not there"),
        (("run", "shop.yaml", "--horizon", "60"), "60 is a bare number; write a duration"),
        (("run", "shop.yaml", "--replications", "1"), "replications"),
        (("run",), "Missing argument"),
        (("run", "shop.yaml", "--warm-up", "2 h"), "warm-up"),
        (("compare", "shop.yaml"), "names no baseline"),
        (("compare", "shop.yaml", "slow.yaml", "--gate", "speed > 1"), "cannot read 'speed > 1'"),
        (("twin", "shop.yaml", "--fault", "pres:slow:12%:0h"), "Did you mean 'press'?"),
        (("twin", "shop.yaml", "--fault", "press:slow:12:0h"), "12"),
        (("twin", "shop.yaml", "--scan", "ten"), "ten"),
        (("run", "shop.yaml", "--seed", "9" * 20), "seed"),
        (("run", "shop.yaml", "--precision", "0 %"), "must be more than 0"),
        (("twin", "shop.yaml", "--hours", "inf"), "hours"),
        (("run", "shop.yaml", "--out", "/proc/none"), "/proc/none: No such file or directory"),
    ],
)
def test_bad_input_ends_with_2_and_one_clear_error(taktwin, words, said):
    code, _, err = taktwin(*words)
    plain = " ".join(re.sub(r"[│╭╮╰╯─]", " ", err).split())
    assert code == BAD_INPUT
    assert said in plain
    assert "Traceback" not in err


def test_all_faults_of_a_file_are_told_at_once(taktwin, tmp_path):
    text = CELL.replace("CHECK", "6").replace("to: press}", "to: pres}")
    (tmp_path / "bad.yaml").write_text(text)
    code, _, err = taktwin("check", "bad.yaml")
    assert code == BAD_INPUT
    assert "bad.yaml:10: stations.check.process: 6 is a bare number" in err
    assert "bad.yaml:14: flow[0].to: no buffer, conveyor, station or sink named 'pres'" in err


def test_a_gate_ends_with_1_when_the_candidate_falls_short(taktwin):
    words = ("slow.yaml", "shop.yaml", "--gate", "throughput >= -1%", "--quiet")
    code, _, err = taktwin("compare", *words)
    assert code == GATE_FAILED
    assert "gate FAILED: throughput" in err
    assert taktwin("compare", "shop.yaml", "shop.yaml", "--gate", "throughput >= -1%")[0] == 0


def test_an_unreachable_place_is_named_with_one_that_would_do(taktwin, tmp_path):
    from cells.load import find_cell

    text = find_cell("machine_tending").read_text()
    far = text.replace("[-750 mm, 320 mm, 950 mm]", "[-1950 mm, 320 mm, 950 mm]")
    (tmp_path / "far.yaml").write_text(far)
    code, _, err = taktwin("check", "far.yaml")
    assert code == BAD_INPUT
    assert "deburr_clamp: it is out of reach by" in err


def test_a_urdf_with_two_roots_is_refused(taktwin, tmp_path):
    from cells.load import find_cell

    text = find_cell("machine_tending").read_text().replace("model: ur10e", "model: arm.urdf")
    (tmp_path / "cell.yaml").write_text(text)
    (tmp_path / "arm.urdf").write_text('<robot name="r"><link name="a"/><link name="b"/></robot>')
    code, _, err = taktwin("check", "cell.yaml")
    assert code == BAD_INPUT
    assert "2 root links" in err


def test_a_schema_is_written_whole(taktwin, tmp_path):
    assert taktwin("schema", "--out", "cell.schema.json")[0] == 0
    assert json.loads((tmp_path / "cell.schema.json").read_text())["title"]
    assert json.loads(taktwin("schema")[1]) == json.loads(
        (tmp_path / "cell.schema.json").read_text()
    )


def test_ctrl_c_ends_with_130_and_leaves_no_half_report(taktwin, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("twin.experiments.replicate.replicate", interrupted)
    code, _, err = taktwin("run", "shop.yaml")
    assert code == INTERRUPTED
    assert "Nothing is half-written" in err
    assert not list(tmp_path.glob("out/**/report.*"))


@pytest.mark.slow
def test_a_slow_station_of_the_controller_is_found_and_a_sound_one_is_not(taktwin):
    words = ("twin", "shop.yaml", "--hours", "4", "--json", "--gate")
    code, out, _ = taktwin(*words, "--fault", "check:slow:12%:0h")
    assert (code, json.loads(out)["culprits"]) == (GATE_FAILED, ["check"])
    code, out, _ = taktwin(*words)
    assert (code, json.loads(out)["verdict"]) == (0, "equivalent")


def test_a_port_in_use_is_said_so(taktwin):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, err = taktwin("twin", "shop.yaml", "--port", port, "--hours", "1")
    assert code == BAD_INPUT
    assert f"port {port} is in use" in err


def test_brackets_in_a_title_are_text(taktwin, tmp_path):
    text = CELL.replace("CHECK", "6 s") + 'title: "a [/bold] title [red"\n'
    (tmp_path / "brackets.yaml").write_text(text)
    code, out, err = taktwin("run", "brackets.yaml")
    assert (code, "a [/bold] title [red" in out, "a [/bold] title [red" in err) == (0, True, True)


def test_the_largest_seed_serves_plant_and_twin(taktwin):
    words = ("twin", "shop.yaml", "--hours", "1", "--quiet")
    assert taktwin(*words, "--seed", str(2**63 - 1))[0] == 0


def test_the_doctor_says_what_this_machine_has(taktwin):
    code, out, _ = taktwin("doctor")
    assert code == 0
    assert re.search(r"^numba +\d", out, re.MULTILINE)


def test_robots_lists_every_arm_with_what_its_times_rest_on(taktwin):
    code, out, _ = taktwin("robots", "--json")
    rows = {row["name"]: row for row in json.loads(out)}

    assert code == 0
    assert rows["ur10e"]["reach_m"] == 1.3
    assert rows["kr6_r700_2"]["basis"] == "torque"
    assert rows["kr6_r700_sixx"]["basis"] == "published limits"
    assert rows["lbr_iiwa14_r820"]["axes"] == 7
    assert rows["hsr065a1_n32"]["flange_reach_m"] == 0.65  # both arms stretched out
    assert "computed from the kinematics" in taktwin("robots")[1]


def test_robots_shows_one_arm_with_the_source_of_each_group_of_numbers(taktwin):
    code, out, _ = taktwin("robots", "fr3")

    assert code == 0
    assert "87 Nm" in out
    assert "masses: frankaemika/franka_description robots/fr3/inertials.yaml" in out
    assert "Did you mean 'ur5e'?" in taktwin("robots", "ur5")[2]


def test_robots_tells_every_way_to_stand_somewhere_and_what_is_singular(taktwin):
    out = taktwin("robots", "ur5e", "--at", "600 mm, 0 mm, 200 mm", "--json")[1]
    found = json.loads(out)

    assert len(found["ways"]) == 8
    assert {way["with_full_turns"] for way in found["ways"]} == {32}
    assert found["out_of_reach_mm"] is None


def test_robots_tells_how_long_a_joint_move_takes(taktwin):
    ends = ("--from", "0, -90, 90, 0, 0, 0", "--to", "60, -60, 70, 0, 20, 0")

    found = json.loads(taktwin("robots", "kr6_r700_sixx", *ends, "--json")[1])

    # Joint 2: 30 degrees at its published acceleration, built up within 50 ms, never at full speed.
    way, a, b = math.radians(30), load_arm("kr6_r700_sixx").acceleration[1], 0.05
    alone = b + 2 * math.sqrt(b * b / 4 + way / a)
    assert found["joints"]["joint_2"] == pytest.approx(alone, abs=1e-6)
    assert found["synchronised_s"] == max(found["joints"].values())
    assert found["straight_s"] >= found["synchronised_s"] - 1e-12
    assert found["cell_s"] == pytest.approx(found["straight_s"], rel=0.02)
    assert "decides" in taktwin("robots", "ur10e", *ends)[1]
    assert "joint_1 goes from" in taktwin("robots", "kr6_r700_sixx", *ends[:3], "999,0,0,0,0,0")[2]
    assert "give 6 joint angles" in taktwin("robots", "ur10e", *ends[:3], "1, 2")[2]
    assert "go together" in taktwin("robots", "ur10e", *ends[:2])[2]


def test_robots_tells_how_far_a_place_is_out_of_reach(taktwin):
    out = taktwin("robots", "hsr065a1_n32", "--at", "700 mm, 0 mm, 100 mm")[1]

    assert "out of reach by 50 mm" in out
    assert "(650, 0, 100) mm" in out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("gp8", "--at", "1, 2, 3"), "bare number"),
        (("gp8", "--at", "1 m, 2 m, 0 m", "--approach", "sideways"), "--approach"),
        (("--at", "1 m, 2 m, 0 m"), "name the arm"),
        (("no.urdf",), "cannot be opened"),
    ],
)
def test_robots_refuses_what_it_cannot_read(taktwin, words, reason):
    code, _, errors = taktwin("robots", *words)

    assert code == BAD_INPUT
    assert reason in errors


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("robot: arm\ncycles: []\n", "cycles"),
        ("robot: arm\ncycles: [{does: [{from: a}], time: 1 s}]\n", "write one of"),
        ("robot: arm\ncycles: [{does: [{pick_at: a}], time: 1}]\n", "bare number"),
        ("robot: arm\ncycles: [{does: [{pick_at: rac}], time: 1 s}]\n", "no place 'rac'"),
        ("robot: hand\ncycles: [{does: [{pick_at: rack}], time: 1 s}]\n", "no robot named 'hand'"),
    ],
)
def test_measured_cycles_that_make_no_sense_are_refused_with_their_place(
    taktwin, tmp_path, text, reason
):
    (tmp_path / "measured.yaml").write_text(text)

    code, _, errors = taktwin("calibrate-arm", "machine_tending", "measured.yaml")

    assert code == BAD_INPUT
    assert "measured.yaml" in errors
    assert reason in errors


RULED = CELL.replace(
    "{from: check, to: box}", '{from: check, to: [box, bin], choose: {rule: "r.py:f"}}'
)


def test_rules_of_a_user_run_only_with_consent(taktwin, tmp_path):
    ruled = RULED.replace("CHECK", "6 s").replace("{box: {}}", "{box: {}, bin: {}}")
    (tmp_path / "ruled.yaml").write_text(ruled)
    arguments = "now, product, priority, due, held, capacity, target"
    (tmp_path / "r.py").write_text(f"def f({arguments}):\n    return -target\n")

    for verb in ("run", "check", "compare", "twin"):
        code, out, said = taktwin(verb, "ruled.yaml", *(["ruled.yaml"] * (verb == "compare")))
        assert (code, out) == (BAD_INPUT, "")
        assert said.startswith("ruled.yaml:16: flow[2].choose: the rule r.py:f is Python code")
        assert "`--allow-rules`" in said
        assert said.count("\n") == 1

    code, out, _ = taktwin("check", "ruled.yaml", "--allow-rules")
    assert (code, out) == (0, "ruled.yaml: no faults\n")
    code, out, _ = taktwin("run", "ruled.yaml", "--allow-rules", "--json")
    assert code == 0
    assert json.loads(out)["results"]["throughput"]["mean"] > 100
    (tmp_path / "r.py").write_text(f"def f({arguments}):\n    return held / 2\n")
    code, _, said = taktwin("check", "ruled.yaml", "--allow-rules")
    assert code == BAD_INPUT
    assert said.endswith("r.py: f has to return a whole number; it returns float64\n")


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_physics_worker_that_dies_in_a_check_is_one_error_that_names_it(
    taktwin, monkeypatch, tmp_path, number
):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))  # no proof is known yet

    def kill(self, motion):
        os.kill(self.worker.pid, number)
        return follow(self, motion)

    follow = Physics.follow
    monkeypatch.setattr(Physics, "follow", kill)

    code, _, err = taktwin("check", "machine_tending")

    assert code == BAD_INPUT
    assert f"physics worker, follow: it was ended by {number.name}" in err
    assert "Traceback" not in err

"""Claims about the physics worker: whatever happens to it, the program gets one clear error."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robots.errors import PhysicsUnavailable
from robots.wire import Message, WireError, pack, receive, unpack
from robots.worker import PhysicsFailed, Worker

ROOT = Path(__file__).resolve().parents[2]
URDF = (
    '<robot name="r"><link name="base"/><link name="arm"><inertial><origin xyz="0 0 0.5"/>'
    '<mass value="2"/><inertia ixx="0.1" ixy="0" ixz="0" iyy="0.1" iyz="0" izz="0.1"/></inertial>'
    '</link><joint name="j" type="revolute"><parent link="base"/><child link="arm"/>'
    '<axis xyz="0 1 0"/><limit lower="-3" upper="3" effort="100" velocity="5"/></joint></robot>'
)


def swing(worker, rows=50, urdf=URDF, end=0.02):
    """Swing a pendulum of one joint."""
    return worker.ask(
        "follow",
        {
            "gravity": np.array([0.0, 0.0, -9.81]),
            "fixture_poses": np.empty((0, 4, 4)),
            "lowest": np.empty(0, np.int64),
            "surplus": np.zeros(1),
            "angles": np.linspace(0.0, end, rows)[:, None] ** 2,
            "torque": np.array([100.0]),
        },
        urdf=urdf,
        fixtures=[],
    )


class Jumping:
    """A clock on which an hour passes between two looks."""

    now = 0.0

    def __call__(self):
        """Return the time, s."""
        self.now += 3600.0
        return self.now


@pytest.fixture(scope="module")
def worker():
    with Worker() as shared:
        yield shared


def test_a_pendulum_follows_what_it_is_asked(worker):
    answer = swing(worker)

    wanted = np.linspace(0.0, 0.02, 50)[:, None] ** 2
    assert np.abs(answer.arrays["reached"] - wanted).max() < 1e-9
    assert not answer.arrays["saturated"].any()


def test_the_same_job_gives_the_same_bytes_in_any_process(worker):
    first, again = swing(worker), swing(worker)
    with Worker() as other:
        elsewhere = swing(other)

    assert first.arrays["reached"].tobytes() == again.arrays["reached"].tobytes()
    assert first.arrays["reached"].tobytes() == elsewhere.arrays["reached"].tobytes()


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL, signal.SIGABRT])
def test_a_killed_worker_is_one_clear_error_and_the_next_job_works(number):
    with Worker() as worker:
        swing(worker)
        os.kill(worker.pid, number)

        with pytest.raises(PhysicsFailed, match=f"follow: it was ended by {number.name}"):
            swing(worker)
        assert swing(worker).arrays["reached"].shape == (50, 1)


def test_a_worker_killed_in_the_middle_of_a_job_is_noticed():
    with Worker() as worker:
        swing(worker)
        killer = threading.Timer(0.2, os.kill, (worker.pid, signal.SIGKILL))
        killer.start()

        with pytest.raises(PhysicsFailed, match="it was ended by SIGKILL"):
            swing(worker, rows=3_000_000)
        killer.join()


@pytest.mark.parametrize("rows", [50, 500_000])
def test_a_worker_that_hangs_is_ended_when_its_time_is_over(rows):
    clock = Jumping()
    with Worker(clock=clock, limit=2.0) as worker:
        worker.start()
        pid = worker.pid
        os.kill(pid, signal.SIGSTOP)

        with pytest.raises(PhysicsFailed, match="no answer within 2 s; it was ended"):
            swing(worker, rows)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_job_the_engine_refuses_is_an_error_and_not_the_end(worker):
    swing(worker)  # a worker starts with its first job
    pid = worker.pid

    with pytest.raises(PhysicsFailed, match="follow: error: Cannot load URDF file"):
        swing(worker, urdf="<robot/>")
    with pytest.raises(PhysicsFailed, match="KeyError"):
        worker.ask("nonsense", {})
    assert worker.pid == pid


def test_a_motion_that_is_not_a_number_is_refused(worker):
    with pytest.raises(PhysicsFailed, match="not a number"):
        swing(worker, end=np.nan)


def test_the_process_is_replaced_after_its_share_of_jobs():
    with Worker(jobs_per_process=2) as worker:
        pids = []
        for _ in range(4):
            swing(worker)
            pids.append(worker.pid)

    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_worker_out_of_memory_says_so(monkeypatch):
    monkeypatch.setattr("robots.worker.MEMORY", 500 << 20)
    with Worker() as worker, pytest.raises(PhysicsFailed, match=r"out of memory|ended by"):
        swing(worker, rows=4_000_000)


def test_without_the_engine_physics_is_unavailable(tmp_path, monkeypatch):
    (tmp_path / "pybullet.py").write_text("raise ImportError('no wheel')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with Worker() as worker, pytest.raises(PhysicsUnavailable, match="has no wheel here: no wheel"):
        swing(worker)


def test_nothing_of_the_engine_reaches_the_terminal_and_the_program_never_imports_it():
    script = (
        "import sys\nsys.path.insert(0, 'tests/robots')\nimport test_worker\n"
        "from robots.worker import Worker\n"
        "with Worker() as worker:\n    test_worker.swing(worker)\n"
        "print(sorted({'pybullet', 'pybullet_data'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[]\n"
    assert done.stderr == ""


def ends(pid):
    """Return whether a process that is no child of ours is gone, or goes within five seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_in_the_program_ends_the_worker():
    script = (
        "import os, signal, sys, threading\n"
        "sys.path.insert(0, 'tests/robots')\nimport test_worker\n"
        "from robots.worker import Worker\n"
        # A shell that starts tests in the background lets them ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "worker = Worker()\ntest_worker.swing(worker)\nprint(worker.pid, flush=True)\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "test_worker.swing(worker, rows=3_000_000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "KeyboardInterrupt" in done.stderr
    assert ends(int(done.stdout))


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text() | st.none(), max_size=4),
    st.lists(st.integers(0, 4), max_size=3),
)
def test_a_message_comes_out_as_it_went_in(values, shape):
    array = np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape)

    back = unpack(pack(Message(values, {"a": array}))[8:])

    assert back.values == values
    assert back.arrays["a"].shape == array.shape
    assert back.arrays["a"].tobytes() == array.tobytes()


@settings(deadline=None)
@given(st.data())
def test_damaged_messages_are_refused_or_read_but_nothing_else(data):
    body = bytearray(pack(Message({"job": "x"}, {"a": np.ones(3)}))[8:])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))

    try:
        message = unpack(bytes(body))
    except WireError:
        return
    assert isinstance(message, Message)


def test_a_stream_that_ends_early_has_no_message():
    data = pack(Message({}, {"a": np.ones(3)}))

    for cut in (0, 5, len(data) - 1):
        pieces = iter([data[:8], data[8:cut]] if cut > 8 else [data[:cut]])
        assert receive(lambda _count, pieces=pieces: next(pieces)) is None


def test_objects_cannot_be_sent():
    with pytest.raises(WireError, match="has the type object"):
        pack(Message({}, {"a": np.array([object()])}))

"""Start the emulated cell controller as a process of its own, and always end it."""

import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from twin.bridge.clock import MonotonicClock
from twin.bridge.keys import CONTROLLER, TWIN, allow, load_keys, load_public, make_keys
from twin.bridge.session.errors import BridgeError
from twin.bridge.session.permits import Role
from twin.bridge.shadow import Access

NS_PER_S = 1_000_000_000
GRACE = 2.0  # s an emulator has to end by itself


class EmulatorError(BridgeError):
    """The emulated controller did not start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an emulated controller runs; texts as `python -m twin.bridge.emulator --help` says."""

    seed: int = 1
    until: str = "8h"
    scan: str = "10ms"
    speed: str = "max"
    faults: tuple[str, ...] = ()  # such as `lathe_2:slow:12%:0h`
    port: int = 0
    dwell: str = "0 s"  # shortest stay in an acting state
    lockstep: bool = False
    allow_rules: bool = False  # the user consents to running the rules of the cell
    commands: Path | None = None  # list of what may be commanded; makes the twin an operator

    def options(self) -> list[str]:
        """Return them as command line options."""
        names = ("seed", "until", "scan", "speed", "port", "dwell")
        options = [f"--{name}={getattr(self, name)}" for name in names]
        options += ["--lockstep"] if self.lockstep else []
        options += ["--allow-rules"] if self.allow_rules else []
        options += [f"--commands={self.commands}"] if self.commands else []
        return options + [f"--fault={fault}" for fault in self.faults]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """A running emulated controller."""

    endpoint: str
    access: Access
    process: subprocess.Popen[bytes]
    truth: Path  # ground truth of the run, JSON


def prepare_keys(folder: Path, role: Role = Role.OBSERVER) -> Access:
    """Return the twin's access to the controller of a folder, made there if absent."""
    for name in (CONTROLLER, TWIN):
        if not (folder / f"{name}.secret").exists():
            make_keys(folder, name)
    twin = load_keys(folder, TWIN)
    allow(folder, TWIN, twin.public, role)
    return Access(twin, load_public(folder, CONTROLLER))


@contextmanager
def launch_emulator(
    cell: str | Path,
    folder: str | Path,
    settings: Settings | None = None,
    *,
    deadline: float = 120.0,
) -> Iterator[Emulator]:
    """Start an emulated controller and end it when the block is left, however it is left.

    Parameters
    ----------
    cell : str or Path
        Cell file.
    folder : str or Path
        Where its keys (`keys/`) and its ground truth (`truth.json`) go; made if absent.
    settings : Settings, optional
        How it runs.
    deadline : float
        s; how long it may take to be ready (the first start on a machine compiles).

    Raises
    ------
    EmulatorError
        If it does not start, with what it said.
    """
    folder, settings = Path(folder), settings or Settings()
    role = Role.ENGINEER if settings.commands else Role.OBSERVER
    access, truth = prepare_keys(folder / "keys", role), folder / "truth.json"
    command = [sys.executable, "-m", "twin.bridge.emulator", str(cell), "--tethered"]
    command += ["--keys", str(folder / "keys"), "--truth", str(truth), *settings.options()]
    command += ["--audit", str(folder / "audit")] if settings.commands else []
    with tempfile.TemporaryFile() as said, _process(command, said) as process:
        endpoint = _ready(process, said, deadline)
        yield Emulator(endpoint=endpoint, access=access, process=process, truth=truth)


@contextmanager
def _process(command: list[str], said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    # A session of its own: Ctrl-C goes to the twin, which ends the controller in order.  If the
    # twin is killed instead, standard input closes, and the controller ends by itself.
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()  # hung or stopped
        process.wait()
    finally:
        process.stdout.close()


def _ready(process: subprocess.Popen[bytes], said: IO[bytes], deadline: float) -> str:
    """Return the endpoint that the emulator tells when it is ready."""
    words = _first_line(process, deadline).split()
    if len(words) == 3 and words[0] == "ready":
        return words[1]
    process.wait(GRACE)
    said.seek(0)
    reason = said.read().decode(errors="replace").strip().splitlines()
    what = reason[-1] if reason else f"exit code {process.returncode}"
    raise EmulatorError(f"the emulated controller did not start: {what}")


def _first_line(process: subprocess.Popen[bytes], deadline: float) -> str:
    """Return the first line, or what there was before the end."""
    assert process.stdout is not None
    fd, text, clock = process.stdout.fileno(), b"", MonotonicClock()
    until = clock.now() + int(deadline * NS_PER_S)
    with selectors.DefaultSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        while b"\n" not in text:
            left = (until - clock.now()) / NS_PER_S
            if left <= 0 or not selector.select(left):
                raise EmulatorError(f"the emulated controller was not ready in {deadline:g} s")
            piece = os.read(fd, 4096)
            if not piece:
                break
            text += piece
    return text.decode(errors="replace")

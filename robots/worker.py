"""Keep the physics engine in a process of its own: whatever happens there, this one goes on."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from robots.errors import PhysicsUnavailable, RobotError
from robots.wire import HEAD, MAX_MESSAGE, Array, Message, WireError, pack, unpack

MEMORY = 2 << 30  # bytes of address space the worker may take
JOBS_PER_PROCESS = 500  # the engine leaks a little with each job: start afresh after these
SLICE = 0.1  # s between two looks at the clock while waiting


class PhysicsFailed(RobotError):
    """The physics worker died, hung, ran out of memory or gave nonsense; the program goes on."""


class Worker:
    """A physics worker, started when first asked and again when it is used up.

    Parameters
    ----------
    clock : callable, optional
        Monotonic time, s.
    limit : float, optional
        Longest time one job may take, s.
    jobs_per_process : int, optional
        Jobs after which the process is replaced.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        limit: float = 60.0,
        jobs_per_process: int = JOBS_PER_PROCESS,
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._jobs_per_process = jobs_per_process
        self._jobs = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Number of the process, None while there is none."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process at once; a later job starts a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]

    def ask(self, job: str, arrays: Mapping[str, Array], **values: Any) -> Message:
        """Return the worker's answer to one job.

        Raises
        ------
        PhysicsUnavailable
            There is no PyBullet on this platform.
        PhysicsFailed
            The worker died, took longer than its limit, or refused the job.
        """
        if self._jobs >= self._jobs_per_process:
            self.close()
        if self._process is None:
            self.start()
        self._jobs += 1
        try:
            answer = self._exchange(pack(Message({"job": job, **values}, arrays)), job)
        except BaseException:
            # Also after Ctrl-C: half an answer must not be taken for the next one.
            self.close()
            raise
        return _checked(answer, job)

    def start(self) -> None:
        """Start the process now; otherwise the first job does."""
        self._jobs = 0
        root = str(Path(__file__).resolve().parent.parent)
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH")))),
            "OPENBLAS_NUM_THREADS": "1",  # its threads reserve address space
        }
        # -P: a file numpy.py in the user's folder is not taken for numpy.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "robots.worker_main", str(MEMORY), str(self._limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
        )
        os.set_blocking(self._stdin(), False)
        os.set_blocking(self._stdout(), False)

    def _stdin(self) -> int:
        return self._process.stdin.fileno()  # type: ignore[union-attr]

    def _stdout(self) -> int:
        return self._process.stdout.fileno()  # type: ignore[union-attr]

    def _exchange(self, data: bytes, job: str) -> Message:
        deadline = self._clock() + self._limit
        self._send(data, deadline, job)
        size = int.from_bytes(self._read(HEAD, deadline, job), "little")
        if size > MAX_MESSAGE:
            raise PhysicsFailed(f"physics worker, {job}: its answer of {size} bytes is too big")
        try:
            return unpack(self._read(size, deadline, job))
        except WireError as error:
            raise PhysicsFailed(f"physics worker, {job}: {error}") from None

    def _send(self, data: bytes, deadline: float, job: str) -> None:
        rest = memoryview(data)
        while rest:
            self._wait(self._stdin(), select.POLLOUT, deadline, job)
            try:
                rest = rest[os.write(self._stdin(), rest[: 1 << 16]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise self._death(job) from None

    def _read(self, count: int, deadline: float, job: str) -> bytes:
        data = bytearray()
        while len(data) < count:
            self._wait(self._stdout(), select.POLLIN, deadline, job)
            try:
                piece = os.read(self._stdout(), min(count - len(data), 1 << 20))
            except BlockingIOError:
                continue
            if not piece:
                raise self._death(job)
            data += piece
        return bytes(data)

    def _wait(self, handle: int, event: int, deadline: float, job: str) -> None:
        """Wait until a pipe is ready (or broken: then the read or write tells)."""
        poll = select.poll()
        poll.register(handle, event)
        while not poll.poll(SLICE * 1000):
            if self._clock() > deadline:
                raise PhysicsFailed(
                    f"physics worker, {job}: no answer within {self._limit:g} s; it was ended"
                )

    def _death(self, job: str) -> PhysicsFailed:
        """Return the error for a worker whose pipe has closed."""
        process = self._process
        assert process is not None
        try:
            code = process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return PhysicsFailed(f"physics worker, {job}: it closed its pipe; it was ended")
        if code < 0:
            name = signal.Signals(-code).name
            return PhysicsFailed(f"physics worker, {job}: it was ended by {name}")
        return PhysicsFailed(f"physics worker, {job}: it ended itself with code {code}")


def _checked(answer: Message, job: str) -> Message:
    fault = answer.values.get("error")
    if fault is None:
        return answer
    if answer.values.get("kind") == "unavailable":
        raise PhysicsUnavailable(fault)
    raise PhysicsFailed(f"physics worker, {job}: {fault}")

"""The worker's side of the pipe: limits first, then one answer for each message."""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import BinaryIO

from robots.wire import Message, pack, receive


def main(memory: int, limit: float) -> None:
    """Answer messages from standard input until it ends.

    Parameters
    ----------
    memory : int
        Bytes of address space this process may take.
    limit : float
        Longest time one job may take, s.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it closes the pipe
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _take_output() as answers:
        for answer in _answers(sys.stdin.buffer, limit):
            answers.write(answer)
            answers.flush()


def _take_output() -> BinaryIO:
    """Return the pipe to the parent; what the engine prints from C goes nowhere."""
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    return answers


def _answers(requests: BinaryIO, limit: float) -> Iterator[bytes]:
    unavailable = _start_engine()
    while (message := receive(requests.read)) is not None:
        # If the parent is gone and the engine hangs, nobody else would end this process.
        signal.setitimer(signal.ITIMER_REAL, limit + 5.0)
        yield pack(_refusal(unavailable) if unavailable else _do(message))
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _refusal(reason: str) -> Message:
    return Message({"error": reason, "kind": "unavailable"}, {})


def _start_engine() -> str:
    """Import and connect the engine; return why there is none, empty if there is."""
    try:
        from robots import bullet
    except ImportError as error:
        return f"PyBullet has no wheel here: {error}"
    bullet.connect()
    return ""


def _do(message: Message) -> Message:
    from robots import bullet

    try:
        return bullet.JOBS[message.values["job"]](message.values, message.arrays)
    except MemoryError:
        return Message({"error": "out of memory"}, {})
    except Exception as error:  # whatever the engine raises is an answer, not an end
        return Message({"error": f"{type(error).__name__}: {error}"}, {})


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))

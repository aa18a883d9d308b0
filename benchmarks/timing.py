"""How the benchmarks take the time of a rival and print the ratio."""

import time
from collections.abc import Callable


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Return the least time of some rounds, s."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def say(what: str, ratio: float) -> None:
    """Print a ratio."""
    print(f"\n{what}: {ratio:.3g}x")

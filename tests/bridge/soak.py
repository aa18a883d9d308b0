"""Thousands of bad worlds: `python -m tests.bridge.soak --seeds 10000 [--first 0]`."""

import argparse
import sys
from collections import Counter

from tests.bridge.worlds import Faults, World, check


def main():
    """Run the worlds; stop at the first promise that is broken, with its seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    seen = Counter()
    for seed in range(options.first, options.first + options.seeds):
        world = World(seed, Faults.of(seed), total=300, commands=10).run()
        check(world)
        seen += Counter(world.answers.values())
        seen += Counter(
            records=len(world.kept),
            gaps=len(world.gaps),
            cuts=world.interruptions,
            crashes=world.crashes,
            restarts=world.restarts,
            effects=len(world.effects),
            faults=world.down.faults + world.up.faults,
        )
    sys.stdout.write(f"{options.seeds} seeds, every promise kept: {dict(seen)}\n")


if __name__ == "__main__":
    main()

"""How often verdicts are right, over synthetic runs: `python benchmarks/verdict_power.py`.

Equivalence: times between good parts of plant and twin, autocorrelated as those of a buffered line;
how often lines that are the same, off by the margin and off by three times the margin are called
equivalent or different.
"""

import argparse
import sys
from collections import Counter

import numpy as np

from twin.results.equivalence import compare_gaps

MARGIN = 0.02
MEAN, CV, AGAIN = 60.0, 0.12, 0.3  # s; of single gaps; correlation of one with the next


def gaps(rng, count, mean):
    """Return autocorrelated times between parts, s."""
    noise = rng.normal(size=count + 50)
    walk = np.empty(count + 50)
    walk[0] = noise[0]
    for k in range(1, walk.size):
        walk[k] = AGAIN * walk[k - 1] + np.sqrt(1 - AGAIN**2) * noise[k]
    sigma = np.sqrt(np.log1p(CV**2))
    return mean * np.exp(sigma * walk[50:] - sigma**2 / 2)


def verdicts(runs, shift, parts=960):
    """Return how often each verdict is given when the plant is slower by `shift` margins."""
    found = Counter()
    for seed in range(runs):
        rng = np.random.default_rng((seed, round(10 * shift) + 100))
        plant = gaps(rng, parts, MEAN * (1 + shift * MARGIN))
        twin = [gaps(rng, parts, MEAN) for _ in range(8)]
        found[compare_gaps(plant, twin, MARGIN).verdict] += 1
    return {verdict: count / runs for verdict, count in found.items()}


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    for shift in (0.0, 1.0, -1.0, 3.0):
        shares = ", ".join(f"{v} {100 * s:.1f} %" for v, s in sorted(verdicts(runs, shift).items()))
        sys.stdout.write(f"plant off by {shift:+g} margins: {shares}\n")


if __name__ == "__main__":
    main()

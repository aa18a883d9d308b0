"""How often verdicts are right, over synthetic runs: `python benchmarks/verdict_power.py`.

Equivalence: times between good parts of plant and twin, autocorrelated as those of a buffered line;
how often lines that are the same, off by the margin and off by three times the margin are called
equivalent or different.  Drift: how long a chart runs without and after a change of a machine.
"""

import argparse
import sys
from collections import Counter

import numpy as np

from twin.results.charts import cusum, ewma
from twin.results.drift import normal_scores
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


def run_lengths(runs, chart, shift, run_length, longest):
    """Return the operations to the first alarm after a change of `shift` standard deviations.

    Cycle times are gamma, what is normal is learnt from 20 000 of the twin; inf: no alarm.
    """
    lengths = []
    for seed in range(runs):
        rng = np.random.default_rng((seed, 7))
        twin = np.log(rng.gamma(40, 1 / 40, 20_000))
        before = 100 if shift else 0
        plant = np.log(rng.gamma(40, 1 / 40, before + longest))
        plant[before:] += shift * twin.std()
        alarm = chart(normal_scores(plant, twin), run_length)
        late = np.inf if alarm is None else alarm.at - before + 1
        if late > 0:  # else a false alarm before the change
            lengths.append(late)
    return np.array(lengths)


def best_possible(runs, run_length, longest=2000):
    """Return the median operations to find one standard deviation that no chart can fall below.

    The rule of Shiryaev and Roberts is optimal (Pollak, 1985) and is even told here which way the
    change goes and how large it is; its limit is taken from runs without a change.
    """

    def scores(seed, count, since):
        rng = np.random.default_rng((seed, 11))
        x = rng.standard_normal((4 * runs, count))
        x[:, since:] += 1
        sums, path = np.zeros(4 * runs), np.empty_like(x)
        for k in range(count):
            sums = (1 + sums) * np.exp(x[:, k] - 0.5)
            path[:, k] = sums
        return path

    quiet = scores(1, longest, longest).max(axis=1)
    limit = np.quantile(quiet, np.exp(-longest / run_length))
    beyond = scores(2, 250, 100) > limit
    late = np.where(beyond.any(axis=1), beyond.argmax(axis=1), np.iinfo(int).max) - 99
    return np.median(late[late > 0])


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    for shift in (0.0, 1.0, -1.0, 3.0):
        shares = ", ".join(f"{v} {100 * s:.1f} %" for v, s in sorted(verdicts(runs, shift).items()))
        sys.stdout.write(f"plant off by {shift:+g} margins: {shares}\n")
    for chart in (cusum, ewma):
        quiet = run_lengths(runs, chart, 0.0, 1000, 500)
        # Nearly exponential: the mean from the share that alarmed within 500.
        mean = -500 / np.log(np.isinf(quiet).mean())
        late = run_lengths(runs, chart, 1.0, 10_000, 200)
        sys.stdout.write(
            f"{chart.__name__}: designed for 1000 operations to a false alarm, has {mean:.0f};"
            f" designed for 10 000, finds one standard deviation after {np.median(late):.0f}"
            f" operations in the median, {np.quantile(late, 0.9):.0f} in 9 of 10\n"
        )
    least = best_possible(runs, 10_000)
    sys.stdout.write(
        f"with 10 000 to a false alarm no chart finds it before {least:.0f} in the median\n"
    )


if __name__ == "__main__":
    main()

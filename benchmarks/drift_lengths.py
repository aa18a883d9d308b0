"""How long drift charts run without and after a change: `python benchmarks/drift_lengths.py`.

Counted over synthetic runs with the charts as `taktwin twin` uses them, and set against the run
lengths that they were designed for by a Markov chain (Brook and Evans, 1972).
"""

import argparse
import math
import sys

import numpy as np

from twin.results.charts import (
    cusum,
    cusum_limit,
    cusum_run_length,
    ewma,
    ewma_limit,
    ewma_run_length,
)
from twin.results.drift import RUN_LENGTH, normal_scores

PIECES = (2_000, 20_000, 200_000)  # operations looked at until there is an alarm
OPERATIONS, TWIN_RUNS = 1_000, 8  # of a station in a record; of the twin, as `taktwin twin` has


def run_lengths(runs, chart, shift):
    """Return the operations to the first alarm, shape (runs,), from a chart that starts at 0.

    Parameters
    ----------
    shift : float
        Of the scores from the first operation on, standard deviations.
    """
    lengths = []
    for seed in range(runs):
        for piece in PIECES:  # the same luck each time, only more of it
            scores = np.random.default_rng((seed, 21)).standard_normal(piece) + shift
            alarm = chart(scores, RUN_LENGTH)
            if alarm is not None:
                break
        lengths.append(np.inf if alarm is None else alarm.at + 1)
    return np.array(lengths)


def designed(chart, shift):
    """Return the mean run length that the Markov chain foretells."""
    if chart is ewma:
        return ewma_run_length(ewma_limit(RUN_LENGTH), shift)
    limit = cusum_limit(RUN_LENGTH)
    rates = [1 / cusum_run_length(limit, sign * shift) for sign in (1, -1)]
    return 1 / sum(rates)


def false_alarms(runs):
    """Return the share of records that have a false alarm, by ranks among operations of the twin.

    Cycle times are gamma; what is normal is learnt from as many runs of the twin as in use.
    """
    alarms = 0
    for seed in range(runs):
        rng = np.random.default_rng((seed, 22))
        twin = np.log(rng.gamma(40, 1 / 40, TWIN_RUNS * OPERATIONS))
        plant = np.log(rng.gamma(40, 1 / 40, OPERATIONS))
        alarms += cusum(normal_scores(plant, twin), RUN_LENGTH) is not None
    return alarms / runs


def steps_to_find(runs, chart, *, before=100, longest=200):
    """Return the operations to the first alarm after a change of one standard deviation.

    It comes after some operations without; runs with a false alarm before it are left out.
    """
    lengths = []
    for seed in range(runs):
        rng = np.random.default_rng((seed, 7))
        twin = np.log(rng.gamma(40, 1 / 40, 20_000))
        plant = np.log(rng.gamma(40, 1 / 40, before + longest))
        plant[before:] += twin.std()
        alarm = chart(normal_scores(plant, twin), RUN_LENGTH)
        lengths.append(np.inf if alarm is None else alarm.at - before + 1)
    return np.array([late for late in lengths if late > 0])


def best_possible(runs, longest=2000):
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
    limit = np.quantile(quiet, np.exp(-longest / RUN_LENGTH))
    beyond = scores(2, 250, 100) > limit
    late = np.where(beyond.any(axis=1), beyond.argmax(axis=1), np.iinfo(int).max) - 99
    return np.median(late[late > 0])


def report_lengths(runs, chart):
    """Print counted run lengths beside the designed ones; fail if they differ."""
    for shift in (0.0, 0.5, 1.0, 2.0):
        lengths, due = run_lengths(runs, chart, shift), designed(chart, shift)
        mean, error = lengths.mean(), lengths.std(ddof=1) / math.sqrt(runs)
        sys.stdout.write(
            f"{chart.__name__}, off by {shift:g} standard deviations: {mean:,.1f} operations to an"
            f" alarm in the mean, standard error {error:.2f}, designed {due:,.1f};"
            f" median {np.median(lengths):,.0f}, 9 of 10 within {np.quantile(lengths, 0.9):,.0f}\n"
        )
        # The chain of cells is good to 1 %.
        assert abs(mean - due) < 4 * error + 0.01 * due, (chart, shift, mean, due)


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    runs = parser.parse_args().runs
    for chart in (cusum, ewma):
        report_lengths(runs, chart)
        late = steps_to_find(runs, chart)
        sys.stdout.write(
            f"{chart.__name__}, one standard deviation after 100 operations without: found after"
            f" {np.median(late):.0f} in the median, {np.quantile(late, 0.9):.0f} in 9 of 10\n"
        )
    share, due = false_alarms(runs), -math.expm1(-OPERATIONS / RUN_LENGTH)
    error = math.sqrt(due * (1 - due) / runs)
    sys.stdout.write(
        f"cusum over {OPERATIONS} operations, what is normal learnt from {TWIN_RUNS} runs of the"
        f" twin: {100 * share:.1f} % have a false alarm, standard error {100 * error:.1f} %,"
        f" designed {100 * due:.1f} %\n"
    )
    assert abs(share - due) < 4 * error
    sys.stdout.write(
        f"with {RUN_LENGTH} to a false alarm no chart finds one standard deviation before"
        f" {best_possible(runs):.0f} in the median\n"
    )


if __name__ == "__main__":
    main()

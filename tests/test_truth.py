"""Both engines against cases with known answers (`tests/truth`, translated by `truth_cells`).

A statistic is accepted if, over at least ten replications, its mean is within t(.999) standard
errors of the exact value *and* its relative 95 % half-width is no wider than the case allows.  The
compiled kernel is held to that width.  The reference runs a fraction of the length: there the
half-width may be `WIDER` times as wide, and the test of the mean is the same.  So is it without a
compiler, where both engines run `SHORTER` times less and are allowed a width to match.
"""

import json

import numba
import numpy as np
import pytest
from scipy.stats import t as student

from cells.load import load_text
from tests.truth_cells import CASES, NOT_COVERED, cell_text
from tests.truth_plans import PLANS, Runs, Values
from tests.truth_written import seconds
from twin.build import build_line
from twin.kernel.model import NS_PER_S, Line
from twin.kernel.run import replicate
from twin.kernel.run import simulate as kernel
from twin.kernel.states import State
from twin.kernel.tally import Tally
from twin.reference.run import simulate as reference

ENGINES = pytest.mark.parametrize("simulate", [reference, kernel], ids=["reference", "kernel"])
WIDER = 12.0
SHORTER = 8  # times shorter still, without a compiler
COMPILED = not numba.config.DISABLE_JIT

# Quantities judged by tests of their own, below, or elsewhere.
OTHERWISE = {
    ("A02", "wait_p95"),
    ("C11", "optimal_mean_M2"),
    ("D10", "cycle_time_S1"),
    ("D10", "cycle_time_S2"),
    ("D10", "best_cycle_time"),
    ("D09", "mean_makespan"),
    ("D09", "sd_makespan"),
    ("D14", "time_average_variance_constant_L"),
    ("D14", "sum_of_autocovariances_wait_in_queue"),
}
TRACES = {"K02", "K05", "K08", "K11", "K14", "K17", "K20", "K23", "K26", "K29", "K32"}


def ticks(units: float) -> int:
    return round(units * NS_PER_S)


def line_of(name: str, horizon: float, on_failure: str | None = None) -> Line:
    return build_line(load_text(cell_text(name, horizon=horizon, on_failure=on_failure), name))


def exact(name: str, quantity: str) -> tuple[float, float]:
    """Return the exact value and the relative half-width allowed."""
    found = next(q for q in CASES[name]["quantities"] if q["quantity"] == quantity)
    width = found["accept"].split("relative half-width (95 %) <= ")[1].split(";")[0]
    return found["exact"], float(width)


def judge(values: Values, truth: float, width: float, what: str) -> None:
    n = len(values)
    mean, error = float(values.mean()), float(values.std(ddof=1)) / n**0.5
    # The smallest term is rounding of the float arithmetic here, where all runs agree.
    allowed = float(student.ppf(0.9995, n - 1)) * error + 1e-9 * abs(truth)
    assert n >= 10
    assert abs(mean - truth) <= allowed, f"{what}: {mean} is not {truth} (+- {allowed})"
    half = float(student.ppf(0.975, n - 1)) * error
    assert half <= width * abs(truth), f"{what}: half-width {half} is too wide a test"


CHOSEN = [
    pytest.param(name, plan, id=f"{name}-{next(iter(plan.measures))}")
    for name, plans in PLANS.items()
    for plan in plans
]


def test_every_case_is_judged_or_has_a_reason():
    judged = set(PLANS) | {name for name, _ in OTHERWISE} | TRACES
    assert judged | set(NOT_COVERED) == set(CASES)
    assert not judged & set(NOT_COVERED)


@pytest.mark.parametrize("name", [*PLANS, "D09", "D10", "D14"])
def test_every_quantity_of_a_case_is_judged(name):
    measured = {quantity for plan in PLANS.get(name, []) for quantity in plan.measures}
    measured |= {quantity for case, quantity in OTHERWISE if case == name}
    assert measured == {q["quantity"] for q in CASES[name]["quantities"]}


@pytest.mark.parametrize(("name", "plan"), CHOSEN)
def test_the_kernel_agrees_with_the_exact_values(name, plan):
    if not COMPILED and plan.light is None:
        pytest.skip("too slow without a compiler for a run that forgets its start")
    length = plan.full if COMPILED else plan.light / SHORTER
    line = line_of(name, length, plan.on_failure)
    tally = replicate(
        line,
        seed=7,
        replications=plan.runs if COMPILED else 10,
        end=ticks(length),
        start=ticks(length / 20),
    )
    runs = Runs(line, tally)
    for quantity, measure in plan.measures.items():
        truth, width = exact(name, quantity)
        allowed = width if COMPILED else width * WIDER * SHORTER**0.5
        judge(measure(runs), truth, allowed, f"{name} {quantity}")


LIGHT = [param for param in CHOSEN if param.values[1].light is not None]


@pytest.mark.parametrize(("name", "plan"), LIGHT)
def test_the_reference_agrees_with_the_exact_values(name, plan):
    shorter = 1 if COMPILED else SHORTER  # it calls the same samplers
    length = plan.light / shorter
    line = line_of(name, length, plan.on_failure)
    start, end = ticks(length / 20), ticks(length)
    tallies = [
        reference(line, seed=11, replication=k, end=end, start=start).tally for k in range(10)
    ]
    runs = Runs(line, Tally.stack(tallies))
    for quantity, measure in plan.measures.items():
        truth, width = exact(name, quantity)
        judge(measure(runs), truth, width * WIDER * shorter**0.5, f"{name} {quantity}")


def _makespans(simulate, replications: int) -> Values:
    line = line_of("D09", 1_000)
    ends = []
    for k in range(replications):
        records = simulate(line, seed=3, replication=k, end=ticks(1_000)).log.activities
        ends.append(records["t1"][records["state"] == State.FINISHED].max() / NS_PER_S)
    return np.array(ends)


@ENGINES
def test_the_makespan_of_ten_parts_has_its_exact_mean_and_deviation(simulate):
    full = COMPILED and simulate is kernel
    spans = _makespans(simulate, 2_000 if full else 200)

    truth, width = exact("D09", "mean_makespan")
    judge(spans, truth, width * (1.0 if full else WIDER), "D09 mean_makespan")
    # Batches of ten give independent estimates of the variance.
    truth, width = exact("D09", "sd_makespan")
    variances = spans.reshape(-1, 10).var(axis=1, ddof=1)
    judge(variances, truth**2, 2 * width * (1.0 if full else WIDER), "D09 sd_makespan")


@pytest.mark.slow
@pytest.mark.skipif(not COMPILED, reason="needs a million parts")
def test_95_of_100_waits_are_within_the_exact_quantile():
    line = line_of("A02", 50_000)
    quantiles = []
    for k in range(20):
        records = kernel(line, seed=5, replication=k, end=ticks(50_000)).log.activities
        begun = records["t0"] > ticks(2_500)
        waits = records[begun & (records["state"] == State.WAITING)]
        started = int((begun & (records["state"] == State.WORKING)).sum())
        none = np.zeros(max(0, started - len(waits)))
        quantiles.append(np.quantile(np.append(none, (waits["t1"] - waits["t0"]) / NS_PER_S), 0.95))

    truth, width = exact("A02", "wait_p95")
    judge(np.array(quantiles), truth, width, "A02 wait_p95")


@pytest.mark.slow
@pytest.mark.skipif(not COMPILED, reason="needs ten million parts")
def test_the_mean_of_a_long_run_scatters_as_theory_says():
    length, runs = 8_000, 2_000
    line = line_of("D14", length)
    tally = replicate(line, seed=13, replications=runs, end=ticks(length), start=ticks(length / 10))
    means = Runs(line, tally)
    for quantity, values, scale in (
        ("time_average_variance_constant_L", means.inside, 0.9 * length),
        # Per wait: 0.8 parts a unit of time.
        ("sum_of_autocovariances_wait_in_queue", means.wait("A"), 0.9 * length * 0.8),
    ):
        truth, width = exact("D14", quantity)
        estimates = scale * values.reshape(-1, 10).var(axis=1, ddof=1)
        judge(estimates, truth, width, f"D14 {quantity}")


@pytest.mark.slow
def test_the_middle_of_three_stations_is_best_given_less_work():
    """The bowl phenomenon, C11: the best split is where a cubic through nine of them is highest."""
    means = np.linspace(0.63, 1.03, 9)
    rates = np.array([split_evenly(float(mean)) for mean in means])  # (9, replications)

    best = np.array([highest(means, curve) for curve in rates.T])

    judge(best, *exact("C11", "optimal_mean_M2"), "best mean of the middle station")


def split_evenly(middle: float) -> Values:
    """Return the throughput, by replication, of three stations that share a work of 3."""
    outer = seconds((3.0 - middle) / 2)
    text = cell_text("C11", horizon=1.0)
    cell = json.loads(text)
    for name, mean in (("M1", outer), ("M2", seconds(middle)), ("M3", outer)):
        cell["stations"][name]["process"] = {"exponential": {"mean": mean}}
    line = build_line(load_text(json.dumps(cell)))
    # The same luck for all splits: their differences are known far better than each of them.
    tally = replicate(line, seed=1, replications=12, start=ticks(1_000), end=ticks(150_000))
    return Runs(line, tally).throughput


def highest(x: Values, y: Values) -> float:
    """Return where the cubic through some points has its maximum between the first and the last."""
    cubic = np.polynomial.Polynomial.fit(x, y, 3)
    tops = [root.real for root in cubic.deriv().roots() if cubic.deriv(2)(root.real) < 0]
    return float(next(top for top in tops if x[0] < top < x[-1]))

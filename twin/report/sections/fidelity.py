"""The twin against the controller it follows."""

from twin.report import estimates, numbers, palette
from twin.report.charts.intervals import IntervalRow, Mark, intervals
from twin.report.charts.states import StateRow, state_bars
from twin.report.figure import figure
from twin.report.markup import Markup, element
from twin.report.sections.notes import notes
from twin.report.table import Column, table
from twin.results.likeness import Equivalence, Fidelity, StationFidelity
from twin.results.model import Estimate

_TONES = {"equivalent": "good", "different": "bad"}
_COLUMNS = (
    Column("Station", numeric=False),
    Column("Cycle, controller"),
    Column("Cycle, twin"),
    Column("Difference"),
    Column("p", tip="Welch's test on log cycle times, after Holm"),
    Column("Operations, controller"),
    Column("Operations, twin"),
    Column("Verdict", numeric=False),
)


def fidelity(found: Fidelity) -> Markup:
    """Return how the twin's times differ from the controller's, and whether that matters."""
    return element(
        "section",
        element("h2", "Twin against controller"),
        element("p", found.sentence, class_="lead"),
        _differences(found),
        table(_COLUMNS, [_row(station) for station in found.stations]) if found.stations else "",
        *(_states(station) for station in found.stations if station.name in found.culprits),
        element("p", _test(found.throughput), class_="detail"),
        notes(found.notes),
    )


def _differences(found: Fidelity) -> Markup:
    line = found.given_luck or found.throughput
    rows = [_line("time between good parts", found.throughput)]
    if found.given_luck:
        rows.append(_line("the same, luck allowed for", found.given_luck))
    rows += [
        _interval(
            s.name,
            s.difference,
            "differs" if s.differs else "agrees",
            "bad" if s.differs else "good",
        )
        for s in found.stations
    ]
    margin = 100.0 * line.margin
    band = Mark(
        low=-margin, high=margin, name=f"equivalent within ± {numbers.percent(line.margin, 1)}"
    )
    return figure(
        lambda width: intervals(rows, width, "controller against twin", "%", band),
        "How much longer the controller takes",
        "Controller over twin minus 1: the time between good parts of the whole line, then the"
        f" cycle time of each station. The band is the margin for the whole line.{_luck(found)}",
    )


def _luck(found: Fidelity) -> str:
    if not found.given_luck:
        return ""
    return (
        " Luck allowed for: what the controller's own arrivals and stops explain is taken out;"
        " that comparison decides."
    )


def _line(name: str, line: Equivalence) -> IntervalRow:
    return _interval(name, line.difference, line.verdict, _TONES.get(line.verdict, "plain"))


def _interval(name: str, difference: Estimate, verdict: str, tone: str) -> IntervalRow:
    shown = estimates.quantity(difference)
    return IntervalRow(
        name=name,
        mean=shown.mean,
        low=shown.low,
        high=shown.high,
        words=f"{estimates.change(difference)}, {verdict}",
        tone=tone,
    )


def _row(station: StationFidelity) -> list[str]:
    return [
        station.name,
        estimates.short(station.plant),
        estimates.short(station.twin),
        estimates.change(station.difference),
        _p(station.p),
        numbers.number(station.plant_operations),
        numbers.number(station.twin_operations),
        "differs" if station.differs else "agrees",
    ]


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else numbers.number(p, 3)


def _states(station: StationFidelity) -> Markup:
    rows = [
        StateRow(name=who, shares={s: pair[k] for s, pair in station.states.items()})
        for k, who in enumerate(("controller", "twin"))
    ]
    largest = max(
        station.states.items(), key=lambda item: abs(item[1][0] - item[1][1]), default=None
    )
    words = (
        f"Largest difference: {palette.label(largest[0])}, {numbers.percent(largest[1][0], 1)} at"
        f" the controller against {numbers.percent(largest[1][1], 1)} in the twin."
        if largest
        else ""
    )
    return figure(
        lambda width: state_bars(rows, width, f"states of {station.name}"),
        f"{station.name}: time on shift by state",
        words,
    )


def _test(line: Equivalence) -> str:
    more = (
        f" About {numbers.number(line.parts_needed)} further good parts until a verdict is likely."
        if line.parts_needed
        else ""
    )
    return (
        f"Time between good parts: controller {estimates.short(line.plant)}, twin"
        f" {estimates.short(line.twin)}; two one-sided tests, means of {line.batch}"
        f" departures.{more}"
    )

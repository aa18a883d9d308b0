"""The summary of a report in the terminal: tables on a TTY, plain tab-separated lines elsewhere."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.segment import Segment, Segments
from rich.table import Table
from rich.text import Text

from twin.report import estimates, numbers, palette, sentences
from twin.report.markup import clean
from twin.results.likeness import Equivalence, Fidelity
from twin.results.model import Comparison, Estimate, Results

_SHOWN_STATES = 5  # the largest shares of a resource's time
_WORDS = {True: "better", False: "worse", None: "no difference shown"}
_STYLES = {"better": "green", "agrees": "green", "worse": "red", "differs": "red"}
_BLANKS = str.maketrans({"\u202f": " ", "\u2212": "-", "₂": "2", "\t": " ", "\n": " "})
_ASCII = str.maketrans({"–": "-", "±": "+-", "→": "->", "…": "...", "×": "x"})


def print_results(console: Console, results: Results) -> None:
    """Print the answer, the key figures, and what each resource did.

    Parameters
    ----------
    console : rich.console.Console
        Where to; tables are drawn when it is a terminal.
    results : Results
    """
    _say(console, sentences.title(results), style="bold")
    _say(console, sentences.answer(results))
    if results.takt:
        _say(console, results.takt.sentence)
    _table(console, ("figure", "mean", "interval"), list(_figures(results)))
    _say(console, f"Bottleneck: {results.bottleneck.reason}")
    resources = list(_resources(results))
    if resources:
        head = ("resource", "OEE", "per hour on shift", "time on shift")
        _table(console, head, resources)
    if results.labour:
        columns = ("hours of", "people", "at stations", "busy", "on shift")
        _table(console, columns, [sentences.hours(one) for one in results.labour])
    for note in results.notes:
        _say(console, f"Note: {note}")
    found = dict(sentences.certainty(results))
    _say(
        console,
        f"Replications: {found['Replications']}; {found['Observed']};"
        f" warm-up {found['Warm-up left out']}; model {results.model_id[:12]}",
        style="dim",
    )


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print the verdict and every difference with its paired interval.

    Parameters
    ----------
    console : rich.console.Console
    comparison : Comparison
    """
    _say(console, comparison.verdict, style="bold")
    rows = [
        (
            row.kpi,
            estimates.short(row.candidate, row.candidate),
            estimates.short(row.baseline, row.candidate),
            estimates.change(row.difference, row.candidate),
            estimates.change(row.relative),
            _WORDS[row.better],
        )
        for row in comparison.rows
    ]
    head = ("", comparison.candidate, comparison.baseline, "difference", "relative", "verdict")
    _table(console, head, rows)
    for note in comparison.notes:
        _say(console, f"Note: {note}")
    _say(
        console,
        f"{comparison.replications} replications, seed {comparison.seed}, common random numbers",
        style="dim",
    )


def print_fidelity(console: Console, fidelity: Fidelity) -> None:
    """Print whether the twin describes the controller, and where it does not.

    Parameters
    ----------
    console : rich.console.Console
    fidelity : Fidelity
    """
    _say(console, fidelity.sentence, style="bold")
    rows = [_line("time between good parts", fidelity.throughput)]
    if fidelity.given_luck:
        rows.append(_line("the same, luck allowed for", fidelity.given_luck))
    rows += [
        (
            station.name,
            estimates.short(station.plant),
            estimates.short(station.twin),
            estimates.change(station.difference),
            "differs" if station.differs else "agrees",
        )
        for station in fidelity.stations
    ]
    _table(console, ("cycle time", "controller", "twin", "difference", "verdict"), rows)
    for note in fidelity.notes:
        _say(console, f"Note: {note}")


def _line(name: str, line: Equivalence) -> tuple[str, ...]:
    return (
        name,
        estimates.short(line.plant),
        estimates.short(line.twin),
        estimates.change(line.difference),
        line.verdict,
    )


def _figures(results: Results) -> Iterator[tuple[str, ...]]:
    station, energy, lead = sentences.key_station(results), results.energy, results.lead_time
    shown: list[tuple[str, Estimate | None]] = [
        ("good parts per scheduled hour", results.throughput),
        ("good parts a day", sentences.daily(results)),
        ("good parts a week", results.weekly),
        ("takt kept", results.takt.share if results.takt else None),
        (f"OEE of {station.name}" if station else "OEE", station.oee if station else None),
        ("lead time, mean", lead.mean),
        ("lead time, 90 % within", lead.p90),
        ("work in process", results.wip),
        ("scrap", results.scrap_share),
        ("energy per good part", energy.per_good_part if energy else None),
        ("cost of energy per good part", energy.cost_per_good_part if energy else None),
        ("CO₂e per good part", energy.carbon_per_good_part if energy else None),
        ("cost per good part", results.costs.per_good_part if results.costs else None),
    ]
    for name, found in shown:
        if found is not None:
            yield name, _with_unit(found), estimates.sureness(found)


def _with_unit(found: Estimate) -> str:
    return numbers.with_unit(estimates.value(found), estimates.unit(found))


def _resources(results: Results) -> Iterator[tuple[str, ...]]:
    for station in results.stations:
        yield (
            station.name,
            estimates.short(station.oee),
            estimates.short(station.parts_per_hour),
            _states(station.states),
        )
    for carrier in results.carriers:
        yield (
            carrier.name,
            numbers.UNKNOWN,
            estimates.short(carrier.moves_per_hour),
            _states(carrier.states),
        )


def _states(states: dict[str, Estimate]) -> str:
    largest = sorted(states.items(), key=lambda item: -item[1].mean)[:_SHOWN_STATES]
    return ", ".join(
        f"{palette.label(state)} {estimates.short(share)}"
        for state, share in largest
        if share.mean > 0
    )


def _table(console: Console, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    plain = [[_plain(cell, console.encoding) for cell in row] for row in (head, *rows)]
    if not console.is_terminal:
        for row in plain:
            # A segment goes out as it is; text would have its tabs expanded and be wrapped.
            console.print(Segments([Segment("\t".join(row) + "\n")]), soft_wrap=True, end="")
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in plain[0]:
        table.add_column(escape(name), overflow="fold")
    for row in plain[1:]:
        style = _STYLES.get(row[-1], "")
        table.add_row(*(Text(cell) for cell in row[:-1]), Text(row[-1], style=style))
    console.print()
    console.print(table)
    console.print()


def _say(console: Console, text: str, style: str | None = None) -> None:
    # Lines for other programs are never broken; on a terminal rich wraps them at its width.
    console.print(
        Text(_plain(text, console.encoding), style=style or ""), soft_wrap=not console.is_terminal
    )


def _plain(text: str, encoding: str) -> str:
    """Return a text that any terminal can write, in its encoding."""
    text = clean(text).translate(_BLANKS)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(_ASCII)
    return text.encode(encoding, "replace").decode(encoding)

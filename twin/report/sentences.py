"""The answer in plain words, the same on the page and in the terminal."""

from collections.abc import Sequence
from dataclasses import replace

from twin.report import estimates, numbers
from twin.results.model import CarrierResult, Estimate, LabourResult, Results, StationResult

_ALWAYS = 167.9  # h: a line scheduled for longer than this in a week never rests
_MOST_NAMED = 3


def title(results: Results) -> str:
    """Return the title of the cell, or its name."""
    return results.title or results.name


def never_rests(results: Results) -> bool:
    """Tell whether the line is always on shift."""
    return results.scheduled_hours_per_week >= _ALWAYS


def daily(results: Results) -> Estimate | None:
    """Return good parts per day for a line that is always on shift; else a day means nothing."""
    if not never_rests(results):
        return None
    week = results.weekly
    return replace(week, mean=week.mean / 7, low=week.low / 7, high=week.high / 7, unit="parts/day")


def answer(results: Results) -> str:
    """Return what the cell makes, how sure that is, and what limits it."""
    day = daily(results)
    output, period = (day, "a day") if day else (results.weekly, "a week")
    if not estimates.known(output):
        return "This cell made nothing that could be measured."
    sure = f" ({estimates.sureness(output, unit=False)})" if estimates.has_interval(output) else ""
    made = f"This cell makes {estimates.value(output)} good parts {period}{sure}"
    return f"{made}; {limit(results)}."


def limit(results: Results) -> str:
    """Return what limits the output, as half a sentence."""
    names = limiting(results)
    if not names:
        return "it keeps up with what arrives"
    return f"{listed(names)} {'hold' if len(names) > 1 else 'holds'} it back"


def limiting(results: Results) -> list[str]:
    """Return the resources that limit the output: the bottleneck and what works beside it."""
    found = results.bottleneck
    if found.name is None:
        return []
    names = [found.name, *(name for name in found.members if name != found.name)]
    more = len(names) - _MOST_NAMED
    return names if more <= 0 else [*names[:_MOST_NAMED], f"{more} more"]


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: `a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def who(carriers: Sequence[CarrierResult]) -> str:
    """Return of which kinds some groups are: `Robots and operators`."""
    kinds = {group.kind for group in carriers}
    return listed(
        [f"{kind}s" for kind in ("robot", "operator", "tool") if kind in kinds]
    ).capitalize()


def hours(labour: LabourResult) -> tuple[str, ...]:
    """Return a row of a table: whose hours, how many people, at stations, busy, on shift."""
    name = f"skill {labour.name}" if labour.kind == "skill" else labour.name
    spent = (labour.attended, labour.busy, labour.on_shift)
    return (name, numbers.number(labour.people), *(estimates.short(one) for one in spent))


def key_station(results: Results) -> StationResult | None:
    """Return the station whose OEE says most: the bottleneck, else the busiest candidate."""
    stations = {station.name: station for station in results.stations}
    order = [results.bottleneck.name, *(c.name for c in results.bottleneck.candidates)]
    found = (stations[name] for name in order if name in stations)
    return next(found, results.stations[0] if results.stations else None)


def schedule(results: Results) -> str:
    """Return how long the line works in a week."""
    hours = results.scheduled_hours_per_week
    if never_rests(results):
        return "around the clock"
    written = numbers.number(hours, 0 if hours % 1 == 0 else 1)
    return f"{numbers.with_unit(written, 'h')} scheduled a week"


def certainty(results: Results) -> list[tuple[str, str]]:
    """Return how the figures were found, as pairs of a term and what there is to say."""
    window, warm_up = results.window, results.warm_up
    seen = numbers.duration(window.end - window.start)
    on_shift = numbers.duration(window.scheduled)
    return [
        ("Replications", f"{numbers.number(results.replications)}, seed {results.seed}"),
        ("Observed", f"{seen} of each replication, {on_shift} of it on shift"),
        ("Warm-up left out", warm_up_words(results)),
        ("How the warm-up was found", warm_up.how),
        ("Confidence", f"{numbers.percent(results.throughput.confidence)} for every interval"),
        ("Model", results.model_id),
    ]


def warm_up_words(results: Results) -> str:
    """Return the length of the warm-up and whether it was found."""
    warm_up = results.warm_up
    length = numbers.duration(warm_up.length) if warm_up.length else "none"
    return length if warm_up.found else f"{length} (the end of the warm-up was not found)"

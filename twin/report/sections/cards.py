"""Key figures, each with its interval and unit."""

from collections.abc import Iterator

from twin.report import estimates, numbers, sentences
from twin.report.markup import Markup, element
from twin.results.model import CostResult, EnergyResult, Estimate, Results


def cards(results: Results) -> Markup:
    """Return the key figures as cards."""
    return element(
        "section",
        element("h2", "Key figures"),
        element("div", *_cards(results), class_="cards"),
    )


def _cards(results: Results) -> Iterator[Markup]:
    day = sentences.daily(results)
    yield _card("Good parts per scheduled hour", results.throughput, sentences.schedule(results))
    if day:
        yield _card("Good parts a day", day)
    yield _card("Good parts a week", results.weekly)
    if results.takt:
        takt = results.takt
        words = f"takt {numbers.duration(takt.takt)}, {takt.verdict}"
        yield _card(f"Takt kept, by {takt.period}", takt.share, words)
    station = sentences.key_station(results)
    if station:
        parts = (
            f"availability {estimates.short(station.availability)}, "
            f"effectiveness {estimates.short(station.effectiveness)}, "
            f"quality {estimates.short(station.quality_ratio)}"
        )
        yield _card(f"OEE of {station.name}", station.oee, parts)
    yield _card("Lead time, mean", results.lead_time.mean, _lead(results))
    yield _card("Work in process, mean", results.wip)
    if results.energy:
        yield _card("Energy per good part", results.energy.per_good_part, _energy(results.energy))
    if results.costs:
        yield _card("Cost per good part", results.costs.per_good_part, _cost(results.costs))
    yield _card("Scrap", results.scrap_share, f"{estimates.short(results.scrap)} in the window")


def _lead(results: Results) -> str:
    lead = results.lead_time
    rests = "" if sentences.never_rests(results) else "; time off shift counts"
    half, most = estimates.short(lead.p50), estimates.short(lead.p90)
    return f"half within {half}, 90 % within {most}{rests}"


def _energy(energy: EnergyResult) -> str:
    known = (
        ("cost", energy.cost_per_good_part),
        ("CO₂e", energy.carbon_per_good_part),
    )
    return ", ".join(f"{name} {estimates.short(found)}" for name, found in known if found)


def _cost(costs: CostResult) -> str:
    return ", ".join(f"{kind} {estimates.short(cost)}" for kind, cost in costs.by_kind.items())


def _card(name: str, estimate: Estimate, words: str = "") -> Markup:
    unit = element("span", " ", estimates.unit(estimate), class_="unit")
    return element(
        "div",
        element("p", name, class_="label"),
        element("p", estimates.value(estimate), unit, class_="value"),
        element("p", estimates.sureness(estimate, unit=False), class_="sure"),
        element("p", words, class_="detail") if words else Markup(),
        class_="card",
    )

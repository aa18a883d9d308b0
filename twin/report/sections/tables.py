"""Every station, carrier and kind of energy in figures."""

from twin.report import estimates, numbers, sentences
from twin.report.charts.states import StateRow, state_bars
from twin.report.figure import figure
from twin.report.markup import Markup, element
from twin.report.table import Column, table
from twin.results.model import (
    CarrierResult,
    CostResult,
    EnergyResult,
    LabourResult,
    Results,
    StationResult,
)

# Kinds of power in the colours of the states they belong to.
_POWER_STATES = {
    "working": "working",
    "setup": "setting_up",
    "idle": "idle",
    "standby": "asleep",
    "down": "under_repair",
    "off": "off_shift",
}


def tables(results: Results) -> Markup:
    """Return the figures of stations, carriers and energy."""
    parts: list[Markup] = []
    if results.stations:
        parts += [element("h3", "Stations"), _stations(results.stations)]
    stopping = [station for station in results.stations if _stops_or_draws(station)]
    if stopping:
        parts += [element("h3", "Stops and energy of stations"), _stops(stopping)]
    if results.carriers:
        parts += [element("h3", sentences.who(results.carriers)), _carriers(results.carriers)]
    if results.labour:
        parts += [element("h3", "Hours per 1000 good parts"), *_labour(results.labour)]
    if results.buffers:
        parts += [element("h3", "Buffers and conveyors"), _buffers(results)]
    if results.energy:
        parts += _energy(results.energy)
    if results.costs:
        parts += [element("h3", "Cost per good part"), *_costs(results.costs)]
    return element("section", element("h2", "In figures"), *parts) if parts else Markup()


def _stations(stations: tuple[StationResult, ...]) -> Markup:
    columns = [
        Column("Station", numeric=False),
        Column("Made per hour on shift"),
        Column("Cycle time"),
        Column("Availability", tip="ISO 22400-2: APT / PBT"),
        Column("Effectiveness", tip="ISO 22400-2: PRI x PQ / APT"),
        Column("Quality ratio", tip="ISO 22400-2: GQ / PQ"),
        Column("OEE", tip="ISO 22400-2: the product of the three"),
    ]
    return table(
        columns,
        [
            [
                s.name if s.servers == 1 else f"{s.name} ({s.servers} servers)",
                *(
                    estimates.short(e)
                    for e in (
                        s.parts_per_hour,
                        s.cycle_time,
                        s.availability,
                        s.effectiveness,
                        s.quality_ratio,
                        s.oee,
                    )
                ),
            ]
            for s in stations
        ],
    )


def _stops(stations: list[StationResult]) -> Markup:
    columns = [
        Column("Station", numeric=False),
        Column("Working time between failures"),
        Column("Time to repair"),
        Column("Off shift", tip="share of the whole window"),
        Column("Energy in the window"),
    ]
    return table(
        columns,
        [
            [
                s.name,
                *(
                    estimates.short(e)
                    for e in (
                        s.time_between_failures,
                        s.time_to_repair,
                        s.off_shift,
                        s.energy,
                    )
                ),
            ]
            for s in stations
        ],
    )


def _stops_or_draws(station: StationResult) -> bool:
    return any((station.time_between_failures, station.energy, station.off_shift.mean > 0))


def _carriers(carriers: tuple[CarrierResult, ...]) -> Markup:
    columns = [
        Column("Name", numeric=False),
        Column("Kind", numeric=False),
        Column("Units"),
        Column("Parts per hour on shift"),
        Column("Busy time per part"),
        Column("Energy"),
    ]
    return table(
        columns,
        [
            [
                c.name,
                c.kind,
                numbers.number(c.units),
                estimates.short(c.moves_per_hour),
                estimates.short(c.cycle_time),
                estimates.short(c.energy),
            ]
            for c in carriers
        ],
    )


def _labour(labour: tuple[LabourResult, ...]) -> list[Markup]:
    columns = [
        Column("Group or skill", numeric=False),
        Column("People"),
        Column("At stations", tip="attending, repairing, maintaining"),
        Column("Busy", tip="at stations, walking, carrying"),
        Column("On shift", tip="busy or not"),
    ]
    found: list[Markup] = [table(columns, [sentences.hours(one) for one in labour])]
    if any(one.kind == "skill" for one in labour):
        words = "A skill stands for everybody who has it; those with two skills count for both."
        found.append(element("p", words, class_="detail"))
    return found


def _buffers(results: Results) -> Markup:
    columns = [
        Column("Name", numeric=False),
        Column("Kind", numeric=False),
        Column("Capacity"),
        Column("Mean content"),
        Column("Mean stay"),
    ]
    return table(
        columns,
        [
            [
                b.name,
                b.kind,
                numbers.number(b.capacity) if b.capacity else "unlimited",
                estimates.short(b.mean_content),
                estimates.short(b.mean_stay),
            ]
            for b in results.buffers
        ],
    )


def _energy(energy: EnergyResult) -> list[Markup]:
    shares = {_POWER_STATES.get(kind, kind): used for kind, used in energy.by_state.items()}
    row = StateRow(
        name="energy", shares={state: used for state, used in shares.items() if used > 0}
    )
    words = [f"{estimates.short(energy.total)} in the window."]
    if energy.source:
        words.append(f"Price and carbon: {energy.source}.")
    if energy.missing:
        words.append(f"Not counted, no power given: {', '.join(energy.missing)}.")
    if not row.shares:
        return [element("h3", "Energy"), element("p", " ".join(words))]
    return [
        figure(
            lambda width: state_bars([row], width, "energy by state"),
            "Energy by state",
            " ".join(words),
        )
    ]


def _costs(costs: CostResult) -> list[Markup]:
    rows = [[kind, estimates.short(cost)] for kind, cost in costs.by_kind.items()]
    rows.append(["in all", estimates.short(costs.per_good_part)])
    words = [
        f"{estimates.short(costs.total)} in the window. Hours are paid while on shift, busy or"
        " not; material for good parts and scrap alike. Investment is not in it."
    ]
    if costs.missing:
        words.append(f"Not counted, no price given: {', '.join(costs.missing)}.")
    columns = [Column("Kind", numeric=False), Column("Cost per good part")]
    return [table(columns, rows), element("p", " ".join(words), class_="detail")]

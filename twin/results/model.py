"""What a study found: plain results with their uncertainty and unit, ready to be shown or stored.

Times are in seconds and energy in kilowatt hours unless an estimate's `unit` says otherwise; shares
are fractions from 0 to 1 with unit `1`.  States go by the lower-case names of
`twin.kernel.states.State`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

SHARE = "1"  # the unit of a fraction

# How a person calls a state, in the order in which charts stack them.
STATE_LABELS: Mapping[str, str] = {
    "working": "working",
    "setting_up": "setting up",
    "loading": "loading",
    "unloading": "unloading",
    "failed": "failed",
    "under_repair": "under repair",
    "maintenance": "maintenance",
    "waiting_robot": "waiting for robot",
    "waiting_operator": "waiting for operator",
    "blocked": "blocked",
    "starved": "starved",
    "asleep": "asleep",
    "off_shift": "off shift",
    "carrying": "carrying",
    "moving": "moving empty",
    "picking": "picking",
    "placing": "placing",
    "attending": "attending",
    "repairing": "repairing",
    "idle": "idle",
    "waiting": "in buffer",
    "conveyed": "on conveyor",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over replications and its confidence interval; an interval of NaN is not known."""

    mean: float
    low: float
    high: float
    n: int  # replications behind it
    unit: str  # `parts/h`, `s`, `kWh`, ...; `1` for a share
    confidence: float = 0.95

    @property
    def half_width(self) -> float:
        """Half the length of the interval, in `unit`."""
        return (self.high - self.low) / 2

    @property
    def relative(self) -> float:
        """Half-width over mean; infinite where the mean is 0 and the interval is not."""
        if self.mean == 0:
            return 0.0 if self.half_width == 0 else math.inf
        return abs(self.half_width / self.mean)

    def text(self, digits: int = 3) -> str:
        """Return `12.3 parts/h (12.1 to 12.5)`; a share reads in per cent.

        Parameters
        ----------
        digits : int
            Significant digits of the mean; the interval ends at the same decimal.
        """
        factor, unit = (100.0, "%") if self.unit == SHARE else (1.0, self.unit)
        mean, low, high = self.mean * factor, self.low * factor, self.high * factor
        if not math.isfinite(mean):
            return "not known"
        places = _decimals(mean if mean else high, digits)
        interval = f" ({low:.{places}f} to {high:.{places}f})" if math.isfinite(low + high) else ""
        return f"{mean:.{places}f} {unit}{interval}"


def _decimals(value: float, digits: int) -> int:
    if value == 0 or not math.isfinite(value):
        return 1
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was observed of each replication, s of simulated time; `scheduled` s of it on shift."""

    start: float
    end: float
    scheduled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How much of the start was left out, and why."""

    length: float  # s
    found: bool  # False: asked for automatically and not to be found in the pilot run
    how: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """Time from entry into the line to leaving it good."""

    mean: Estimate
    p50: Estimate
    p90: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductResult:
    """What became of one product."""

    name: str
    throughput: Estimate  # good parts per scheduled hour
    scrap_share: Estimate  # of those that left
    lead_time: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class StationResult:
    """One station, its servers together; KPI names and formulas of ISO 22400-2."""

    name: str
    servers: int
    states: dict[str, Estimate]  # shares of the time on shift, adding up to 1, without off_shift
    off_shift: Estimate  # share of the whole window
    availability: Estimate  # APT / PBT: working over time on shift
    effectiveness: Estimate  # PRI x PQ / APT: planned time of the parts made over working
    quality_ratio: Estimate  # GQ / PQ: good over all
    oee: Estimate  # availability x effectiveness x quality ratio
    parts_per_hour: Estimate  # operations done per hour on shift
    cycle_time: Estimate  # working time per operation done
    time_between_failures: Estimate | None  # working time per failure; None without failure modes
    time_to_repair: Estimate | None  # downtime per repair
    energy: Estimate | None  # kWh in the window; None where no power is given


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierResult:
    """One group of robots, operators or tools, its units together."""

    name: str
    kind: str  # `robot`, `operator` or `tool`
    units: int
    states: dict[str, Estimate]  # shares of the time on shift, adding up to 1
    off_shift: Estimate  # share of the whole window
    moves_per_hour: Estimate  # parts delivered per hour on shift
    cycle_time: Estimate  # busy time per part delivered
    energy: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabourResult:
    """Hours of people for 1000 good parts."""

    name: str
    kind: str  # `group` of operators, or `skill`: all groups that have it
    people: int
    attended: Estimate  # they attended, repaired or maintained stations
    busy: Estimate  # that, walking and carrying
    on_shift: Estimate  # busy or not


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferResult:
    """One buffer or conveyor."""

    name: str
    kind: str  # `buffer` or `conveyor`
    mean_content: Estimate
    mean_stay: Estimate  # of the parts that stopped there
    capacity: int | None  # parts; None: unlimited


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One resource that might limit the line."""

    name: str
    active: Estimate  # share of the time on shift that it was busy or down
    active_period: Estimate  # mean length of an uninterrupted active period
    blocked: Estimate | None  # share of time on shift; None for carriers
    starved: Estimate | None
    waiting: Estimate | None  # share of time on shift it waits for a robot or operator
    longest_active: float  # share of replications in which its active period was the longest
    turning_point: float  # share of replications in which it was the turning point


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """What limits the output."""

    name: str | None  # None: nothing inside the line limits it, arrivals do
    members: tuple[str, ...]  # `name` and the stations in parallel with it
    votes: dict[str, str | None]  # method -> resource: `active period`, `turning point`
    agree: bool
    share: float  # share of replications in which `name` had the longest active period
    reason: str  # a sentence
    candidates: tuple[Candidate, ...]  # most likely first


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyResult:
    """Electricity of what has a `power` in the cell file."""

    total: Estimate  # kWh in the window
    per_good_part: Estimate  # kWh/part
    cost_per_good_part: Estimate | None  # in the currency of the cell file, only with a price
    carbon_per_good_part: Estimate | None  # kg/part of CO2 equivalent, only with a figure
    source: str | None  # where price and carbon come from, as the cell file says
    by_state: dict[str, float]  # mean kWh in the window: working, setup, idle, standby, down, off
    missing: tuple[str, ...]  # stations and robots without a power


@dataclass(frozen=True, slots=True, kw_only=True)
class CostResult:
    """What has a price in the cell file; units are its currency."""

    total: Estimate  # in the window
    per_good_part: Estimate
    by_kind: dict[str, Estimate]  # per good part: material, machines, labour, electricity
    missing: tuple[str, ...]  # products, stations, robots and operators without a price


@dataclass(frozen=True, slots=True, kw_only=True)
class Takt:
    """Whether the line keeps its takt."""

    takt: float  # s
    needed: float  # parts per scheduled hour
    share: Estimate  # share of periods whose good parts reach scheduled time / takt
    period: str  # `hour`, `day`, ...
    verdict: str  # `met`, `missed` or `undecided`, by the mean over all replications
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Good parts in consecutive periods of the window, mean over replications with interval."""

    start: float  # s, where the first period begins
    period: float  # s, length of each; the last may be cut by the end of the window
    scheduled: tuple[float, ...]  # s of each that are on shift
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    unit: str  # `parts/h`: `period` is the hour; `parts/day`; ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything one candidate cell showed."""

    name: str
    title: str
    model_id: str
    seed: int
    replications: int
    window: Window
    warm_up: WarmUp
    throughput: Estimate  # good parts per scheduled hour
    output: Estimate  # good parts in the window
    weekly: Estimate  # good parts per week of the calendar
    scheduled_hours_per_week: float
    scrap: Estimate  # parts scrapped in the window
    scrap_share: Estimate  # of those that left
    lead_time: LeadTime
    wip: Estimate  # parts inside the line, mean over the window
    outside: Estimate  # parts waiting outside at the end
    wait_outside: Estimate  # s outside per part that entered
    products: tuple[ProductResult, ...]
    stations: tuple[StationResult, ...]
    carriers: tuple[CarrierResult, ...]
    labour: tuple[LabourResult, ...]  # groups of operators, then skills
    buffers: tuple[BufferResult, ...]
    energy: EnergyResult | None  # None: no power anywhere in the cell file
    costs: CostResult | None  # None: no price anywhere in the cell file
    bottleneck: Bottleneck
    takt: Takt | None  # None: the cell file gives none
    series: Series | None
    conventions: tuple[str, ...]  # sentences: the rules in force
    notes: tuple[str, ...]  # sentences: what a careful reader should know about these figures


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRow:
    """One KPI of two candidates that met the same luck."""

    kpi: str  # `good parts per week`, ...
    candidate: Estimate
    baseline: Estimate
    difference: Estimate  # candidate minus baseline, paired over replications
    relative: Estimate  # difference over the baseline's mean, a share
    variance_reduction: float  # variance of an unpaired difference over that of the paired one
    better: bool | None  # None: no difference can be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A candidate against a baseline on common random numbers."""

    candidate: str
    baseline: str
    seed: int
    replications: int
    rows: tuple[ComparisonRow, ...]  # good parts per week first
    verdict: str  # a sentence
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One activity of a Gantt chart, s."""

    t0: float
    t1: float
    state: str
    part: int | None
    product: str | None
    cause: (
        str  # name of the resource that delivered or took the part, or `done`, `interrupted`, `cut`
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One server or unit."""

    resource: str
    kind: str  # `station`, `robot`, `operator`, `buffer` or `conveyor`
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A stretch of a log, for a Gantt chart."""

    start: float  # s
    end: float  # s
    lanes: tuple[Lane, ...]


def to_json(value: Any) -> Any:
    """Return a result as what `json.dumps` takes: numbers that are not finite become None.

    Parameters
    ----------
    value : dataclass of this module, or anything it holds
    """
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

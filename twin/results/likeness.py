"""What was found of how well a twin describes its plant."""

from dataclasses import dataclass

from twin.results.model import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """Two one-sided tests on mean inter-departure time (Schuirmann 1987)."""

    plant: Estimate  # mean time between good parts, s
    twin: Estimate
    difference: Estimate  # plant over twin minus 1, a share, with the 90 % interval of the test
    margin: float  # a share
    batch: int  # departures per batch mean
    verdict: str  # `equivalent`, `different` or `inconclusive`
    parts_needed: int | None  # further good parts of the plant until a verdict is likely


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFidelity:
    """Working time per operation of one station, plant against twin."""

    name: str
    plant: Estimate  # s
    twin: Estimate  # s
    difference: Estimate  # plant over twin minus 1, a share
    p: float  # of Welch's test on log cycle times, after Holm
    differs: bool  # significant and large enough to matter
    states: dict[str, tuple[float, float]]  # share of time on shift: plant, twin
    plant_operations: int
    twin_operations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A station's cycle time left what the twin says."""

    name: str
    onset: float  # s, end of the first operation that was different, most likely
    alarm: float  # s, when it was sure enough to be said
    operations: int  # from onset to alarm
    change: Estimate  # of the cycle time since the onset, a share


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """How well the twin describes the plant."""

    verdict: str  # `equivalent`, `different` or `inconclusive`
    sentence: str
    throughput: Equivalence  # as measured
    given_luck: (
        Equivalence | None
    )  # allowing for the plant's own arrivals and stops; decides if known
    stations: tuple[StationFidelity, ...]
    culprits: tuple[str, ...]  # stations that differ in cycle time, then those in stops
    notes: tuple[str, ...]
    drifts: tuple[Drift, ...] = ()  # changes of cycle times, and since when

"""What the report says about a robot's motion, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One move between two places and how it was proven; None is not known."""

    from_: str
    to: str
    loaded: bool
    seconds: float
    mass_kg: float | None = None  # of the part; empty: None
    basis: str  # of the time: torque, published, calibrated, assumed
    clearance_mm: float | None = None
    nearest_fixture: str = ""
    verdict: str = ""  # of the proof: `ok`, `infeasible`, `not proven`, or empty when not run
    end_error_mm: float | None = None
    saturation_share: float | None = None  # of the time with a motor at its torque limit, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMotion:
    """The motion of one robot."""

    robot: str  # `arm (ur10e)`
    basis: str  # in words, where the times come from
    moves: tuple[Move, ...]
    picture: bytes | None = None  # PNG
    picture_caption: str = ""
    notes: tuple[str, ...] = ()

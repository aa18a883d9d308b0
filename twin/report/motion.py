"""What the report says about a robot's motion, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Where the joints of a robot are at equal instants; the last row is the end of the motion."""

    step: float  # s between two rows
    joints: tuple[tuple[float, ...], ...]  # rad, of sliding joints m; one row an instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One thing that a program does."""

    what: str  # move, wait, set, await, grip, tool, controller, settle
    name: str
    begin: float  # s
    end: float  # s
    basis: str  # of its duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramMotion:
    """One program of a robot: what it does when, and where the joints are meanwhile."""

    name: str
    used: str  # where: `at bench`, `picks at nest`, or empty
    seconds: float
    basis: str
    activities: tuple[Doing, ...]
    track: Track
    clearance_mm: float | None = None
    verdict: str = ""  # of the proof, as of a move
    notes: tuple[str, ...] = ()


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
    track: Track | None = None  # from approach point to approach point


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMotion:
    """The motion of one robot."""

    robot: str  # `arm (ur10e)`
    basis: str  # in words, where the times come from
    moves: tuple[Move, ...]
    picture: bytes | None = None  # PNG
    picture_caption: str = ""
    programs: tuple[ProgramMotion, ...] = ()
    joint_names: tuple[str, ...] = ()
    # Joints at equal distances from the approach point of a place to the place, rad.
    ways_in: Mapping[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    # What a replay in space needs beside the tracks: the chain of the arm, its base, its shapes.
    scene: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

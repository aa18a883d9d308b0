"""What a line begins with: parts inside, servers that are down, robots and operators under way."""

from typing import Literal

from pydantic import Field, model_validator

from cells.base import Name, Part
from cells.units import Duration, Length

# Stages of an operation, in order, and the key that says how much is left of one.
STAGES = ("setup", "load", "work", "unload")


class Inside(Part):
    """Parts inside the line at the start: pallets of a closed loop, or what a plant holds now."""

    product: Name
    count: int = Field(1, ge=1, le=1_000_000)
    at: Name  # a buffer, conveyor or station
    age: Duration = 0  # how long they have been in the line
    priority: int | None = None  # default: the product's
    due: Duration | None = None  # after the start
    # On a conveyor: how far from its entry each of them is, the first first.
    positions: list[Length] | None = None
    # On machines of the station, with this left of a stage, or with nothing left to do.
    setup_left: Duration | None = None
    load_left: Duration | None = None
    work_left: Duration | None = None
    unload_left: Duration | None = None
    finished: bool = False
    gathered: bool = False  # they wait there for the rest of their kit or batch
    server: int | None = Field(None, ge=1, le=1_000)  # which; default: the first empty ones

    @model_validator(mode="before")
    @classmethod
    def _counted(cls, value: object) -> object:
        """One for each position, where they are not counted besides."""
        if isinstance(value, dict) and "count" not in value:
            positions = value.get("positions")
            if isinstance(positions, list) and positions:
                return {**value, "count": len(positions)}
        return value

    @property
    def progress(self) -> dict[str, int]:
        """What is left of which stage, ns; `finished` and `gathered` count as stages."""
        left = {stage: getattr(self, f"{stage}_left") for stage in STAGES}
        found = {stage: time for stage, time in left.items() if time is not None}
        return found | {key: 0 for key in ("finished", "gathered") if getattr(self, key)}


class Down(Part):
    """A server of a station that is down, for a failure or for maintenance."""

    at: Name
    server: int = Field(1, ge=1, le=1_000)
    failure: Name | None = None
    maintenance: Name | None = None
    left: Duration  # of the repair, once somebody is there if it takes a crew


class UnitNow(Part):
    """Where a robot or operator is: at a place, on the way to one, or with a part in its hand."""

    robot: Name | None = None
    operator: Name | None = None
    unit: int = Field(1, ge=1, le=1_000)  # which of the group
    at: Name | None = None  # it stands at a place
    moves_to: Name | None = None  # it is on the way to a place, empty-handed
    attends: Name | None = None  # it is at a station that needs it, or repairs it, or on the way
    server: int = Field(1, ge=1, le=1_000)  # of that station
    carries: Name | None = None  # it is on the way to the node `to` with a part of this product
    step: Literal["carrying", "placing"] = "carrying"
    to: Name | None = None
    age: Duration = 0  # how long the part has been in the line
    priority: int | None = None  # of the part, default: the product's
    due: Duration | None = None  # of the part, after the start
    left: Duration | None = None  # of the way, or of placing

    @property
    def group(self) -> str:
        """The robot or the group of operators."""
        return self.robot or self.operator or ""

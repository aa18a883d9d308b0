"""Electrical power of a machine by what it does."""

from cells.base import Part
from cells.units import Duration, Power


class Standby(Part):
    """Power saved while starved for long."""

    power: Power
    after: Duration
    wake_up: Duration = 0


class PowerUse(Part):
    """Electrical power by state."""

    working: Power
    idle: Power
    setup: Power | None = None  # default: idle
    down: Power | None = None  # default: idle
    off: Power = 0.0
    standby: Standby | None = None

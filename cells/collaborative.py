"""Collaborative operation: the limits a user has from a risk assessment; none are shipped."""

from typing import Self

from pydantic import model_validator

from cells.base import Name, Part
from cells.units import Duration, Force, Length, Mass, Speed, Stiffness


class Separation(Part):
    """Speed and separation monitoring: the robot stops before a person gets there."""

    distance: Length  # from the person to the robot when it begins to stop
    human_speed: Speed
    reaction: Duration  # of the sensor and the controller; the robot still goes on
    stopping: Duration  # until it stands
    braking: Length = 0.0  # way of the robot while it stops
    intrusion: Length = 0.0  # how far a person gets in before being seen
    uncertainty: Length = 0.0  # of both positions


class Contact(Part):
    """Power and force limiting: the force when a part of the body is hit."""

    force: Force  # most that is allowed
    stiffness: Stiffness  # of the part of the body
    body_mass: Mass  # of the part of the body that moves with it
    robot_mass: Mass | None = None  # moving mass of the arm; default: the sum of its links


class Limit(Part):
    """One row of the table: a speed, or what a speed follows from."""

    name: str
    speed: Speed | None = None
    separation: Separation | None = None
    contact: Contact | None = None
    places: list[Name] = []  # it counts for moves that begin or end there; default: for all
    source: str | None = None  # of the numbers: the risk assessment, a standard, a measurement

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = (self.speed, self.separation, self.contact)
        if sum(one is not None for one in given) != 1:
            raise ValueError("write one of `speed`, `separation` and `contact`")
        return self

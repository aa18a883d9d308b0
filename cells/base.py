"""What every description in a cell file is made of: names, positions, and a strict base class."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cells.units import Angle, Length

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Position = Annotated[tuple[Length, Length, Length], Field(strict=False)]
Turn = Annotated[
    tuple[Angle, Angle, Angle], Field(strict=False)
]  # roll, pitch, yaw about fixed x, y, z (REP-103)


class Part(BaseModel):
    """Base of every description: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

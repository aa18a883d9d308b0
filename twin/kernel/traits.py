"""What tells parts of a product apart; kept only where it may be asked for."""

from typing import Any

from twin.kernel.arrays import Int
from twin.kernel.arrays import State as RunState
from twin.kernel.jit import inlined


@inlined
def trait(s: RunState, part: Int) -> Any:
    """Return the traits of a part; where none are kept there is one record for all."""
    return s.traits[part * s.glob[0]["traits"]]

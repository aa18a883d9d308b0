"""What a run leaves behind."""

from dataclasses import dataclass

from twin.kernel.log import Log
from twin.kernel.stops import Stop
from twin.kernel.tally import Tally


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one run, whichever engine ran it."""

    log: Log | None  # None: not kept
    tally: Tally
    stop: Stop | None  # None: it ran to its horizon

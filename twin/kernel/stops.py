"""Why a run ends before its horizon, and the error of a run that cannot go on."""

from dataclasses import dataclass


class RunError(ValueError):
    """A run met a value it cannot work with, such as a negative time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A run that stopped by itself; the log is cut at that instant."""

    kind: str  # `deadlock` or `livelock`
    at: int  # ns
    # Resources of the wait cycle; for a livelock the stations that ended operations at the instant.
    members: tuple[str, ...]
    blocked_since: tuple[int, ...]  # ns, since when a member's part is offered; not of a livelock
    waits: tuple[str, ...]  # plain sentences, `A waits for B`

    def __str__(self) -> str:
        """Say in one line what stands still."""
        where = f"{self.kind} at {self.at / 1e9:g} s"
        return f"{where}: {', '.join(self.waits or self.members)}"

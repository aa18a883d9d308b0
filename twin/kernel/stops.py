"""Why a run ends before its horizon, and the error of a run that cannot go on."""

from dataclasses import dataclass


class RunError(ValueError):
    """A run met a value it cannot work with, such as a negative time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A run that stopped by itself; the log is cut at that instant."""

    kind: str  # one of `tally.STOPPED`
    at: int  # ns
    # Resources of the wait cycle; for a livelock the stations that ended operations at the instant.
    members: tuple[str, ...]
    blocked_since: tuple[int, ...]  # ns, since when a member's part is offered; not of a livelock
    waits: tuple[str, ...]  # plain sentences, `A waits for B`

    def __str__(self) -> str:
        """Say in one line what stands still."""
        where = f"{self.kind} at {self.at / 1e9:g} s"
        return f"{where}: {', '.join(self.waits or self.members)}"


def overload(at: int, most: int, fullest: tuple[str, int]) -> Stop:
    """Return the stop of a run with more parts than it may have; the fullest node is named."""
    name, parts = fullest
    told = f"more than {most} parts at once, {parts} of them at {name}: what comes in is more than"
    return Stop(
        kind="overload",
        at=at,
        members=(name,),
        blocked_since=(),
        waits=(f"{told} what can leave; a longer run needs a larger `most_parts`",),
    )


def too_long(at: int, most: int) -> Stop:
    """Return the stop of a run with more events than it may have."""
    waits = (f"more than {most} events; a longer run needs a larger `most_events`",)
    return Stop(kind="limit of events", at=at, members=(), blocked_since=(), waits=waits)

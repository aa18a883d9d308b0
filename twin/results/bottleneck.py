"""What limits the output: average active period and turning point, side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from twin.kernel.model import NONE
from twin.kernel.states import NodeKind
from twin.results.arrivals import keeps_up
from twin.results.estimates import estimate, share
from twin.results.model import Bottleneck, Candidate
from twin.results.observed import Observed, links
from twin.results.usage import Usage, longest_active, turning_points, usages

_RIVAL = 0.2  # share of replications from which another resource is worth naming
_TENDED = 0.05  # share of waiting for tending worth naming
ACTIVE_PERIOD = "active period"
TURNING_POINT = "turning point"


def find_bottleneck(seen: Observed) -> Bottleneck:
    """Return what limits the output, by two methods, and whether they agree.

    *Active period*: the resource whose uninterrupted stretches of activity (working, setting up or
    down) are the longest on average, in each replication.  *Turning point*: stations before it are
    rather blocked, stations after it rather starved, and it is itself less of both than its
    neighbours.  Stations in parallel count together.

    Parameters
    ----------
    seen : Observed

    References
    ----------
    C. Roser, M. Nakano, M. Tanaka, "A practical bottleneck detection method", 2001.
    L. Li, Q. Chang, J. Ni, "Data driven bottleneck detection of manufacturing systems", 2009.
    """
    found = usages(seen)
    longest = longest_active(found, seen.n)
    turning = turning_points(found, seen.line, seen.n)
    candidates = _candidates(found, longest, turning)
    peers = {name: group for group in _parallel(seen) for name in group}
    votes = {
        ACTIVE_PERIOD: _most(longest, found, peers),
        TURNING_POINT: _most(turning, found, peers),
    }
    name = None if keeps_up(seen) else votes[ACTIVE_PERIOD]
    members = peers.get(name, (name,)) if name else ()
    winners = [c for member in members for c in candidates if c.name == member]
    return Bottleneck(
        name=name,
        members=members,
        votes=votes,
        agree=_together(votes, peers),
        share=sum(c.longest_active for c in winners),
        reason=_reason(winners, candidates, votes, seen.n),
        candidates=candidates,
    )


def _parallel(seen: Observed) -> list[tuple[str, ...]]:
    """Return the stations grouped by where their parts come from and go to."""
    moves = links(seen.line)
    groups: dict[object, list[str]] = {}
    for node in seen.nodes(NodeKind.STATION):
        came = frozenset(a for a, b in moves if b == node)
        goes = frozenset(b for a, b in moves if a == node)
        groups.setdefault((came, goes), []).append(seen.line.node_names[node])
    return [tuple(names) for names in groups.values()]


def _together(votes: Mapping[str, str | None], peers: Mapping[str, tuple[str, ...]]) -> bool:
    first, second = (peers.get(vote or "", (vote,)) for vote in votes.values())
    return first == second


def _most(
    winners: NDArray[np.int64], found: list[Usage], peers: Mapping[str, tuple[str, ...]]
) -> str | None:
    """Return who won most replications, stations in parallel counted together."""
    tally = Counter(found[k].name for k in winners.tolist() if k != NONE)
    if not tally:
        return None

    def together(name: str) -> int:
        return sum(tally[peer] for peer in peers.get(name, (name,)))

    return str(max(tally, key=lambda name: (together(name), tally[name])))


def _candidates(
    found: list[Usage], longest: NDArray[np.int64], turning: NDArray[np.int64]
) -> tuple[Candidate, ...]:
    candidates = [
        Candidate(
            name=usage.name,
            active=share(usage.active),
            active_period=estimate(usage.period, "s"),
            blocked=None if usage.node == NONE else share(usage.blocked),
            starved=None if usage.node == NONE else share(usage.starved),
            waiting=None if usage.node == NONE else share(usage.waiting),
            longest_active=float((longest == k).mean()),
            turning_point=float((turning == k).mean()),
        )
        for k, usage in enumerate(found)
    ]
    return tuple(sorted(candidates, key=lambda c: (-c.longest_active, -c.active_period.mean)))


def _reason(
    winners: Sequence[Candidate],
    candidates: Sequence[Candidate],
    votes: Mapping[str, str | None],
    n: int,
) -> str:
    if not candidates:
        return "The line has no station, robot or operator that could limit it."
    if not winners:
        busiest = max(candidates, key=lambda c: c.active.mean)
        return (
            "Nothing inside the line limits it: it delivers what arrives. The busiest is"
            f" {busiest.name}, active {busiest.active.text()} of its time on shift."
        )
    names = [c.name for c in winners]
    wins = round(sum(c.longest_active for c in winners) * n)
    active, period = (
        float(np.mean([value.mean for value in values]))
        for values in ([c.active for c in winners], [c.active_period for c in winners])
    )
    subject = "limits the output: it is" if len(names) == 1 else "limit the output: they are"
    return (
        f"{' and '.join(names)} {subject} busy or down {100 * active:.1f} % of the time on shift,"
        f" {_in_words(period)} at a stretch on average, the longest in {wins} of {n} replications;"
        f" {_agreement(names, votes[TURNING_POINT])}."
        f"{_rivals(names, candidates)}{_tending(winners)}"
    )


def _in_words(seconds: float) -> str:
    """Return a duration in the largest unit of which it has two."""
    units = ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min"))
    size, name = next((one for one in units if seconds >= 2 * one[0]), (1.0, "s"))
    return f"{seconds / size:.3g} {name}"


def _agreement(names: Sequence[str], turning: str | None) -> str:
    if turning is None:
        return "blocking and starving show no turning point"
    if turning in names:
        return "the turning point of blocking and starving is there too"
    return f"but blocking and starving turn at {turning}: the two methods disagree"


def _rivals(names: Sequence[str], candidates: Sequence[Candidate]) -> str:
    others = [c.name for c in candidates if c.name not in names and c.longest_active >= _RIVAL]
    return f" At times it is {' or '.join(others)} instead." if others else ""


def _tending(winners: Sequence[Candidate]) -> str:
    shares = [c.waiting.mean for c in winners if c.waiting is not None]
    waiting = float(np.mean(shares)) if shares else 0.0
    if waiting < _TENDED:
        return ""
    return (
        f" {100 * waiting:.1f} % of the time goes into waiting for a robot or operator:"
        " quicker tending would raise the output."
    )

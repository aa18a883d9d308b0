"""One posture a target, so that the asked moves together are shortest and touch nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from robots import timelaw
from robots.arm import Floats
from robots.candidates import Candidates, collides
from robots.collide import Nearest, Scene, nearest
from robots.dynamics import acceleration_room
from robots.jit import compiled
from robots.limits import BUILD_UP
from robots.pace import Law, Pace
from robots.task import ArmTask

_STARTS = 12
_BANNED = 1e6  # s; more than any cycle
_ROUNDS = 60  # of banning colliding moves before giving up
_WATCHED = 4  # choices a round whose moves are looked at
_ALTERNATIVES = 5  # postures a target whose exact times are compared at the end

Ints = NDArray[np.int64]


@compiled
def _estimate(q: Floats, i: int, j: int, v: Floats, a: Floats) -> float:
    """Return the time of a joint move under constant limits, s."""
    speed, rate = math.inf, math.inf
    for k in range(v.size):
        way = abs(q[i, k] - q[j, k])
        if way > 1e-9:
            speed = min(speed, v[k] / way)
            rate = min(rate, a[k] / way)
    if rate == math.inf:
        return 0.0
    return timelaw.rest_to_rest(1.0, speed, rate, rate / BUILD_UP)


@compiled
def _incident(
    q: Floats,
    own: Floats,
    moves: Ints,
    banned: NDArray[np.bool_],
    limits: Floats,
    choice: Ints,
    k: int,
) -> float:
    """Return the estimated cost of target k with the choice as it stands."""
    total = own[choice[k]]
    for m in range(moves.shape[0]):
        if moves[m, 0] == k or moves[m, 1] == k:
            i, j = choice[moves[m, 0]], choice[moves[m, 1]]
            total += moves[m, 2] * _estimate(q, i, j, limits[0], limits[1])
            if banned[i, j]:
                total += _BANNED
    return total


@compiled
def _descend(
    q: Floats,
    own: Floats,
    first: Ints,
    moves: Ints,
    banned: NDArray[np.bool_],
    limits: Floats,
    choice: Ints,
) -> float:
    """Improve one target at a time until none can be improved; return the estimated total, s."""
    better = True
    while better:
        better = False
        for k in range(first.size - 1):
            kept = choice[k]
            best = _incident(q, own, moves, banned, limits, choice, k)
            for c in range(first[k], first[k + 1]):
                choice[k] = c
                cost = _incident(q, own, moves, banned, limits, choice, k)
                if cost < best - 1e-9:
                    best, kept, better = cost, c, True
            choice[k] = kept
    total = 0.0
    for k in range(first.size - 1):
        total += own[choice[k]]
    for m in range(moves.shape[0]):
        i, j = choice[moves[m, 0]], choice[moves[m, 1]]
        total += moves[m, 2] * _estimate(q, i, j, limits[0], limits[1])
        if banned[i, j]:
            total += _BANNED
    return total


@dataclass(slots=True, kw_only=True, eq=False)
class Search:
    """The state of a choice: candidates of all targets in one list, T of them."""

    pace: Pace
    view: Scene
    candidates: Sequence[Candidates]
    first: Ints  # (L + 1,), candidates of target k: first[k] : first[k + 1]
    q: Floats  # (T, n), at the approach points, rad
    own: Floats  # (T,), time of the straight moves, weighted with the visits, s
    moves: Ints  # (M, 3), from, to, how often; each pair of targets once
    limits: Floats  # (2, n), speed and typical acceleration
    banned: NDArray[np.bool_]  # (T, T)
    spots: dict[tuple[int, int], Nearest] = field(default_factory=dict)
    laws: dict[tuple[int, int, int], Law] = field(default_factory=dict)
    worst: dict[tuple[int, int], Nearest] = field(
        default_factory=dict
    )  # by targets, when all collide

    def spot(self, i: int, j: int) -> Nearest:
        """Return whether the move between two candidates touches something, and where it does."""
        key = (min(i, j), max(i, j))
        if key not in self.spots:
            self.spots[key] = nearest(self.view, self.q[list(key)], enough=0.0)
        return self.spots[key]

    def law(self, i: int, j: int, load: int) -> Law:
        """Return the law of the move between two candidates; back takes the same."""
        key = (min(i, j), max(i, j), load)
        if key not in self.laws:
            most = self.pace.task.most(*(self._target(k) for k in key[:2]))
            self.laws[key] = self.pace.travel(self.q[key[0]], self.q[key[1]], load, most)
        return self.laws[key]

    def _target(self, candidate: int) -> int:
        return int(np.searchsorted(self.first, candidate, side="right")) - 1

    def best(self) -> Ints:
        """Return the choice, as indices into the list of candidates, (L,)."""
        rng = np.random.default_rng(0)
        spans = list(zip(self.first[:-1], self.first[1:], strict=True))
        pool = [np.array([rng.integers(a, b) for a, b in spans]) for _ in range(_STARTS)]
        choice = pool[0]
        for _ in range(_ROUNDS):
            totals = [self._descend(choice) for choice in pool]
            order = np.argsort(totals)
            choice = pool[int(order[0])]
            # The runners-up are looked at too: what is banned for one need not be tried by another.
            news = [self._ban_colliding(pool[int(k)]) for k in order[:_WATCHED]]
            if not news[0]:
                break
        return self._refine(choice.copy())

    def _descend(self, choice: Ints) -> float:
        total: float = _descend(
            self.q, self.own, self.first, self.moves, self.banned, self.limits, choice
        )
        return total

    def _ban_colliding(self, choice: Ints) -> bool:
        """Ban the moves of a choice that collide; say whether any was new."""
        found = False
        for a, b, _ in self.moves:
            i, j = choice[a], choice[b]
            if not self.banned[i, j] and collides(self.spot(i, j)):
                found = True
                self._ban(a, b, i, j, self.spot(i, j))
        return found

    def _ban(self, a: int, b: int, i: int, j: int, spot: Nearest) -> None:
        """Ban a move and all that differ from it by the same full turns at both ends."""
        known = self.worst.get((a, b))
        if known is None or min(spot.clearance, spot.own) > min(known.clearance, known.own):
            self.worst[a, b] = spot
        at, to = self.candidates[a], self.candidates[b]
        here, there = i - self.first[a], j - self.first[b]
        rows = np.flatnonzero(at.branch == at.branch[here])
        columns = np.flatnonzero(to.branch == to.branch[there])
        gap = to.turns[columns][None, :, :] - at.turns[rows][:, None, :]
        same = np.abs(gap - (to.turns[there] - at.turns[here])).max(axis=2) < 1.0
        rows, columns = (x.ravel() for x in np.meshgrid(rows, columns, indexing="ij"))
        chosen = same.ravel()
        one, other = rows[chosen] + self.first[a], columns[chosen] + self.first[b]
        self.banned[one, other] = True
        self.banned[other, one] = True

    def _exact(self, choice: Ints, k: int) -> float:
        """Return the time of all moves at target k, infinite if one collides."""
        total = float(self.own[choice[k]])
        for a, b, load in self.pace.task.moves:
            if k in (a, b) and a != b:
                if collides(self.spot(choice[a], choice[b])):
                    return math.inf
                total += self.law(choice[a], choice[b], load).time
        return total

    def _refine(self, choice: Ints) -> Ints:
        """Compare the exact times of the postures that are best by estimate, target by target."""
        for k in range(len(choice)):
            estimates = []
            for c in range(self.first[k], self.first[k + 1]):
                trial = choice.copy()
                trial[k] = c
                cost = _incident(self.q, self.own, self.moves, self.banned, self.limits, trial, k)
                estimates.append((cost, c))
            best, kept = self._exact(choice, k), int(choice[k])
            for _, c in sorted(estimates)[:_ALTERNATIVES]:
                trial = choice.copy()
                trial[k] = c
                cost = self._exact(trial, k)
                if cost < best - 1e-9:
                    best, kept = cost, c
            choice[k] = kept
        return choice


def search_of(pace: Pace, view: Scene, candidates: Sequence[Candidates]) -> Search:
    """Return the search for one posture a target."""
    task = pace.task
    sizes = [len(c.branch) for c in candidates]
    q = np.ascontiguousarray(np.vstack([c.between[:, 0] for c in candidates]))
    visits = [max(1, sum(b == k for _, b, _ in task.moves)) for k in range(len(candidates))]
    own = np.concatenate([2 * n * c.straight for n, c in zip(visits, candidates, strict=True)])
    total = len(q)
    return Search(
        pace=pace,
        view=view,
        candidates=candidates,
        first=np.cumsum([0, *sizes]).astype(np.int64),
        q=q,
        own=own,
        moves=_pairs(task),
        limits=np.stack([pace.speed, _typical(pace, q)]),
        banned=np.zeros((total, total), dtype=np.bool_),
    )


def _pairs(task: ArmTask) -> Ints:
    """Return each pair of targets a move joins, once, and how often."""
    counts: dict[tuple[int, int], int] = {}
    for a, b, _ in task.moves:
        if a != b:
            key = (min(a, b), max(a, b))
            counts[key] = counts.get(key, 0) + 1
    return np.array([(*key, n) for key, n in counts.items()], dtype=np.int64).reshape(-1, 3)


def _typical(pace: Pace, q: Floats) -> Floats:
    """Return accelerations to estimate times with: the median room over the candidates, rad/s2."""
    if not pace.bodies:
        return pace.acceleration
    few = np.ascontiguousarray(q[:: max(1, len(q) // 64)])  # else compiled a second time
    room = acceleration_room(pace.bodies[pace.task.heaviest], pace.torque, few)
    typical: Floats = np.maximum(np.median(room, axis=0), 1.0)
    return typical

"""Prove the motions of a program in the physics engine, as `robots.proof` does those of a task."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from robots.cache import content_key, load, store
from robots.course import Course
from robots.errors import PhysicsUnavailable
from robots.motions import TAIL, Motion
from robots.physics import STEP
from robots.plan import Plan
from robots.program import Workplace
from robots.proof import Proof, engine, prove_motions
from robots.worker import Worker

_WORST = ("infeasible", "not proven", "not provable", "proven")


def prove_plan(place: Workplace, plan: Plan) -> Proof:
    """Return whether the arm can follow every motion of a program; the same is proven once.

    Raises
    ------
    PhysicsFailed
        The physics worker died, hung or ran out of memory.
    """
    key = content_key("plan", place, _tracks(plan), plan.loads, plan.name, engine())
    stored = load(key)
    if stored is not None:
        return Proof.from_json(stored)
    with Worker() as worker:
        try:
            proof = _joined(
                [_prove(worker, place, plan, load) for load in dict.fromkeys(plan.loads)]
            )
        except PhysicsUnavailable as error:
            reason = str(error)
            return Proof(
                task=plan.name,
                arm=place.arm.name,
                verdict="not proven",
                reason=reason,
                agreement=None,
                moves=(),
            )
    store(key, proof.to_json())
    return proof


def _tracks(plan: Plan) -> list[np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    return [_angles(course) for _, course in plan.motions]


def _angles(course: Course) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return joint angles every `STEP`, and standing at the end."""
    count = int(np.ceil(course.duration / STEP - 1e-9)) + 1
    t = np.minimum(STEP * np.arange(count, dtype=np.float64), course.duration)
    q = course.sample(t).q
    return np.vstack([q, np.tile(q[-1], (round(TAIL / STEP), 1))])


def _prove(worker: Worker, place: Workplace, plan: Plan, load: tuple[str, float]) -> Proof:
    """Return the proof of the motions with one tool and mass."""
    tool, mass = load
    task = replace(place.task(tool, np.eye(4)), name=plan.name, loads=(mass,))
    moves = [a.name for a in plan.activities if a.kind == "move"]
    before = ["start", *(name.rpartition(" - ")[2] for name in moves)]
    motions = []
    for k, ((_, course), own) in enumerate(zip(plan.motions, plan.loads, strict=True)):
        if own == load:
            angles = _angles(course)
            motions.append(
                Motion(
                    kind="travel",
                    start=before[k],
                    goal=moves[k],
                    load=int(mass > 0),
                    duration=course.duration,
                    angles=angles,
                    moving=len(angles) - round(TAIL / STEP),
                )
            )
    return prove_motions(worker, task, motions)


def _joined(proofs: Sequence[Proof]) -> Proof:
    worst = min(proofs, key=lambda proof: _WORST.index(proof.verdict))
    return replace(worst, moves=tuple(move for proof in proofs for move in proof.moves))

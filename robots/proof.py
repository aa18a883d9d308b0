"""Prove the motions of a task: a physics engine follows them with the arm's own torques.

The engine must first agree with this package about kinematics and dynamics.  Then each motion is
followed at 1 kHz, among the fixtures, by motors that can give no more than the joints' torques.
What cannot be followed is infeasible and is said so; where an arm's masses are not published, or
there is no engine, nothing is proven, and that is said too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, NamedTuple

import numpy as np

from robots.arm import Floats
from robots.cache import content_key, load, store
from robots.errors import PhysicsUnavailable
from robots.kinematics.fk import flanges
from robots.motions import Motion, in_words, motions_of
from robots.physics import STEP, Agreement, Contact, Followed, Physics, Surroundings, worst
from robots.picture import render
from robots.task import ArmTask, MoveTable
from robots.worker import Worker

__all__ = ["MoveProof", "Proof", "prove", "prove_motions", "prove_with", "render"]

END_ERROR = 1e-4  # m, most error of the tool when it stands
EXCESS = 1e-3  # m, most error of the tool beyond its way in one step
SETTLING = 0.02  # s, longest time after the end of a motion until the error is below END_ERROR
AGREE = 1e-6  # m, direction cosines, N m: the engine and this package differ by less
BESIDE = 0.1  # m: the error is also taken this far beside the tcp, so that turning counts

Progress = Callable[[int, int], None]  # motions done, motions in all


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveProof:
    """What became of one motion; errors are those of the tool."""

    kind: Literal["travel", "in", "out"]  # between approach points, or straight in or out
    start: str  # target
    goal: str  # target; the same for a straight move
    load: int  # 0 empty, 1 + k
    verdict: Literal["ok", "infeasible", "not proven"]
    reason: str  # empty when ok
    duration: float  # s
    tracking_error: float | None  # m, largest; None where only the path was replayed
    excess: float | None  # m, largest error beyond the way of one step (speed x 1 ms)
    end_error: float | None  # m, standing still
    settling: float | None  # s after the end of the motion
    saturated: float | None  # share of steps in which a motor gave all it has
    contacts: tuple[Contact, ...]
    clearance: float | None  # m to the nearest fixture, None: none near
    nearest: str | None

    @property
    def name(self) -> str:
        """The motion in words."""
        return in_words(self.kind, self.start, self.goal, self.load)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What became of all motions of a task."""

    task: str
    arm: str
    verdict: Literal["proven", "infeasible", "not provable", "not proven"]
    reason: str  # empty when proven
    agreement: Agreement | None
    moves: tuple[MoveProof, ...]  # the asked moves in the order of the task, then the straight ones

    @property
    def feasible(self) -> bool:
        """False where a motion was found that cannot be done; not proven is not infeasible."""
        return self.verdict != "infeasible"

    @property
    def sentence(self) -> str:
        """The outcome in one sentence."""
        if self.verdict != "proven":
            return f"{self.verdict}: {self.reason}"
        excess = max((move.excess or 0.0 for move in self.moves), default=0.0)
        share = max((move.saturated or 0.0 for move in self.moves), default=0.0)
        return (
            f"all {len(self.moves)} motions proven in PyBullet at 1 kHz: off the path by at most"
            f" {excess * 1e3:.3f} mm, motors at their torque limit at most {share:.0%} of a motion"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the proof as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Proof":
        """Return the proof that `to_json` wrote."""
        agreement = values["agreement"]
        moves = tuple(
            MoveProof(**{**move, "contacts": tuple(Contact(*c) for c in move["contacts"])})
            for move in values["moves"]
        )
        agreed = None if agreement is None else Agreement(*agreement)
        return cls(**{**values, "agreement": agreed, "moves": moves})


def prove(task: ArmTask, table: MoveTable, progress: Progress | None = None) -> Proof:
    """Return whether the arm of a task can follow every motion that the task asks for.

    The same task, table and sources are proven once; then the proof comes from the cache.

    Parameters
    ----------
    task : ArmTask
    table : MoveTable
        The motions and their times, of the same task.
    progress : callable, optional
        Called with the number of motions done and in all.

    Raises
    ------
    PhysicsFailed
        The physics worker died, hung or ran out of memory.
    """
    key = content_key("proof", task, table, engine())
    stored = load(key)
    if stored is not None:
        return Proof.from_json(stored)
    with Worker() as worker:
        try:
            proof = prove_with(worker, task, table, progress)
        except PhysicsUnavailable as error:
            return _conclude(task, "not proven", str(error))
    store(key, proof.to_json())
    return proof


def engine() -> str:
    """Return the version of the engine, without loading it."""
    try:
        return version("pybullet")
    except PackageNotFoundError:
        return "none"


def prove_with(
    worker: Worker, task: ArmTask, table: MoveTable, progress: Progress | None = None
) -> Proof:
    """Return the proof of `prove`, made by a worker that stays open; nothing is cached."""
    return prove_motions(worker, task, motions_of(task, table, STEP), progress)


def prove_motions(
    worker: Worker, task: ArmTask, motions: Sequence[Motion], progress: Progress | None = None
) -> Proof:
    """Return whether the arm of a task can follow motions, sampled every `robots.physics.STEP`."""
    physics = Physics(task, worker)
    loads = sorted({motion.load for motion in motions})
    agreement = worst([physics.agree(load) for load in loads or [0]])
    quarrel = _quarrel(agreement)
    if quarrel:
        return _conclude(task, "not proven", quarrel, agreement)
    missing = _missing(task)
    moves = []
    for done, motion in enumerate(motions):
        moves.append(_replay(physics, motion, missing) if missing else _follow(physics, motion))
        if progress is not None:
            progress(done + 1, len(motions))
    bad = [move for move in moves if move.verdict == "infeasible"]
    if bad:
        reason = f"{len(bad)} of {len(moves)} motions: {bad[0].name}: {bad[0].reason}"
        return _conclude(task, "infeasible", reason, agreement, tuple(moves))
    verdict = "not provable" if missing else "proven"
    return _conclude(task, verdict, missing, agreement, tuple(moves))


def _conclude(
    task: ArmTask,
    verdict: Any,
    reason: str,
    agreement: Agreement | None = None,
    moves: tuple[MoveProof, ...] = (),
) -> Proof:
    return Proof(
        task=task.name,
        arm=task.arm.name,
        verdict=verdict,
        reason=reason,
        agreement=agreement,
        moves=moves,
    )


def _quarrel(agreement: Agreement) -> str:
    """Return where engine and package disagree, empty if they agree."""
    if max(agreement.position, agreement.rotation) > AGREE:
        return (
            f"the physics engine places the flange {agreement.position:.2g} m and"
            f" {agreement.rotation:.2g} (rotation) from where the kinematics does"
        )
    if agreement.torque is not None and agreement.torque > AGREE:
        return f"the physics engine's joint torques differ by {agreement.torque:.2g} N m from ours"
    return ""


def _missing(task: ArmTask) -> str:
    """Return what a proof lacks, empty if nothing."""
    arm = task.arm
    if arm.inertials is None:
        return f"{arm.name}: no published inertia; the paths were only searched for contacts"
    if arm.torque is None:
        return f"{arm.name}: no published torques; the paths were only searched for contacts"
    return ""


def _replay(physics: Physics, motion: Motion, missing: str) -> MoveProof:
    around = physics.replay(motion)
    return MoveProof(
        kind=motion.kind,
        start=motion.start,
        goal=motion.goal,
        load=motion.load,
        verdict="infeasible" if around.contacts else "not proven",
        reason=_touching(around) or missing,
        duration=motion.duration,
        tracking_error=None,
        excess=None,
        end_error=None,
        settling=None,
        saturated=None,
        **around._asdict(),
    )


class _Measured(NamedTuple):
    """The measured fields of `MoveProof`."""

    tracking_error: float
    excess: float
    end_error: float
    settling: float
    saturated: float


def _follow(physics: Physics, motion: Motion) -> MoveProof:
    followed, around = physics.follow(motion)
    errors, ways = _errors(physics.task, motion, followed)
    off = np.flatnonzero(errors > END_ERROR)
    settled = (off[-1] + 1) * STEP if off.size else 0.0
    measured = _Measured(
        tracking_error=float(errors.max()),
        excess=float(max(0.0, (errors - ways).max())),
        end_error=float(errors[-1]),
        settling=max(0.0, float(settled) - motion.duration),
        saturated=float(followed.saturated[: max(1, motion.moving - 1)].mean()),
    )
    reason = _touching(around) or _fault(measured)
    return MoveProof(
        kind=motion.kind,
        start=motion.start,
        goal=motion.goal,
        load=motion.load,
        verdict="infeasible" if reason else "ok",
        reason=reason,
        duration=motion.duration,
        **measured._asdict(),
        **around._asdict(),
    )


def _errors(task: ArmTask, motion: Motion, followed: Followed) -> tuple[Floats, Floats]:
    """Return, for each row, the error of the tool and its way in one step, m, shapes (k,)."""
    beside = np.eye(4)
    beside[0, 3] = BESIDE
    tcp = task.gripper_of(motion.load).pose_flange_tcp
    points = np.stack([tcp[:, 3], (tcp @ beside)[:, 3]])
    chain = task.arm.chain
    # Copies, because what the worker sends is read only: `flanges` would be compiled once more.
    wanted, reached = (
        np.einsum("kij,pj->kpi", flanges(chain, np.array(q, order="C")), points)[..., :3]
        for q in (motion.angles, followed.reached)
    )
    errors = np.linalg.norm(reached - wanted, axis=2)
    ways = np.linalg.norm(np.diff(wanted, axis=0, append=wanted[-1:]), axis=2)
    worst_point = errors.argmax(axis=1)[:, None]
    picked = (np.take_along_axis(rows, worst_point, axis=1)[:, 0] for rows in (errors, ways))
    return tuple(picked)  # type: ignore[return-value]


def _touching(around: Surroundings) -> str:
    if not around.contacts:
        return ""
    deepest = max(around.contacts, key=lambda contact: contact.depth)
    return (
        f"{deepest.link} touches {deepest.fixture}, {deepest.depth * 1e3:.1f} mm deep,"
        f" {deepest.at:.2f} s into the motion"
    )


def _fault(measured: _Measured) -> str:
    """Return which gate a followed motion misses, empty if none."""
    share = f"motors at their torque limit for {measured.saturated:.0%} of the time"
    if measured.end_error >= END_ERROR:
        return f"the tool ends {measured.end_error * 1e3:.2f} mm off; {share}"
    if measured.excess >= EXCESS:
        return f"the tool strays {measured.excess * 1e3:.2f} mm from its path; {share}"
    if measured.settling >= SETTLING:
        return f"the tool settles only after {measured.settling * 1e3:.0f} ms; {share}"
    return ""

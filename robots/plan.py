"""A program with its times: what happens when, and where the joints are meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from robots import urscript
from robots.arm import Floats
from robots.candidates import collides, describe
from robots.collide import nearest, scene
from robots.course import Caps, Course, Drive, course
from robots.detour import detour
from robots.errors import MotionError
from robots.joined import POINTS, joined
from robots.kinematics.fk import flanges
from robots.kinematics.rates import fastest_point
from robots.legs import Leg, joint_leg
from robots.moves import Timing
from robots.postures import Loaded, postures
from robots.profile import Profile
from robots.program import (
    AwaitSignal,
    Grip,
    Move,
    Override,
    Payload,
    Program,
    SetSignal,
    Step,
    UseTool,
    Wait,
    Workplace,
)
from robots.zones import rapid_zones, ur_blends

_PART = 0.25  # of a leg round an obstacle that a corner takes at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One thing a program does."""

    kind: str  # move, wait, set, await, grip, tool, controller, settle
    name: str
    begin: float  # s
    end: float
    basis: str  # of its duration


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """A program with its times."""

    name: str
    activities: tuple[Activity, ...]
    motions: tuple[tuple[float, Course], ...]  # when each begins, s
    loads: tuple[tuple[str, float], ...]  # tool and mass in it, kg, of each motion
    duration: float  # s
    basis: str  # the weakest of its motions
    clearance: float  # m, least on all motions
    peak: float  # largest share of the usable torque
    closed: bool  # whether it ends in the posture it begins in
    notes: tuple[str, ...]

    def joints(self, t: Floats) -> Floats:
        """Return joint angles at instants, (k, n) rad: the track for a replay."""
        at = np.asarray(t, dtype=np.float64)
        rows = np.tile(self.motions[0][1].path.q[0], (len(at), 1))
        for begin, motion in self.motions:
            later = at >= begin
            if later.any():
                rows[later] = motion.sample(np.minimum(at[later] - begin, motion.duration)).q
        return rows


@dataclass(slots=True, eq=False)
class _State:
    tool: str
    mass: float
    override: float


def plan(place: Workplace, program: Program, start: Floats | None = None) -> Plan:
    """Return the times of a program: postures by the shortest cycle, motions in the least time.

    Moves without a stop between them are one motion.  Under `rules: urscript` a motion of one move
    takes the published time of movej, movel or movec.

    Parameters
    ----------
    start : ndarray, shape (n,), optional
        Joints at the start, rad; default: chosen.

    Raises
    ------
    MotionError
        If a point is out of reach, or a move collides and no way round is found.
    """
    state = _State(program.tool or next(iter(place.tools)), program.mass, 1.0)
    loaded = _loaded(program.steps, state)
    first, legs_after, at = postures(
        place, program, [one for one in loaded if isinstance(one, Loaded)], start
    )
    return _Planner(place, program, first, legs_after, at).run(loaded)


def _loaded(steps: Sequence[Step], state: _State) -> list[Step | Loaded]:
    """Return the steps, moves with the load, tool and speed they are made with."""
    found: list[Step | Loaded] = []
    for step in steps:
        if isinstance(step, Move):
            found.append(
                Loaded(move=step, tool=state.tool, mass=state.mass, override=state.override)
            )
            continue
        if isinstance(step, (Grip, Payload)):
            state.mass = step.mass
        elif isinstance(step, UseTool):
            state.tool = step.name
        elif isinstance(step, Override):
            state.override = step.share
        found.append(step)
    return found


class _Planner:
    """Walks through a program and keeps the clock."""

    def __init__(
        self,
        place: Workplace,
        program: Program,
        start: Floats,
        legs_after: list[list[Leg]],
        at: list[Floats],
    ) -> None:
        self.place, self.program, self.start = place, program, start
        self.here = start
        self.queues = [list(legs) for legs in legs_after]
        self.at, self.stop = at, 0
        self.clock, self.clearance = 0.0, np.inf
        self.activities: list[Activity] = []
        self.motions: list[tuple[float, Course]] = []
        self.loads: list[tuple[str, float]] = []
        self.notes: list[str] = []

    def run(self, steps: Sequence[Step | Loaded]) -> Plan:
        """Return the plan of all steps."""
        for moving, group in groupby(steps, key=lambda step: isinstance(step, Loaded)):
            if moving:
                for moves in _unstopped([one for one in group if isinstance(one, Loaded)]):
                    self._move(moves)
            else:
                for step in group:
                    self._do(step)  # type: ignore[arg-type]
        bases = {motion.basis for _, motion in self.motions}
        order = ("assumed", "published limits", "published rule of the controller", "torque")
        return Plan(
            name=self.program.name,
            activities=tuple(self.activities),
            motions=tuple(self.motions),
            loads=tuple(self.loads),
            duration=self.clock,
            basis=next(basis for basis in order if basis in bases),
            clearance=float(self.clearance),
            peak=max(motion.peak for _, motion in self.motions),
            closed=bool(np.abs(self.here - self.start).max() < 1e-6),
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def _spend(self, kind: str, name: str, seconds: float, basis: str = "given") -> None:
        begin, self.clock = self.clock, self.clock + seconds
        self.activities.append(
            Activity(kind=kind, name=name, begin=begin, end=self.clock, basis=basis)
        )

    def _do(self, step: Step) -> None:
        if isinstance(step, Wait):
            self._spend("wait", "", step.seconds)
        elif isinstance(step, SetSignal):
            self._spend("set", step.name, 0.0)
        elif isinstance(step, AwaitSignal):
            self._spend("await", step.name, 0.0)
        elif isinstance(step, UseTool):
            self._spend("tool", step.name, step.seconds)
        elif isinstance(step, Grip):
            tool = self.place.tools[self._tool()]
            name, seconds = ("close", tool.close_time) if step.close else ("open", tool.open_time)
            self._spend("grip", name, seconds)

    def _tool(self) -> str:
        changes = [one.name for one in self.activities if one.kind == "tool"]
        return changes[-1] if changes else self.program.tool or next(iter(self.place.tools))

    def _legs(self, moves: Sequence[Loaded]) -> list[Leg]:
        legs = []
        for one in moves:
            if one.move.kind == "joint":
                self.stop += 1
                tcp = self.place.tools[one.tool].pose_flange_tcp
                legs.append(joint_leg(self.place.arm, tcp, self.here, self.at[self.stop]))
            else:
                legs.append(self.queues[self.stop].pop(0))
            self.here = legs[-1].rows[-1]
        return legs

    def _move(self, moves: Sequence[Loaded]) -> None:
        """Time one motion, from a stop to the next."""
        legs = self._legs(moves)
        name = " - ".join(one.move.to for one in moves)
        if all(np.abs(leg.rows[-1] - leg.rows[0]).max() < 1e-9 for leg in legs):
            return  # a joint move to where the arm is
        motion = self._timed(moves, legs, name)
        if self.place.dead_time > 0:
            self._spend("controller", name, self.place.dead_time)
        self.motions.append((self.clock, motion))
        self.loads.append((moves[0].tool, moves[0].mass))
        self._spend("move", name, motion.duration, motion.basis)
        if self.place.settle > 0:
            self._spend("settle", name, self.place.settle)

    def _timed(self, moves: Sequence[Loaded], legs: list[Leg], name: str) -> Course:
        one, place = moves[0], self.place
        tcp = place.tools[one.tool].pose_flange_tcp
        radii = self._radii(moves, legs)
        path = joined(place.arm, tcp, legs, radii, POINTS)
        task = place.task(one.tool, np.eye(4))
        view = scene(task)
        spot = nearest(view, path.q)
        caps = [self._caps(move) for move in moves]
        if collides(spot):
            way = None
            if len(legs) == 1 and not legs[0].tool:
                way = detour(task, view, legs[0].rows[0], legs[0].rows[-1])
            if way is None:
                text = (
                    f"{name}: no way found: {describe(task, spot)}; move the point or the fixture"
                )
                raise MotionError(f"program {self.program.name}", [text])
            legs = [joint_leg(place.arm, tcp, a, b) for a, b in pairwise(way.points)]
            radii = [_PART * min(a.length, b.length) for a, b in pairwise(legs)]
            path, caps = joined(place.arm, tcp, legs, radii, POINTS), caps * len(legs)
            spot = nearest(view, path.q)
            self.notes.append(f"{name}: goes round by {len(legs) - 1} via-points")
        self.clearance = min(self.clearance, spot.clearance, spot.own)
        drive = Drive(
            arm=place.arm,
            pose_flange_tcp=tcp,
            body=place.body(one.tool, one.mass),
            most=place.most(),
            build_up=place.build_up,
            basis=place.basis,
        )
        found = course(drive, path, caps)
        if self.program.rules == "urscript" and len(legs) == 1:
            return self._published(one, legs[0], found)
        return found

    def _caps(self, one: Loaded) -> Caps:
        share, move = self.place.speed * one.override, one.move
        joints = share * self.place.arm.speed
        if move.kind == "joint":
            return Caps(joints=joints * (move.speed or 1.0), points=self.place.most_speed)
        fast = np.inf if move.speed is None else move.speed * share
        pull = np.inf if move.acceleration is None else move.acceleration
        points = self.place.most_speed
        return Caps(joints=joints, points=points, tool_speed=fast, tool_acceleration=pull)

    def _radii(self, moves: Sequence[Loaded], legs: Sequence[Leg]) -> list[float]:
        """Return the corners as the controller would make them."""
        tcp = self.place.tools[moves[0].tool].pose_flange_tcp
        ends = np.array([legs[0].rows[0], *(leg.rows[-1] for leg in legs)])
        points = (flanges(self.place.arm.chain, ends) @ tcp)[:, :3, 3]
        asked = np.array([0.0, *(one.move.blend for one in moves)])
        if self.program.rules == "rapid":
            zones = rapid_zones(points, asked)
        else:
            zones = ur_blends(points, asked, version=2)
        self.notes += [f"{moves[0].move.to} ...: {text}" for text in zones.warnings]
        return list(zones.radii[1:-1])

    def _most(self, one: Loaded, found: Course) -> float:
        """Return how fast a move may be so that no point is too fast: rad/s, of the tool m/s."""
        if np.isinf(self.place.most_speed):
            return np.inf
        path, tcp = found.path, self.place.tools[one.tool].tcp
        rate = fastest_point(self.place.arm.chain, tcp, path.q, path.first)
        leading = np.abs(path.first[0]).max() if one.move.kind == "joint" else 1.0
        return float(self.place.most_speed / rate * leading)

    def _published(self, one: Loaded, leg: Leg, found: Course) -> Course:
        """Return a motion of one move in the time URScript publishes for it."""
        share, move = self.place.speed * one.override, one.move
        most = self._most(one, found)
        if move.kind == "joint":
            speed = share * (move.speed or 1.0) * urscript.JOINT_SPEED
            timing = urscript.movej(leg.rows[0], leg.rows[-1], v=min(speed, most))
        else:
            v = min(share * (move.speed or urscript.TOOL_SPEED), most)
            timing = urscript.movec(
                leg.length, 1.0, move.acceleration or urscript.TOOL_ACCELERATION, v
            )
        if timing.duration < found.duration - found.profile.build_up:
            self.notes.append(
                f"{move.to}: the arm's torques allow no less than {found.duration:.3f} s, URScript"
                f" would take {timing.duration:.3f} s"
            )
            return found
        return replace(
            found, profile=_trapezoid(timing, found), basis="published rule of the controller"
        )


def _trapezoid(timing: Timing, found: Course) -> Profile:
    """Return the profile of a published trapezoid along the way of a motion."""
    begin, length = found.path.s[0], float(found.path.s[-1] - found.path.s[0])
    # Any trapezoid of this duration has the shape of the published one: share of time at speed.
    up = min(0.5, timing.peak_speed / timing.peak_acceleration / timing.duration) * timing.duration
    top = length / (timing.duration - up)
    t = np.array([0.0, up, timing.duration - up, timing.duration])
    s = begin + np.array([0.0, 0.5 * up * top, length - 0.5 * up * top, length])
    if t[2] - t[1] < 1e-12:
        t, s, speed = t[[0, 1, 3]], s[[0, 1, 3]], np.array([0.0, top, 0.0])
    else:
        speed = np.array([0.0, top, top, 0.0])
    return Profile(s=s, t=t, speed=speed, build_up=0.0)


def _unstopped(moves: Sequence[Loaded]) -> list[list[Loaded]]:
    """Return moves in groups between which the arm stops."""
    groups: list[list[Loaded]] = [[]]
    for one in moves:
        groups[-1].append(one)
        if one.move.blend <= 0:
            groups.append([])
    return [group for group in groups if group]

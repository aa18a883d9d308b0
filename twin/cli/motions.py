"""What the report says of a cell's robots: moves, programs, and where the joints are."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cells.schema import Cell
from robots.arm import Arm
from robots.errors import PhysicsUnavailable
from robots.picture import picture
from robots.plan import Plan
from robots.proof import MoveProof, Proof
from robots.task import ArmTask, MoveTable
from robots.trajectory import travel
from twin.cli.steps import Job
from twin.motion import calibrated, pose
from twin.report import Doing, Move, ProgramMotion, ReportMotion, Track

_STEP = 0.04  # s between two rows of a track: 25 a second, more for a short program
_FEWEST = 100  # steps of the track of a program, which is drawn
_DIGITS = 5  # of angles, rad


def motions(job: Job) -> list[ReportMotion]:
    """Return what each robot of a job does, in order of the cell."""
    planned = {job.cell.programs[name].robot for name in job.plans}
    return [_motion(job, robot) for robot in job.cell.robots if robot in {*job.motion, *planned}]


def _motion(job: Job, robot: str) -> ReportMotion:
    arm, _ = calibrated(job.cell.robots[robot], job.path.parent)
    own = {name: plan for name, plan in job.plans.items() if job.cell.programs[name].robot == robot}
    found = _carrying(job, robot) if robot in job.motion else {}
    return ReportMotion(
        robot=f"{robot} ({arm.name})",
        programs=tuple(_program(job, name, plan) for name, plan in own.items()),
        joint_names=arm.joints,
        scene=_scene(job.cell, robot, arm),
        **{"basis": "", "moves": (), **found},
    )


def _carrying(job: Job, robot: str) -> dict[str, Any]:
    task, table = job.motion[robot]
    proof = job.proofs.get(robot)
    return {
        "basis": ", ".join(f"{what}: {word}" for what, word in table.basis.items()),
        "moves": tuple(_moves(task, table, proof)),
        "ways_in": {
            name: _track(way).joints
            for name, way in zip(table.names, table.joints_between, strict=True)
        },
        "picture": _picture(task, table),
        "picture_caption": f"{task.arm.model} above {table.names[task.home]}",
        "notes": (
            table.notes if proof is None or not proof.reason else (*table.notes, proof.reason)
        ),
    }


def _program(job: Job, name: str, plan: Plan) -> ProgramMotion:
    proof = job.proofs.get(f"program {name}")
    step = min(_STEP, plan.duration / _FEWEST) or _STEP
    return ProgramMotion(
        name=name,
        used=_used(job.cell, name),
        seconds=plan.duration,
        basis=plan.basis,
        activities=tuple(
            Doing(what=a.kind, name=a.name, begin=a.begin, end=a.end, basis=a.basis)
            for a in plan.activities
        ),
        track=_track(plan.joints(_instants(plan.duration, step)), step),
        clearance_mm=plan.clearance * 1e3 if np.isfinite(plan.clearance) else None,
        verdict="" if proof is None else proof.verdict,
        notes=plan.notes if proof is None or not proof.reason else (*plan.notes, proof.reason),
    )


def _used(cell: Cell, name: str) -> str:
    program = cell.programs[name]
    stations = [key for key, station in cell.stations.items() if station.program == name]
    words = [f"at {', '.join(stations)}"] if stations else []
    words += [f"picks at {program.pick_at}"] if program.pick_at else []
    words += [f"places at {program.place_at}"] if program.place_at else []
    return "; ".join(words)


def _instants(duration: float, step: float) -> NDArray[np.float64]:
    count = int(np.ceil(duration / step - 1e-9)) + 1
    found: NDArray[np.float64] = np.minimum(step * np.arange(count), duration)
    return found


def _track(joints: NDArray[np.float64], step: float = _STEP) -> Track:
    rows = tuple(tuple(row) for row in np.round(joints, _DIGITS).tolist())
    return Track(step=step, joints=rows)


def _scene(cell: Cell, robot: str, arm: Arm) -> dict[str, Any]:
    """Return the chain of an arm and its shapes; link k turns with joint k, see `robots.arm`."""
    base = cell.robots[robot].base
    shapes = arm.capsules
    return {
        "pose_cell_base": pose(base.position, base.turn).tolist(),
        "rotation": arm.chain.rotation.tolist(),
        "offset": arm.chain.offset.tolist(),
        "axis": arm.chain.axis.tolist(),
        "slides": arm.chain.slides.tolist(),
        "capsules": [
            {"link": int(link), "start": start, "end": end, "radius": radius}
            for link, start, end, radius in zip(
                shapes.link,
                shapes.start.tolist(),
                shapes.end.tolist(),
                shapes.radius.tolist(),
                strict=True,
            )
        ],
    }


def _picture(task: ArmTask, table: MoveTable) -> bytes | None:
    try:
        return picture(task, table.joints_approach[task.home])
    except PhysicsUnavailable:
        return None


def _moves(task: ArmTask, table: MoveTable, proof: Proof | None) -> Iterator[Move]:
    # The proof lists the asked moves first, in the order of the task.
    proven: list[MoveProof | None] = [None] * len(task.moves)
    if proof is not None and proof.moves:
        proven = list(proof.moves[: len(task.moves)])
    for (start, goal, load), shown in zip(task.moves, proven, strict=True):
        end = None if shown is None else shown.end_error
        nearest = int(table.nearest[load, start, goal])
        clear = float(table.clearance[load, start, goal])
        yield Move(
            from_=table.names[start],
            to=table.names[goal],
            loaded=load > 0,
            mass_kg=task.loads[load - 1] if load else None,
            seconds=float(table.travel[load, start, goal]),
            basis=table.basis["travel"],
            clearance_mm=clear * 1e3 if nearest >= 0 else None,
            nearest_fixture=task.fixtures[nearest].name if nearest >= 0 else "",
            verdict="" if shown is None else shown.verdict,
            end_error_mm=None if end is None else end * 1e3,
            saturation_share=None if shown is None else shown.saturated,
            track=_track(travel(task, table, (start, goal, load), _STEP).q),
        )

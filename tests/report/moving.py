"""A program of a robot, for pages of reports."""

from twin.report.motion import Doing, ProgramMotion, Track


def program():
    return ProgramMotion(
        name="seam",
        used="at bench",
        seconds=0.5,
        basis="torque",
        activities=(
            Doing(what="move", name="a - b", begin=0.0, end=0.4, basis="torque"),
            Doing(what="wait", name="", begin=0.4, end=0.5, basis="given"),
        ),
        track=Track(step=0.04, joints=tuple((0.1 * k, 1.0) for k in range(14))),
        clearance_mm=12.0,
        verdict="proven",
        notes=("joint moves use all of the torque",),
    )

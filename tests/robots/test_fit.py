"""Claims about fitting an arm to measured cycles."""

import math
from dataclasses import replace

import numba
import numpy as np
import pytest

from robots.errors import RobotError
from robots.fit import Measured, Piece, fit, with_effort
from robots.frames import pose
from robots.load import load_arm
from robots.pace import notes_of
from robots.table import computed_move_times
from robots.task import ArmTask, Target, Tool

pytestmark = pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="hundreds of time laws: minutes when not compiled"
)
THERE, BACK = Piece("travel", 0, 1, 1), Piece("travel", 1, 0, 0)
PICK, PLACE = Piece("pick", 0, 0, 0), Piece("place", 1, 1, 0)
EFFORT, DEAD, SETTLE = 0.7, 0.04, 0.09


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))


def task_of(name="kr6_r700_2") -> ArmTask:
    down = (math.pi, 0.0, 0.0)
    return ArmTask(
        name="picker",
        arm=load_arm(name),
        pose_cell_base=np.eye(4),
        tool=Tool(
            mass=0.8,
            center_of_mass=(0.0, 0.0, 0.05),
            pose_flange_tcp=pose((0.0, 0.0, 0.12)),
            open_time=0.2,
            close_time=0.3,
        ),
        loads=(1.0,),
        speed=1.0,
        approach=0.04,
        approach_speed=0.25,
        settle=0.0,
        pick_extra=0.0,
        place_extra=0.0,
        targets=(
            Target(name="nest", pose_cell_tcp=pose((0.4, -0.15, 0.2), down)),
            Target(name="tray", pose_cell_tcp=pose((0.4, 0.15, 0.2), down)),
        ),
        moves=((0, 1, 1), (1, 0, 0)),
        fixtures=(),
        home=0,
    )


def truth(task: ArmTask, pieces, *, dead=DEAD, settle=SETTLE) -> float:
    """Return the time of a cycle of an arm with known effort and waiting times."""
    table = computed_move_times(replace(task, arm=with_effort(task.arm, EFFORT)))
    total = 0.0
    for piece in pieces:
        if piece.kind == "travel":
            total += table.travel[piece.load, piece.start, piece.goal] + dead + settle
        else:
            total += (table.pick if piece.kind == "pick" else table.place)[
                0, piece.start
            ] + 2 * dead
    return total


def cycle(task, name, pieces, **waits) -> Measured:
    held = waits.pop("held_back", False)
    return Measured(name=name, pieces=pieces, time=truth(task, pieces, **waits), held_back=held)


def test_effort_and_waiting_times_come_back_and_foretell_a_held_back_cycle():
    task = task_of()
    cycles = [
        cycle(task, "there", (THERE,)),
        cycle(task, "pick", (PICK,)),
        cycle(task, "back", (BACK,)),
        cycle(task, "all", (PICK, THERE, PLACE, BACK), held_back=True),
    ]

    found = fit(task, cycles)

    assert found.effort == pytest.approx(EFFORT, rel=0.02)
    assert found.dead_time == pytest.approx(DEAD, abs=5e-3)
    assert found.settle == pytest.approx(SETTLE, abs=5e-3)
    assert found.worst(held_back=True) < 0.005
    assert abs(found.cycles[0].before - found.cycles[0].measured) > 0.05


def test_two_cycles_tell_effort_and_dead_time_also_where_accelerations_are_published():
    task = task_of("kr6_r700_sixx")
    cycles = [cycle(task, "there", (THERE,), settle=0.0), cycle(task, "pick", (PICK,))]

    found = fit(task, cycles)

    assert found.effort == pytest.approx(EFFORT, rel=0.02)
    assert found.dead_time == pytest.approx(DEAD, abs=5e-3)
    assert found.settle is None


def test_one_cycle_tells_the_effort_alone():
    task = task_of()

    found = fit(task, [cycle(task, "there", (THERE,), dead=0.0, settle=0.0)])

    assert found.effort == pytest.approx(EFFORT, rel=0.01)
    assert (found.dead_time, found.settle) == (None, None)
    assert found.worst(held_back=True) is None


def test_cycles_that_are_all_alike_do_not_tell_one_wait_from_the_other():
    task = task_of()
    cycles = [cycle(task, str(k), pieces) for k, pieces in enumerate(((THERE,), (BACK,), (THERE,)))]

    assert fit(task, cycles).settle is None


def test_a_calibrated_arm_says_so():
    arm = with_effort(load_arm("lbr_iiwa14_r820"), 0.5)

    assert load_arm("lbr_iiwa14_r820").basis == "assumed"
    assert arm.basis == "calibrated"
    assert any("calibrated" in note for note in notes_of(replace(task_of(), arm=arm)))
    assert with_effort(load_arm("ur10e"), 0.5).torque[0] == 165.0


def test_something_has_to_be_left_to_fit_to():
    task = task_of()

    with pytest.raises(RobotError, match="at least one cycle that is not held back"):
        fit(task, [cycle(task, "there", (THERE,), held_back=True)])

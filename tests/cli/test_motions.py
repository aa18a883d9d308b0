"""Claims about what a run hands to its report about robots."""

import numpy as np
import pytest

from robots.kinematics.fk import flange
from robots.load import load_arm
from twin.cli import steps
from twin.cli.motions import motions


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKTWIN_CACHE_DIR", str(tmp_path))


def test_the_program_of_a_station_has_its_activities_and_its_joint_track():
    job = steps.prepare(steps.console(quiet=True), "standard_cycle", prove=False, run=False)

    (found,) = motions(job)

    (arch,) = found.programs
    assert (found.robot, found.moves) == ("arm (kr6_r700_2)", ())
    assert (arch.name, arch.used) == ("arch", "at bench")
    assert arch.activities[0].begin == 0.0
    assert arch.activities[-1].end == pytest.approx(arch.seconds)
    rows = np.array(arch.track.joints)
    assert len(rows) == np.ceil(arch.seconds / arch.track.step) + 1
    chain = load_arm("kr6_r700_2").chain
    places = np.array([flange(chain, row)[:3, 3] for row in rows])
    assert places[0] == pytest.approx([0.45, -0.15, 0.3], abs=1e-4)
    assert places[-1] == pytest.approx(places[0], abs=1e-4)
    assert np.abs(places[:, 1]).max() == pytest.approx(0.15, abs=2e-3)
    assert len(found.scene["offset"]) == 7


def test_moves_have_tracks_from_one_approach_point_to_the_other():
    job = steps.prepare(steps.console(quiet=True), "machine_tending", prove=False, run=False)
    _, table = job.motion["arm"]

    (found,) = motions(job)

    for move in found.moves:
        ends = [table.joints_approach[table.names.index(name)] for name in (move.from_, move.to)]
        assert np.array(move.track.joints)[[0, -1]] == pytest.approx(np.array(ends), abs=1e-4)
    assert set(found.ways_in) == set(table.names)

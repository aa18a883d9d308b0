"""Claims about the conversation over a network that loses, doubles, delays and cuts."""

import pytest

from tests.bridge.worlds import Faults, World, check


@pytest.mark.parametrize("seed", range(300))
def test_nothing_acts_twice_and_nothing_is_lost_without_a_word(seed):
    check(World(seed, Faults.of(seed), total=300, commands=8).run())


@pytest.mark.parametrize("seed", range(40))
def test_what_a_controller_could_not_retain_is_named_exactly(seed):
    world = World(seed, Faults(retain=200, waits=False, loss=0.05, cuts=0.005, jitter=3)).run()

    assert world.finished.error is None, f"seed {seed}: {world.finished.error}"
    check(world)
    assert world.gaps == world.follower.position.gaps


def test_a_controller_that_waits_loses_nothing_at_all():
    for seed in range(20):
        world = World(seed, Faults(retain=200, loss=0.2, double=0.3, jitter=20, cuts=0.003)).run()

        assert world.gaps == [], f"seed {seed}"
        assert world.kept == [(n, n) for n in range(world.total)], f"seed {seed}"


def test_every_kind_of_misfortune_happens_in_these_worlds():
    worlds = [World(s, Faults.of(s), total=300, commands=8).run() for s in range(60)]

    for what in ("gaps", "interruptions", "crashes", "restarts"):
        assert any(getattr(world, what) for world in worlds), what
    answers = {status for world in worlds for status in world.answers.values()}
    assert {"done", "rejected", "in doubt"} <= answers

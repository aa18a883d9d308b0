"""Claims about the verdict on a plant, from runs of the twin."""

import dataclasses

from tests.results.sample_lines import HOUR, SHIFTED, cell_and_line
from twin.experiments.judge import judge_plant
from twin.reference.run import simulate

VARIED = SHIFTED.replace("shaft: 20 s", "shaft: {lognormal: {mean: 20 s, cv: 0.1}}")


def slowed(line, station, factor):
    nodes = line.nodes.copy()
    nodes["pace"][line.node_names.index(station)] = factor
    return dataclasses.replace(line, nodes=nodes)


def test_a_slowed_station_of_the_plant_is_named():
    _, line = cell_and_line(VARIED)
    plant = simulate(slowed(line, "test", 1.12), seed=4, replication=0, end=12 * HOUR).log
    told = []

    found = judge_plant(line, plant, seed=1, runs=4, progress=lambda *at: told.append(at))

    assert found.culprits == ("test",)
    assert told[-1] == (4, 4)


def test_a_plant_like_its_twin_has_no_culprit():
    _, line = cell_and_line(VARIED)
    plant = simulate(line, seed=4, replication=0, end=12 * HOUR).log
    assert judge_plant(line, plant, seed=1, runs=4).culprits == ()

"""The models of the speed comparison as a SimPy user would write them: short, no log.

They draw the same variates as the engines, so that they have to give the same answer.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

from twin.kernel.model import Line
from twin.kernel.states import NodeKind
from twin.reference.draws import Draws, Variates

Steps = Generator[simpy.Event, Any, None]


@dataclass
class Answer:
    """What a run gave."""

    finished: int = 0
    lead_time: int = 0  # ns, sum
    starts: list[int] = field(default_factory=list)


def queue(line: Line, seed: int, end: int) -> Answer:
    """Return the answer of one station that serves what arrives."""
    env, answer, draws = simpy.Environment(), Answer(), Draws(line, seed, 0)
    source, station = (
        line.nodes[line.nodes["kind"] == kind][0] for kind in (NodeKind.SOURCE, NodeKind.STATION)
    )
    gaps = Variates(draws, source["every_stream"], "source")
    services = Variates(draws, station["process_stream"], "station")
    every = int(source["every"])
    process = int(line.process[line.nodes["kind"] == NodeKind.STATION][0, 0])
    store = simpy.Store(env)

    def arrive() -> Steps:
        while True:
            yield env.timeout(gaps.duration(every))
            store.put(env.now)

    def serve() -> Steps:
        while True:
            arrived = yield store.get()
            yield env.timeout(services.duration(process))
            answer.finished += 1
            answer.lead_time += env.now - arrived

    env.process(arrive())
    env.process(serve())
    env.run(end + 1)
    return answer


def tandem(line: Line, seed: int, end: int) -> Answer:
    """Return the answer of stations in a row with buffers between, that fail while they work."""
    env, answer, draws = simpy.Environment(), Answer(), Draws(line, seed, 0)
    nodes = [k for k, kind in enumerate(line.nodes["kind"]) if kind == NodeKind.STATION]
    capacities = line.nodes["capacity"][line.nodes["kind"] == NodeKind.BUFFER].tolist()
    buffers = [simpy.Store(env, capacity) for capacity in capacities]

    def machine(k: int) -> Steps:
        row, resource = line.nodes[nodes[k]], int(line.nodes[nodes[k]]["resource"])
        mode = line.modes[row["mode_first"]]
        process, after, repair = (
            int(line.process[nodes[k], 0]),
            int(mode["after"]),
            int(mode["repair"]),
        )
        work = Variates(draws, row["process_stream"], "work")
        failures = Variates(draws, line.after_stream[resource, 0], "after")
        repairs = Variates(draws, line.repair_stream[resource, 0], "repair")
        left = failures.duration(after)  # until the next failure, in working time
        while True:
            entered = env.now if k == 0 else (yield buffers[k - 1].get())
            rest = work.duration(process)
            while left <= rest:
                yield env.timeout(left)
                rest -= left
                yield env.timeout(repairs.duration(repair))
                left = failures.duration(after)
            yield env.timeout(rest)
            left -= rest
            if k + 1 < len(nodes):
                yield buffers[k].put(entered)
            else:
                answer.finished += 1
                answer.lead_time += env.now - entered

    for k in range(len(nodes)):
        env.process(machine(k))
    env.run(end + 1)
    return answer

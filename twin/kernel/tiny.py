"""The smallest line: it is run to have the kernel compiled."""

from collections.abc import Callable

import numpy as np

from twin.kernel import engine
from twin.kernel.arrays import Model, State
from twin.kernel.layout import model_of, state_of
from twin.kernel.model import (
    ARRIVAL,
    CALENDAR,
    CALL,
    CARRIER,
    DIST,
    HAND,
    INITIAL,
    KIT,
    LOOP,
    MIX,
    MODE,
    NODE,
    NONE,
    OPTION,
    ROUTE,
    Line,
)
from twin.kernel.sequences import put_chances, put_samples
from twin.kernel.states import NodeKind
from twin.kernel.tandem import CHUNK, FRONT, STAGE, Tandem, advance_tandem

_HORIZON = 1_000  # ns
_NO_LUCK = np.uint64(0), np.int64(0), np.int64(0), np.int64(0)  # stream, seed, replication, number


def tiny_line() -> Line:
    """Return a source whose one part goes straight to a sink."""
    nodes = np.zeros(2, NODE)
    for field in (
        "capacity",
        "pick_at",
        "place_at",
        "calendar",
        "every",
        "first_at",
        "list_count",
        "patience",
    ):
        nodes[field] = NONE
    nodes["kind"] = NodeKind.SOURCE, NodeKind.SINK
    nodes["rank"] = 1, 0
    nodes["resource"] = 0, 1
    nodes["standby_after"] = NONE
    nodes["mix_count"] = nodes["saturated"] = nodes["limit"] = 1, 0
    nodes["good"] = 1
    mix, routes, options = np.zeros(1, MIX), np.zeros(1, ROUTE), np.zeros(1, OPTION)
    mix["cumulative"] = options["cumulative"] = 1.0
    routes["count"], routes["carrier"] = 1, NONE
    options["target"] = 1
    options["limit"] = routes["otherwise"] = NONE
    routes["choices"] = routes["span"] = 1
    return Line(
        name="tiny",
        model_id="",
        nodes=nodes,
        node_names=("source", "sink"),
        resources=("source", "sink"),
        resource_node=np.arange(2),
        resource_carrier=np.full(2, NONE),
        products=("part",),
        product_priority=np.zeros(1, np.int64),
        mean_time=np.zeros((2, 1), np.int64),
        process=np.full((2, 1), NONE),
        kits=np.zeros(0, KIT),
        yields=np.zeros(0, np.int64),
        setup=np.zeros((0, 2, 1), np.int64),
        route_of=np.array([[0], [NONE]]),
        routes=routes,
        options=options,
        arrivals=np.zeros(0, ARRIVAL),
        mix=mix,
        modes=np.zeros(0, MODE),
        mode_names=(),
        after_stream=np.zeros((2, 1), np.uint64),
        repair_stream=np.zeros((2, 1), np.uint64),
        dists=np.zeros(0, DIST),
        values=np.zeros(0),
        carriers=np.zeros(0, CARRIER),
        carrier_names=(),
        places=(),
        hands=np.zeros((0, 1), HAND),
        travel=np.zeros((0, 2, 0, 0), np.int64),
        pick=np.zeros((0, 1, 0), np.int64),
        place=np.zeros((0, 1, 0), np.int64),
        pick_stream=np.zeros(2, np.uint64),
        place_stream=np.zeros(2, np.uint64),
        calls=np.zeros(0, CALL),
        answers=np.zeros(1, np.int64),
        sequences=np.zeros(0, np.int64),
        calendars=np.zeros(0, CALENDAR),
        toggles=np.zeros(0, np.int64),
        loops=np.zeros(0, LOOP),
        loop_names=(),
        loop_nodes=np.zeros(0, np.int64),
        rules=(),
        initial=np.zeros(0, INITIAL),
        scan=0,
        most_parts=1,
        most_events=1,
    )


def _no_tandem() -> Tandem:
    """Return a pure line of no station."""
    return Tandem(
        front=np.zeros(1, FRONT),
        stages=np.zeros(0, STAGE),
        moments=np.zeros(0, np.int64),
        times=np.zeros((1, int(CHUNK)), np.int64),
    )


def run_tiny_line(progress: Callable[[int, int], None] | None = None) -> None:
    """Call every entry point of the engine once, which compiles what is not kept.

    Parameters
    ----------
    progress : callable, optional
        Called with the number of steps done and of all steps.
    """
    line = tiny_line()
    model = model_of(line)
    state = state_of(line, model, seed=0, replication=0, end=_HORIZON)
    # The main loop comes first: it takes most of the time.
    steps = (lambda: _advance(line, model), *_rest(model, state))
    for done, step in enumerate(steps):
        if progress is not None:
            progress(done, len(steps))
        step()
    if progress is not None:
        progress(len(steps), len(steps))


def compile_rest() -> None:
    """Compile all entry points but the main loop."""
    line = tiny_line()
    model = model_of(line)
    state = state_of(line, model, seed=0, replication=0, end=_HORIZON)
    for step in _rest(model, state):
        step()


def _rest(model: Model, state: State) -> tuple[Callable[[], object], ...]:
    return (
        lambda: engine.begin(model, state),
        lambda: engine.cut(model, state, _HORIZON),
        lambda: advance_tandem(model, state, _no_tandem(), _HORIZON, 0),
        lambda: put_samples(np.zeros(1, DIST)[0], np.zeros(0), *_NO_LUCK, np.zeros(0)),
        lambda: put_chances(*_NO_LUCK, np.zeros(0)),
    )


def _advance(line: Line, model: Model) -> None:
    """Call the main loop for a line in which nothing is pending."""
    state = state_of(line, model, seed=0, replication=0, end=_HORIZON)
    state.glob["begun"] = 1
    engine.advance(model, state, _HORIZON, _HORIZON)


if __name__ == "__main__":  # beside a process that compiles the main loop (`cache`)
    compile_rest()

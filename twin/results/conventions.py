"""The rules of `docs/conventions.md` that were in force for one line, as sentences."""

from collections.abc import Iterable, Iterator

from twin.kernel.model import NONE, NS_PER_S, Line
from twin.kernel.states import CarrierKind, Clock, NodeKind, OnFailure, Serve, ShiftEnd
from twin.results.schedule import calendars_in_charge
from twin.results.waiting_rules import waiting_rules

_SHIFT_END = {
    ShiftEnd.SUSPEND: "an operation in progress stops and goes on next shift",
    ShiftEnd.FINISH: "an operation in progress is finished in overtime",
    ShiftEnd.START_IF_FITS: "an operation is started only if it ends within the shift",
}
_ON_FAILURE = {
    OnFailure.RESUME: "the operation is resumed after the repair",
    OnFailure.RESTART: "the operation is started again after the repair",
    OnFailure.SCRAP: "the part is scrapped",
}
_SERVE = {
    Serve.DOWNSTREAM_FIRST: "the request furthest downstream first",
    Serve.LONGEST_WAIT: "the part that has waited longest first",
    Serve.NEAREST: "the nearest part first",
    Serve.FIRST_COME: "the part first that could go on first",
    Serve.SEQUENCE: "nodes in a fixed sequence",
    Serve.PRIORITY: "the route with the smallest priority number first",
}


def conventions(line: Line) -> tuple[str, ...]:
    """Return the rules that shaped the figures of a line, one sentence each.

    Parameters
    ----------
    line : Line
    """
    return tuple(_sentences(line))


def _sentences(line: Line) -> Iterator[str]:
    yield "Time is counted in whole nanoseconds; a run includes what happens at its very end."
    yield (
        "At one instant everything due ends first; then parts move, carriers are sent and"
        " operations start, in the order given in the conventions."
    )
    if line.scan:
        yield f"The controller notices ends every {line.scan / NS_PER_S:g} s (scan)."
    yield from _blocking(line)
    if (line.nodes["kind"] == NodeKind.BUFFER).any():
        yield "The capacity of a buffer counts waiting places, not the place on a machine."
    yield "Lead time runs from entry into the line; waiting outside is reported apart."
    yield from waiting_rules(line)
    yield from _shifts(line)
    yield from _failures(line)
    yield from _standby(line)
    yield from _own_routes(line)
    yield from _carriers(line)
    yield (
        "Availability, effectiveness, quality ratio and OEE follow ISO 22400-2: APT / PBT,"
        " PRI x PQ / APT, GQ / PQ and their product, with PBT the time on shift, APT the working"
        " time, PRI the mean process time of the cell file, PQ the parts made, GQ those that"
        " were neither scrapped by a failure nor sent to a scrap sink only this station feeds."
    )


def _blocking(line: Line) -> Iterator[str]:
    before = [n for n in _stations(line) if line.nodes["before"][n] == 1]
    if len(before) < len(_stations(line)):
        but = f", except at {_names(line, before)}" if before else ""
        yield (
            f"Blocking is after service{but}: a finished part stays on its machine until it can"
            " leave."
        )
    if before:
        yield (
            f"Blocking is before service at {_names(line, before)}: work begins only when there is"
            " a place for the finished part."
        )


def _stations(line: Line) -> list[int]:
    return [int(k) for k in (line.nodes["kind"] == NodeKind.STATION).nonzero()[0]]


def _names(line: Line, nodes: Iterable[int]) -> str:
    return ", ".join(line.node_names[node] for node in nodes)


def _shifts(line: Line) -> Iterator[str]:
    if NONE in calendars_in_charge(line):
        yield "The line is always on shift: scheduled time is the whole window."
    else:
        yield "Scheduled time is when at least one station is on shift (breaks left out)."
    for rule, text in _SHIFT_END.items():
        nodes = [
            node
            for node in _stations(line)
            if line.nodes[node]["at_shift_end"] == rule and line.nodes[node]["calendar"] != NONE
        ]
        if nodes:
            yield f"At shift end {text} ({_names(line, nodes)}); a finished part may still leave."


def _failures(line: Line) -> Iterator[str]:
    for node in _stations(line):
        row = line.nodes[node]
        for k in range(int(row["mode_first"]), int(row["mode_first"] + row["mode_count"])):
            mode = line.modes[k]
            clock = Clock(int(mode["clock"])).name.lower()
            after = _ON_FAILURE[OnFailure(int(mode["on_failure"]))]
            yield (
                f"{line.node_names[node]} fails ({line.mode_names[k]}) on {clock} time; {after}."
            )


def _standby(line: Line) -> Iterator[str]:
    for node in _stations(line):
        after = int(line.nodes[node]["standby_after"])
        if after != NONE:
            wake = int(line.nodes[node]["wake_up"]) / NS_PER_S
            yield (
                f"{line.node_names[node]} goes to standby when starved for"
                f" {after / NS_PER_S:g} s and takes {wake:g} s to wake up."
            )


def _carriers(line: Line) -> Iterator[str]:
    for name, row in zip(line.carrier_names, line.carriers, strict=True):
        kind = CarrierKind(int(row["kind"])).name.lower()
        rule = Serve(int(row["rule"]))
        if rule is Serve.OWN:
            yield f"The {kind} {name} serves by the rule {_named(line, int(row['function']))}."
        else:
            yield f"The {kind} {name} serves {_SERVE[rule]}."


def _own_routes(line: Line) -> Iterator[str]:
    for node, name in enumerate(line.node_names):
        for row in dict.fromkeys(line.route_of[node][line.route_of[node] != NONE].tolist()):
            function = int(line.routes[row]["function"])
            if function != NONE:
                yield f"Where parts of {name} go is chosen by the rule {_named(line, function)}."


def _named(line: Line, function: int) -> str:
    rule = line.rules[function]
    return f"{rule.file}:{rule.function}"

"""An emulated cell controller as a program: `python -m twin.bridge.emulator CELL ...`.

It prints one line when it is ready: `ready ENDPOINT PUBLIC_KEY`.
"""

import argparse
import gc
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cells.errors import CellError, hint
from cells.units import read_duration
from twin.bridge.audit import Audit
from twin.bridge.clock import MonotonicClock
from twin.bridge.controller import Controller
from twin.bridge.faults import Fault, parse_fault, write_truth
from twin.bridge.jams import load_plant_line
from twin.bridge.keys import CONTROLLER, allowed, load_keys
from twin.bridge.machine import Machine, writable
from twin.bridge.mishaps import Mishaps
from twin.bridge.office import Office
from twin.bridge.pacing import Pace
from twin.bridge.permitfile import PermitError, load_permits
from twin.bridge.plant import Plant
from twin.bridge.sensors import Sensors
from twin.bridge.session import BridgeError, Desk, Permits, Stream
from twin.bridge.transport import ControllerSocket
from twin.kernel.model import Line
from twin.kernel.states import NodeKind

if TYPE_CHECKING:
    from twin.bridge.gateways.publish import Publisher


def _duration(text: str) -> int:
    try:
        return read_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except CellError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r}: expected `max` or a factor such as 60")
    return factor


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m twin.bridge.emulator",
        description="Emulate the controller of a cell, with faults, for a twin to follow.",
    )
    add = parser.add_argument
    add("cell", type=Path, help="cell file")
    add("--host", default="127.0.0.1", help="interface to listen on")
    add("--port", type=int, default=0, help="0: the system chooses")
    add("--keys", type=Path, help="folder with controller.secret, controller.public, allowed/")
    add("--seed", type=int, default=1, help="luck of the emulated cell")
    add("--scan", type=_duration, default="10ms", help="scan time, such as 10ms")
    add("--until", type=_duration, default="8h", help="how long it produces, such as 8h")
    add("--speed", type=_speed, default="max", help="max, or simulated seconds a second")
    add(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        help="such as lathe_2:slow:12%%:0h; kinds: slow, drift, jam, stuck, bounce of a station,"
        " skew, step, overrun, freeze, crash of `controller`",
    )
    add("--truth", type=Path, help="file for the ground truth of the run")
    add("--commands", type=Path, help="list of what may be commanded, TOML; default: nothing")
    add("--audit", type=Path, help="folder for the log of commands; no log, no commands")
    add("--opcua", type=int, default=0, help="port on this machine for the tags, by OPC UA")
    add("--dwell", type=_duration, default="0 s", help="shortest stay in an acting state")
    add("--lockstep", action="store_true", help="run only as far as the followers let it")
    add("--allow-rules", action="store_true", help="run the Python rules that the cell names")
    add("--tethered", action="store_true", help="end when standard input closes")
    return parser.parse_args(arguments)


def _check_faults(faults: Sequence[Fault], line: Line) -> None:
    kinds = line.nodes["kind"].tolist()
    stations = [
        name for name, kind in zip(line.node_names, kinds, strict=True) if kind == NodeKind.STATION
    ]
    for fault in faults:
        fault.check(stations)


def _stop_flag() -> list[int]:
    """Return a list that a request to stop fills."""
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: asked.append(number))
    return asked


def _controller(options: argparse.Namespace) -> Controller:
    line = load_plant_line(options.cell, options.fault, allow_rules=options.allow_rules)
    line = replace(line, scan=options.scan)
    _check_faults(options.fault, line)
    stream = Stream(
        epoch=secrets.randbits(63) + 1,
        model_id=line.model_id,
        name=line.name,
        resources=line.resources,
        products=line.products,
        scan=line.scan,
    )
    keys = load_keys(options.keys, CONTROLLER) if options.keys else None
    roles = allowed(options.keys) if options.keys else {}
    asked = _stop_flag()
    return Controller(
        sockets=ControllerSocket(
            keys=keys,
            allowed=roles,
            host=options.host,
            port=options.port,
        ),
        stream=stream,
        office=_office(options, line),
        roles=roles,
        lockstep=options.lockstep,
        sensors=Sensors(line, options.fault) if options.fault else None,
        mishaps=Mishaps(options.fault),
        watched=sys.stdin.fileno() if options.tethered else None,
        until=options.until,
        clock=MonotonicClock(),
        pace=Pace(options.speed),
        stopping=lambda: bool(asked),
    )


def _office(options: argparse.Namespace, line: Line) -> Office:
    plant = Plant(line, seed=options.seed, faults=options.fault)
    permits = load_permits(options.commands, line.model_id) if options.commands else Permits()
    known = writable(plant.stations)
    for tag in permits.tags:
        if tag not in known:
            raise PermitError(f"{options.commands}: tags: no tag {tag!r} here.{hint(tag, known)}")
    return Office(
        desk=Desk(permits, make_token=lambda: secrets.token_hex(16)),
        machine=Machine(plant, scan=line.scan, dwell=options.dwell),
        audit=Audit(options.audit) if options.audit else None,
    )


def _truth(options: argparse.Namespace, stream: Stream) -> dict[str, Any]:
    return {
        "cell": stream.name,
        "model_id": stream.model_id,
        "epoch": stream.epoch,
        "seed": options.seed,
        "scan": stream.scan,
        "until": options.until,
    }


def _publish(controller: Controller, port: int) -> "Publisher":
    """Serve the tags by OPC UA from now on."""
    try:
        from twin.bridge.gateways.publish import Publisher
    except ImportError as error:
        raise BridgeError(f"--opcua needs {error.name}: pip install 'taktwin[opcua]'") from None
    tags = controller.machine.status()["tags"]
    publisher = Publisher(controller.stream.name, port, tags)
    controller.show = publisher.show
    return publisher


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the emulator; return its exit code, 2 if it cannot start."""
    options = _arguments(arguments)
    with ExitStack() as ending:
        try:
            controller = _controller(options)
            ending.callback(controller.sockets.close)  # after a crash others than before
            if options.truth:
                write_truth(options.truth, options.fault, _truth(options, controller.stream))
            if options.opcua:
                ending.callback(_publish(controller, options.opcua).close)
        except (CellError, BridgeError, OSError, ValueError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        _serve(controller, options)
    return 0


def _serve(controller: Controller, options: argparse.Namespace) -> None:
    sockets = controller.sockets
    public = load_keys(options.keys, CONTROLLER).public if options.keys else "-"
    if options.tethered:
        sockets.watch(sys.stdin.fileno())
    sys.stdout.write(f"ready {sockets.endpoint} {public}\n")
    sys.stdout.flush()
    gc.freeze()  # what was loaded is never garbage: looking through it would delay answers
    controller.run()


if __name__ == "__main__":
    sys.exit(main())

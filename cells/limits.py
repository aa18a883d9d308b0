"""Checks of one description at a time: values that do not go together or are out of range."""

import re
from collections.abc import Callable, Iterator
from math import floor

from cells import shifts
from cells.arrivals import check_sources
from cells.carriers import Robot, Sequence
from cells.disciplines import check_disciplines
from cells.errors import shown
from cells.loops import check_nodes
from cells.problems import Problem
from cells.schema import Cell, Conveyor, Cycle, Fixture, Shifts, Station
from cells.setups import ANY
from cells.weekdays import read_days, read_start

_PRICE = re.compile(r"[0-9]+(\.[0-9]+)? [A-Z]{3}/kWh")
_CARBON = re.compile(r"[0-9]+(\.[0-9]+)? kg/kWh")
_MESH = re.compile(r"[^/\\\\\0]+\.(stl|obj)", re.IGNORECASE)
_FILE = re.compile(r"[^/\\\0]+\.ya?ml")

Found = Iterator[tuple[str, str]]  # key, message


def check_limits(cell: Cell) -> list[Problem]:
    """Return what is wrong with single descriptions."""
    checks: tuple[tuple[str, Callable[..., Found]], ...] = (
        ("conveyors", _conveyor),
        ("stations", _station),
        ("robots", _robot),
        ("shifts", _shifts),
        ("fixtures", _fixture),
    )
    found = [
        Problem((section, name, *([key] if key else [])), message)
        for section, check in checks
        for name, described in getattr(cell, section).items()
        for key, message in check(described)
    ]
    found += [one for name, loop in cell.loops.items() for one in check_nodes(name, loop)]
    return [*found, *check_sources(cell), *_rest(cell), *_too_long(cell)]


def _conveyor(conveyor: Conveyor) -> Found:
    if conveyor.length <= 0.0:
        yield "length", "the length must be above 0 m"
    if conveyor.pitch <= 0.0:
        yield "pitch", "the pitch must be above 0 m"
    elif floor(conveyor.length / conveyor.pitch + 1e-9) < 1:
        yield "pitch", "the conveyor holds no part; the pitch must be at most the length"


def _station(station: Station) -> Found:
    if isinstance(station.queue, int) and station.queue < 0:
        yield "queue", f"must be at least 0, or 'unlimited'; found {station.queue}"
    if station.places is not None and station.count is None:
        yield "places", "`places` goes with `count`; a single station is `at` a place"
    elif station.places is not None and station.at is not None:
        yield "at", "give either `at` or, with `count`, `places`"
    elif station.places is not None and len(station.places) != station.count:
        yield "places", f"one place per machine: {len(station.places)} for {station.count}"
    if isinstance(station.process, dict) and not station.process:
        yield "process", "no process time is given; write `process: 45 s`, or one per product"
    yield from _kit(station)
    yield from _maintenance(station)
    yield from (("then", message) for then in (station.then,) if then for message in then.faults())
    yield from check_disciplines(station)
    if station.tooled_for is not None and station.setup is None:
        yield "tooled_for", "the station has no `setup`; give it one, or leave `tooled_for` out"
    if isinstance(station.setup, dict) and not any(station.setup.values()):
        yield "setup", "no time is given; write `setup: 5 min`, or {from: {to: 5 min}}"
    if station.at_shift_end != "suspend" and station.shifts is None:
        yield "at_shift_end", "the station has no `shifts`"
    for name, mode in station.failures.items():
        if mode.after.mean() <= 0.0:
            yield "failures", f"{name}: the time to failure must be above 0 s"


def _maintenance(station: Station) -> Found:
    idle = [name for name, plan in station.maintenance.items() if plan.when_idle]
    for name, plan in station.maintenance.items():
        given = (plan.every, plan.after_working, plan.after_parts)
        if sum(one is not None for one in given) + plan.when_idle != 1:
            message = "give exactly one of `every`, `after_working`, `after_parts`, `when_idle`"
            yield "maintenance", f"{name}: {message}"
        if 0 in given[:2]:
            yield "maintenance", f"{name}: the time until it is due must be above 0 s"
        if plan.when_idle and plan.takes.mean() <= 0.0:
            yield "maintenance", f"{name}: what is done when idle must take more than 0 s"
    if len(idle) > 1:
        yield "maintenance", f"only one can be done `when_idle`; found {', '.join(idle)}"


def _kit(station: Station) -> Found:
    if station.assemble and station.makes is None:
        yield "assemble", "say which product the components become: `makes: frame`"
    if station.makes is not None and not station.assemble:
        yield "makes", "say of what it is made: `assemble: {plate: 1, bolt: 4}`"
    if "collect" in station.model_fields_set and not station.assemble:
        yield "collect", "`collect` goes with `assemble`; leave it out"
    if station.assemble and station.yields:
        yield "yields", "a station either assembles or takes apart; use two stations"
    batch = station.batch
    if batch is not None and (station.assemble or station.yields):
        yield "batch", "an oven neither assembles nor takes apart; use a station of its own"
    if batch is not None and batch.least > batch.most:
        yield "batch", f"the least, {batch.least}, must be at most the most, {batch.most}"
    if len(station.assemble) > 1 and station.queue not in (None, 0):
        message = "parts of one kind would stand in the way of another; use a buffer for each"
        yield "queue", message


def _robot(robot: Robot) -> Found:
    if robot.speed <= 0.0:
        yield "speed", "the speed must be above 0 %"
    if robot.handling.approach < 0.0:
        yield "handling", "the approach must be at least 0 mm"
    gripper = robot.gripper
    if (gripper.type == "dual") != (gripper.exchange is not None):
        what = "a dual gripper needs" if gripper.type == "dual" else "only a dual gripper has"
        yield "gripper", f"{what} `exchange`: write {{type: dual, exchange: 1.5 s, ...}}"
    if gripper.type == "dual" and isinstance(robot.serves, Sequence):
        yield "serves", "a fixed sequence leaves no choice to exchange parts; use a single gripper"
    if robot.power is not None and robot.power.standby is not None:
        yield "power", "standby is for stations; a robot does not fall asleep"


def _shifts(pattern: Shifts | list[Shifts] | Cycle) -> Found:
    if isinstance(pattern, Cycle):
        if not 0 < pattern.on <= pattern.period:
            yield "on", "must be above 0 s and at most the period"
        return
    blocks = pattern if isinstance(pattern, list) else [pattern]
    if not blocks:
        yield "", "no working hours are given; write {days: mon-fri, from: 06:00, to: 14:00}"
    for block in blocks:
        try:
            read_days(block.days)
            shifts.breaks(block)
        except ValueError as error:
            yield "", str(error)


def _fixture(fixture: Fixture) -> Found:
    shapes = (fixture.box, fixture.cylinder, fixture.mesh)
    if sum(shape is not None for shape in shapes) != 1:
        yield (
            "",
            "give exactly one shape: `box: [x, y, z]`, `cylinder: [radius, height]` or"
            " `mesh: table.stl`",
        )
    if fixture.mesh is None and fixture.unit is not None:
        yield "unit", "`unit` goes with `mesh`"
    if fixture.mesh is not None and not _MESH.fullmatch(fixture.mesh):
        yield "mesh", f"expected an .stl or .obj file beside this one; found {shown(fixture.mesh)}"
    for key, sizes in (("box", fixture.box), ("cylinder", fixture.cylinder)):
        if sizes is not None and min(sizes) <= 0.0:
            yield key, "every size must be above 0 mm"


def _rest(cell: Cell) -> Iterator[Problem]:
    run, energy = cell.run, cell.energy
    if cell.baseline is not None and not _FILE.fullmatch(cell.baseline):
        message = f"expected the name of a .yaml file beside this one; found {shown(cell.baseline)}"
        yield Problem(("baseline",), message)
    if run.horizon <= 0:
        yield Problem(("run", "horizon"), "the horizon must be above 0 s")
    if isinstance(run.warm_up, int) and run.warm_up >= run.horizon > 0:
        yield Problem(("run", "warm_up"), "the warm-up must end before the horizon")
    if run.takt is not None and run.takt <= 0:
        yield Problem(("run", "takt"), "the takt must be above 0 s")
    if ANY in cell.products and any(isinstance(s.setup, dict) for s in cell.stations.values()):
        message = f"`{ANY}` stands for every product in a table of set-ups; choose another name"
        yield Problem(("products", ANY), message)
    try:
        read_start(run.start)
    except ValueError as error:
        yield Problem(("run", "start"), str(error))
    for key, pattern, like in (
        ("price", _PRICE, "0.245 GBP/kWh"),
        ("carbon", _CARBON, "0.207 kg/kWh"),
    ):
        text = getattr(energy, key, None)
        if text is not None and not pattern.fullmatch(text):
            yield Problem(("energy", key), f"expected a value such as {like}; found {shown(text)}")


def _too_long(cell: Cell) -> Iterator[Problem]:
    for name, station in cell.stations.items():
        pattern = cell.shifts.get(station.shifts or "")
        if station.at_shift_end != "start_if_fits" or pattern is None:
            continue
        longest = _longest(pattern)
        per_product = (
            station.process if isinstance(station.process, dict) else {"": station.process}
        )
        for product, time in per_product.items():
            handling = (station.load, station.unload)
            takes = sum(one.mean() for one in (time, *handling) if one is not None and one.constant)
            if longest is not None and time.constant and takes > longest:
                path = ("stations", name, "process", *([product] if product else []))
                yield Problem(
                    path,
                    f"an operation of {takes / 1e9:g} s never fits into a shift, of which the"
                    f" longest is {longest / 1e9:g} s, and would wait for ever",
                )


def _longest(pattern: Shifts | list[Shifts] | Cycle) -> int | None:
    try:
        return shifts.longest(pattern)
    except ValueError:  # told by the check of the pattern itself
        return None

"""What a cell is: plain, frozen descriptions in SI units (durations in whole nanoseconds)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from cells.base import Name, Part, Position, Turn
from cells.carriers import Need, Operator, Robot, Tool
from cells.distributions import Distribution
from cells.inside import Down, Inside, UnitNow
from cells.money import Cost, Money
from cells.orders import Orders
from cells.own_rules import OwnRule
from cells.power import PowerUse
from cells.programs import Program
from cells.then import Then
from cells.timetable import Arrival, TimeOrMore, spelled_out
from cells.units import (
    Angle,
    ClockTime,
    Duration,
    Fraction,
    Length,
    Mass,
    Speed,
)

BY_PROGRAM = Distribution.read("1 ns")  # stands for a process time that a program will tell

Count = Annotated[int, Field(ge=1, le=1_000)]  # of parts of one kind


class Product(Part):
    """A kind of part."""

    mass: Mass | None = None
    material_cost: Money | None = None  # of all that is in it when it leaves the line
    priority: int = 0  # smaller goes first, where a buffer or queue sorts by it


class Source(Part):
    """Where parts come from: one of `every`, `timetable`, `orders`, `saturated`, `external`."""

    # A mix adds up to 1; may be left out where each time or order names its own.
    product: Name | dict[Name, Fraction] | None = None
    every: Distribution | None = None
    timetable: list[Annotated[Arrival, BeforeValidator(spelled_out), TimeOrMore()]] | None = None
    orders: Orders | None = None
    saturated: bool = False
    external: bool = False  # parts are put by a user's own model (`twin.attach`)
    first: Duration | None = None  # first arrival; default: after one interval
    batch: int = Field(1, ge=1, le=100_000)
    limit: int | None = Field(None, ge=1)
    shifts: Name | None = None
    off_shift: Literal["wait", "lost", "pause"] | None = None  # default: pause; lists: wait
    patience: Distribution | None = None  # longest wait outside; then a part leaves for good
    pick_at: Name | None = None


# Which part a buffer offers first.
Sorting = Literal["fifo", "lifo", "priority", "shortest", "earliest_due"]


class Queue(Part):
    """Waiting places in front of a station, where their number does not say all."""

    capacity: int | None = Field(None, ge=1)  # absent: unlimited
    order: Sorting = "fifo"
    dwell: Duration = 0
    patience: Distribution | None = None


class Buffer(Part):
    """Storage; `capacity` counts parts, absent: unlimited."""

    capacity: int | None = Field(None, ge=1)
    order: Sorting = "fifo"
    dwell: Duration = 0  # least time a part stays: cooling, curing
    patience: Distribution | None = None  # longest wait; then a part leaves the line, scrapped
    pick_at: Name | None = None
    place_at: Name | None = None
    at: Name | None = None  # shorthand for both


class Conveyor(Part):
    """A conveyor; one that does not accumulate stands while the part at its end is not taken."""

    length: Length
    speed: Speed
    pitch: Length
    accumulating: bool = True
    pick_at: Name | None = None
    place_at: Name | None = None


class FailureMode(Part):
    """One way a station fails."""

    after: Distribution
    repair: Distribution
    clock: Literal["operating", "calendar"] = "operating"
    on_failure: Literal["resume", "restart", "scrap"] = "resume"
    crew: Name | None = None  # operators, their skill, or a tool; default: it needs nobody


class Maintenance(Part):
    """Work on a station that is planned; exactly one of what makes it due."""

    every: Duration | None = None  # from the end of the last one on, on shift or off
    after_working: Duration | None = None
    after_parts: int | None = Field(None, ge=1, le=1_000_000_000)
    when_idle: bool = False  # again and again while there is nothing to do
    takes: Distribution
    crew: Name | None = None  # operators, their skill, or a tool; default: it needs nobody


class Batch(Part):
    """Parts that an oven works on together."""

    least: int = Field(1, ge=1, le=100_000)
    most: int = Field(ge=1, le=100_000)
    wait: Duration | None = None  # from the first part on, for more than the least
    same: Literal["product"] | None = None  # what all parts of a batch have in common


class Station(Part):
    """A machine or a manual place; `count: 2` of `lathe` makes lathe_1 and lathe_2."""

    process: Distribution | dict[Name, Distribution] = BY_PROGRAM  # or one per product
    program: Name | None = None  # of a robot, in place of `process`: one run of it
    servers: int = Field(1, ge=1, le=1_000)
    count: int | None = Field(None, ge=1, le=100)
    queue: int | Literal["unlimited"] | Queue | None = (
        None  # waiting places in front; makes a buffer <name>_queue
    )
    blocking: Literal["before_service"] | None = None  # default: a finished part waits for room
    preempt: Literal["resume", "restart"] | None = None  # more urgent parts take machines over
    assemble: dict[Name, Count] = {}  # the components of one kit
    makes: Name | None = None  # the product they become
    collect: Literal["together", "as_they_come"] = "together"
    yields: dict[Name, Count] = {}  # what a part is taken apart into
    batch: Batch | None = None  # an oven: parts are worked on together
    # One time for every change of product, or {from: {to: time}} with `any` for all others.
    setup: Distribution | dict[Name, dict[Name, Distribution]] | None = None
    # Until none waits of the product it is set up for, then the next product in order.
    campaign: Literal["exhaustive"] | None = None
    tooled_for: Name | None = None  # at the start; default: nothing, so the first part needs one
    load: Distribution | None = None  # before the process
    unload: Distribution | None = None  # after it
    at: Name | None = None
    places: list[Name] | None = None  # one a machine, with `count`
    failures: dict[Name, FailureMode] = {}
    maintenance: dict[Name, Maintenance] = {}
    shifts: Name | None = None
    at_shift_end: Literal["suspend", "finish", "start_if_fits"] = "suspend"
    needs: Need | list[Need] = []  # who has to be there
    then: Then | None = None  # where its parts go, in place of an entry in the flow
    power: PowerUse | None = None
    cost: Cost | None = None  # of each server


class Sink(Part):
    """Where parts leave."""

    counts_as: Literal["good", "scrap"] = "good"
    place_at: Name | None = None


class Flow(Part):
    """Where parts go from one node; one entry for each node and product."""

    from_: Name = Field(alias="from")
    to: Name | list[Name] | dict[Name, Fraction]  # weights: choose is random
    product: Name | list[Name] | None = None  # default: every product without an entry of its own
    by: Name | None = None  # robot or operator group
    choose: Literal["first_free", "shortest", "random", "cyclic"] | OwnRule = "first_free"
    priority: int = 0
    at_most: dict[Name, Annotated[int, Field(ge=1, le=1_000_000)]] = {}  # times one part goes there
    otherwise: Name | None = None  # where it goes when it may not go there again
    if_full: Name | None = None  # where a part goes that the target chosen for it does not accept


class Loop(Part):
    """Cards that limit the parts at some nodes: each part there holds one (CONWIP, kanban)."""

    cards: int = Field(ge=1, le=100_000)
    nodes: list[Name] | None = None  # default: every buffer, conveyor and station
    card_return: Duration = Field(0, alias="return")  # a card given back is away for so long


class Shifts(Part):
    """Working hours, times of day; `22:00` to `06:00` ends next day.  Several make a pattern."""

    days: str = "mon-fri"  # `mon-fri`, `mon,wed,fri`, `daily`
    from_: ClockTime = Field(alias="from")
    to: ClockTime
    breaks: list[str] = []  # `09:00-09:20`


class Cycle(Part):
    """Working hours of a repeating period that is no week: on for `on`, off for the rest."""

    period: Duration
    on: Duration


class Place(Part):
    """A position in space; `approach` is the direction in which the tool moves in."""

    position: Position
    approach: Literal["down", "up", "+x", "-x", "+y", "-y"] = "down"
    turn: Angle = 0.0  # of the tool about the approach direction


class Fixture(Part):
    """A box or an upright cylinder, position that of its centre; or a mesh, that of its origin."""

    box: Position | None = None
    cylinder: Annotated[tuple[Length, Length], Field(strict=False)] | None = None  # radius, height
    mesh: str | None = None  # a binary STL or an OBJ in the cell file's folder
    unit: Literal["m", "mm"] | None = None  # of the mesh; default: m
    position: Position
    turn: Turn = (0.0, 0.0, 0.0)


class Energy(Part):
    """What electricity costs and emits; never a hidden default."""

    price: str | None = None  # `0.245 GBP/kWh`
    carbon: str | None = None  # `0.207 kg/kWh`
    source: str | None = None


class Run(Part):
    """How to run the cell unless told otherwise on the command line."""

    horizon: Duration
    warm_up: Duration | Literal["auto"] = "auto"
    replications: int = Field(30, ge=2, le=1_000_000)
    seed: int = Field(1, ge=0, lt=2**63)
    start: str = "mon 00:00"  # day and time of the week at which the run begins
    scan: Duration = 0
    takt: Duration | None = None
    most_parts: int = Field(2_000_000, ge=1, le=100_000_000)  # at once; more stop the run
    most_events: int = Field(10**11, ge=1, le=2**62)  # of one replication; more stop the run


class Cell(Part):
    """A cell as its author wrote it, checked; `twin.build` makes a line of it."""

    taktwin: Literal[1]
    name: Name
    title: str = ""
    baseline: str | None = None  # cell file of what it is compared with, beside this one
    products: dict[Name, Product]
    sources: dict[Name, Source] = {}
    buffers: dict[Name, Buffer] = {}
    conveyors: dict[Name, Conveyor] = {}
    stations: dict[Name, Station] = {}
    sinks: dict[Name, Sink] = {}
    robots: dict[Name, Robot] = {}
    operators: dict[Name, Operator] = {}
    tools: dict[Name, Tool] = {}
    flow: list[Flow]
    loops: dict[Name, Loop] = {}
    shifts: dict[Name, Shifts | list[Shifts] | Cycle] = {}
    programs: dict[Name, Program] = {}
    places: dict[Name, Place] = {}
    fixtures: dict[Name, Fixture] = {}
    inside: list[Inside] = []
    down: list[Down] = []  # at the start
    units: list[UnitNow] = []  # at the start; of others: idle at home
    energy: Energy | None = None
    rule_files: dict[str, str] = {}  # text of files with own rules; read beside the cell file
    run: Run

    @field_validator("taktwin", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return value if type(value) is int else str(value)  # neither `true` nor `1.0` is version 1

"""Results as a machine-tending cell would give them: two lathes, deburring, an arm, a rack."""

import math
import struct
import zlib

from tests.report import moving
from twin.kernel.log import PART_SHIFT
from twin.report.motion import Move, ReportMotion
from twin.results import model as m

MODEL = "9f1c3a5e7b2d4860a1c3e5f7092b4d6f8a0c2e4f6180a2c4e6f80a1b3c5d7e9f"
NAN = math.nan


def estimate(mean, half=None, unit="1", n=30):
    half = 0.01 * abs(mean) if half is None else half
    return m.Estimate(mean=mean, low=mean - half, high=mean + half, n=n, unit=unit)


def unknown(unit="1"):
    return m.Estimate(mean=NAN, low=NAN, high=NAN, n=0, unit=unit)


def shares(**states):
    return {state: estimate(share, 0.004) for state, share in states.items()}


def station(name, servers=1, states=None, energy=41.3):
    states = states or shares(
        working=0.842,
        failed=0.0,
        under_repair=0.046,
        waiting_robot=0.071,
        blocked=0.0,
        starved=0.041,
    )
    return m.StationResult(
        name=name,
        servers=servers,
        states=states,
        off_shift=estimate(0.0, 0.0),
        availability=states["working"],
        effectiveness=estimate(0.981, 0.003),
        quality_ratio=estimate(0.994, 0.001),
        oee=estimate(0.822, 0.006),
        parts_per_hour=estimate(42.7, 0.4, "parts/h"),
        cycle_time=estimate(71.02, 0.11, "s"),
        time_between_failures=estimate(14_420.0, 610.0, "s"),
        time_to_repair=estimate(541.0, 38.0, "s"),
        energy=None if energy is None else estimate(energy, 1.2, "kWh"),
    )


def stations(count=3):
    if count == 3:
        deburr = shares(
            working=0.262, waiting_robot=0.118, blocked=0.0, starved=0.581, asleep=0.039
        )
        return (
            station("lathe_1"),
            station("lathe_2"),
            station("deburr", states=deburr, energy=None),
        )
    long = "turning_centre_with_bar_feeder_and_gantry_loader"
    found = []
    for k in range(count):
        work = 0.2 + 0.6 * ((k * 7) % count) / count
        rest = 1.0 - work - 0.03
        found.append(
            station(
                f"{long}_{k + 1}" if k % 5 == 4 else f"station_{k + 1}",
                servers=1 + k % 3,
                states=shares(
                    working=work,
                    setting_up=0.01,
                    under_repair=0.02,
                    blocked=0.4 * rest,
                    waiting_operator=0.1 * rest,
                    starved=0.5 * rest,
                ),
            )
        )
    return tuple(found)


def carriers():
    arm = shares(carrying=0.301, moving=0.196, picking=0.124, placing=0.131, idle=0.248)
    return (
        m.CarrierResult(
            name="arm",
            kind="robot",
            units=1,
            states=arm,
            off_shift=estimate(0.0, 0.0),
            moves_per_hour=estimate(171.0, 1.6, "parts/h"),
            cycle_time=estimate(15.8, 0.05, "s"),
            energy=estimate(21.7, 0.2, "kWh"),
        ),
    )


def buffers():
    return tuple(
        m.BufferResult(
            name=name,
            kind=kind,
            capacity=capacity,
            mean_content=estimate(content, 0.12, "parts"),
            mean_stay=estimate(stay, 4.0, "s"),
        )
        for name, kind, capacity, content, stay in (
            ("infeed_belt", "conveyor", 8, 5.6, 236.0),
            ("rack", "buffer", 6, 2.31, 97.0),
            ("outfeed_belt", "conveyor", 12, 1.1, 46.0),
        )
    )


def candidates():
    rows = (
        ("lathe_1", 0.888, 1_480.0, 0.0, 0.041, 0.53, 0.47),
        ("lathe_2", 0.886, 1_471.0, 0.0, 0.043, 0.44, 0.43),
        ("arm", 0.752, 62.0, None, None, 0.03, 0.0),
        ("deburr", 0.262, 11.0, 0.0, 0.581, 0.0, 0.1),
    )
    return tuple(
        m.Candidate(
            name=name,
            active=estimate(active, 0.006),
            active_period=estimate(period, None, "s"),
            blocked=None if blocked is None else estimate(blocked, 0.0),
            starved=None if starved is None else estimate(starved, 0.005),
            waiting=None if blocked is None else estimate(0.07, 0.004),
            longest_active=longest,
            turning_point=turning,
        )
        for name, active, period, blocked, starved, longest, turning in rows
    )


def bottleneck():
    return m.Bottleneck(
        name="lathe_1",
        members=("lathe_1", "lathe_2"),
        votes={"active period": "lathe_1", "turning point": "lathe_1"},
        agree=True,
        share=0.53,
        candidates=candidates(),
        reason="lathe_1 is active 89 % of its time on shift, longer without a pause than any other"
        " resource in 53 % of the replications; lathe_2 in 44 %.",
    )


def series(days=5, shifts=False):
    hours = range(24 * days)
    on = [not shifts or (6 <= h % 24 < 22 and h // 24 < 5) for h in hours]
    mean = [0.0 if not on[h] else 25.5 - 6.0 * math.exp(-h / 2) + 0.5 * math.sin(h) for h in hours]
    return m.Series(
        start=0.0,
        period=3_600.0,
        scheduled=tuple(3_600.0 * x for x in on),
        mean=tuple(mean),
        low=tuple(0.97 * x for x in mean),
        high=tuple(1.03 * x for x in mean),
        unit="parts/h",
    )


def costs():
    return m.CostResult(
        total=estimate(14_310.0, 120.0, "GBP"),
        per_good_part=estimate(4.752, 0.04, "GBP/part"),
        by_kind={
            "material": estimate(3.12, 0.001, "GBP/part"),
            "machines": estimate(1.214, 0.02, "GBP/part"),
            "labour": estimate(0.418, 0.01, "GBP/part"),
        },
        missing=("deburr",),
    )


def energy():
    return m.EnergyResult(
        total=estimate(104.3, 1.4, "kWh"),
        per_good_part=estimate(0.2213, 0.003, "kWh/part"),
        cost_per_good_part=estimate(0.0542, 0.0008, "GBP/part"),
        carbon_per_good_part=estimate(0.0458, 0.0006, "kg/part"),
        source="electricity invoice, March 2025",
        by_state={
            "working": 71.2,
            "setup": 0.0,
            "idle": 24.1,
            "standby": 3.1,
            "down": 5.9,
            "off": 0,
        },
        missing=("deburr",),
    )


def labour():
    def hours(name, kind, people):
        spent = (estimate(hours, 0.1, "h/1000 parts") for hours in (4.2, 9.7, 39.2))
        return m.LabourResult(
            name=name,
            kind=kind,
            people=people,
            **dict(zip(("attended", "busy", "on_shift"), spent, strict=True)),
        )

    return hours("setter", "group", 1), hours("repair", "skill", 1)


def results(count=3, shifts=False, **changed):
    values = {
        "name": "machine_tending",
        "title": "UR10e tends two lathes and deburrs",
        "model_id": MODEL,
        "seed": 1,
        "replications": 30,
        "window": m.Window(start=7_200.0, end=432_000.0, scheduled=424_800.0),
        "warm_up": m.WarmUp(
            length=7_200.0, found=True, how="MSER-5 over the mean of 30 replications."
        ),
        "throughput": estimate(25.51, 0.33, "parts/h"),
        "output": estimate(3_010.0, 39.0, "parts"),
        "weekly": estimate(4_285.0, 56.0, "parts/week"),
        "scheduled_hours_per_week": 80.0 if shifts else 168.0,
        "scrap": estimate(18.2, 1.6, "parts"),
        "scrap_share": estimate(0.006, 0.0005),
        "lead_time": m.LeadTime(
            mean=estimate(512.0, 9.0, "s"),
            p50=estimate(471.0, 8.0, "s"),
            p90=estimate(804.0, 22.0, "s"),
        ),
        "wip": estimate(9.12, 0.18, "parts"),
        "outside": estimate(31.0, 6.0, "parts"),
        "wait_outside": estimate(402.0, 81.0, "s"),
        "products": (
            m.ProductResult(
                name="shaft",
                throughput=estimate(25.51, 0.33, "parts/h"),
                scrap_share=estimate(0.006, 0.0005),
                lead_time=estimate(512.0, 9.0, "s"),
            ),
        ),
        "stations": stations(count),
        "carriers": carriers(),
        "labour": labour(),
        "buffers": buffers(),
        "energy": energy(),
        "costs": costs(),
        "bottleneck": bottleneck(),
        "takt": takt(),
        "series": series(shifts=shifts),
        "conventions": ("Blocking is after service.", "At shift end an operation is suspended."),
        "notes": ("The arrival rate exceeds the output: parts pile up outside the line.",),
    }
    return m.Results(**{**values, **changed})


def takt():
    share = m.Estimate(mean=0.93, low=0.90, high=0.95, n=30, unit="1")
    return m.Takt(
        takt=145.0,
        needed=24.83,
        share=share,
        period="hour",
        verdict="met",
        sentence="Meets a takt of 145 s in 93 % of hours (90 to 95 %).",
    )


def _row(kpi, candidate, baseline, half, unit, better):
    return m.ComparisonRow(
        kpi=kpi,
        candidate=estimate(candidate, 1.6 * half, unit),
        baseline=estimate(baseline, 1.7 * half, unit),
        difference=estimate(candidate - baseline, half, unit),
        relative=estimate(candidate / baseline - 1.0, half / baseline),
        variance_reduction=4.2,
        better=better,
    )


def comparison():
    return m.Comparison(
        candidate="machine_tending",
        baseline="manual_tending",
        seed=1,
        replications=30,
        rows=(
            _row("good parts per week", 4_285.0, 3_690.0, 41.0, "parts/week", True),
            _row("lead time", 512.0, 498.0, 19.0, "s", None),
            _row("work in process", 9.12, 8.31, 0.3, "parts", False),
            _row("energy per good part", 0.2213, 0.2602, 0.004, "kWh/part", True),
        ),
        verdict="machine_tending makes 595 more good parts a week than manual_tending.",
        notes=("Times of manual tending are assumed, not measured.",),
    )


def motion():
    def move(from_, to, loaded, seconds, clearance, near, verdict="ok"):
        return Move(
            from_=from_,
            to=to,
            loaded=loaded,
            seconds=seconds,
            basis="published",
            clearance_mm=clearance,
            nearest_fixture=near,
            verdict=verdict,
            end_error_mm=0.21,
            saturation_share=0.004,
        )

    return ReportMotion(
        robot="arm (ur10e)",
        basis="published joint speed and acceleration limits, trapezoid",
        moves=(
            move("infeed_nest", "lathe_1_chuck", True, 1.842, 64.0, "lathe_1_body"),
            move("infeed_nest", "lathe_2_chuck", True, 1.861, 58.0, "lathe_2_body"),
            move("lathe_1_chuck", "rack_nest", True, 2.213, 121.0, "pedestal"),
            move("rack_nest", "lathe_2_chuck", True, 2.04, 31.0, "lathe_2_body", "infeasible"),
            Move(from_="rack_nest", to="infeed_nest", loaded=False, seconds=1.1, basis="published"),
        ),
        picture=png(320, 180),
        picture_caption="arm at lathe_1, seen from the infeed",
        programs=(moving.program(),),
        joint_names=("shoulder", "elbow"),
        scene={"offset": [[0.0, 0.0, 0.1]]},
        notes=("Payload 3.3 kg: gripper 1.9 kg and part 1.4 kg.",),
    )


def timeline(cycles=14, names=("lathe_1", "lathe_2")):
    lanes = []
    for k, name in enumerate(names):
        bars, now = [], 20.0 + 25.0 * k
        bars.append(bar(0.0, now, "starved"))
        for part in range(k, len(names) * cycles, len(names)):
            bars += [
                bar(now, now + 71.0, "working", part),
                bar(now + 71.0, now + 80.0, "waiting_robot", part),
                bar(now + 80.0, now + 88.0, "starved"),
            ]
            now += 88.0
        lanes.append(m.Lane(resource=name, kind="station", bars=tuple(bars)))
    arm = []
    for step in range(cycles * 4):
        t, part = 22.0 * step, step // 2
        arm += [
            bar(t, t + 4, "moving"),
            bar(t + 4, t + 6, "picking", part),
            bar(t + 6, t + 11, "carrying", part),
            bar(t + 11, t + 13, "placing", part),
            bar(t + 13, t + 22, "idle"),
        ]
    rack = [bar(30.0 * k, 30.0 * k + 97.0, "waiting", k) for k in range(cycles * 3)]
    lanes.append(m.Lane(resource="arm", kind="robot", bars=tuple(arm)))
    lanes.append(m.Lane(resource="rack", kind="buffer", bars=tuple(rack)))
    return m.Timeline(start=0.0, end=cycles * 88.0, lanes=tuple(lanes))


def bar(t0, t1, state, part=None):
    number = None if part is None else (2 << PART_SHIFT) + part
    return m.Bar(t0=t0, t1=t1, state=state, part=number, product="shaft", cause="done")


def png(width, height):
    """Return a picture small enough to write by hand, without a library."""
    rows = b"".join(b"\0" + bytes([96 + 128 * y // height]) * width for y in range(height))

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )

"""The robot's moves: where their times come from and what the physics said."""

import base64

from twin.report import numbers
from twin.report.charts.tracks import program_chart
from twin.report.figure import figure
from twin.report.markup import Markup, element, join
from twin.report.motion import Move, ProgramMotion, ReportMotion
from twin.report.sections.notes import notes
from twin.report.table import Column, table

_COLUMNS = (
    Column("Move", numeric=False),
    Column("Load", numeric=False),
    Column("Time"),
    Column("Basis", numeric=False),
    Column("Clearance"),
    Column("Nearest fixture", numeric=False),
    Column("Proof", numeric=False),
    Column("End error"),
    Column("At torque limit", tip="share of the time with a motor at its limit"),
)
_TONES = {"ok": "good", "infeasible": "bad"}
_SIGNS = {"good": "✓ ", "bad": "✗ ", "faint": ""}


def motion(found: ReportMotion) -> Markup:
    """Return the moves of one robot with their proof, and its picture."""
    return element(
        "section",
        element("h2", f"Moves of {found.robot}"),
        element("p", _summary(found), class_="lead") if found.moves else "",
        _picture(found),
        table(_COLUMNS, [_row(move) for move in found.moves]) if found.moves else "",
        element("p", f"Basis of times: {found.basis}", class_="detail") if found.basis else "",
        notes(found.notes),
        *(_program(one, found.joint_names) for one in found.programs),
    )


def _program(one: ProgramMotion, joints: tuple[str, ...]) -> Markup:
    """Return what a program does and where the joints are meanwhile."""
    clear = f", clearance {_mm(one.clearance_mm)}" if one.clearance_mm is not None else ""
    proof = f"; {one.verdict} in physics simulation" if one.verdict else ""
    seconds = numbers.with_unit(numbers.number(one.seconds, 3), "s")
    return join(
        [
            figure(
                lambda width: program_chart(one, joints, width),
                f"Program {one.name}" + (f", {one.used}" if one.used else ""),
                f"{seconds} ({one.basis}){clear}{proof}. Each row is scaled to the way of its"
                " joint.",
            ),
            notes(one.notes),
        ]
    )


def _summary(found: ReportMotion) -> str:
    count, good = len(found.moves), sum(_tone(move) == "good" for move in found.moves)
    if all(_tone(move) == "faint" for move in found.moves):
        return f"{numbers.number(count)} moves timed; the motion was not proven."
    tightest = min(
        (m for m in found.moves if m.clearance_mm is not None),
        key=lambda m: m.clearance_mm or 0.0,
        default=None,
    )
    words = f"{good} of {count} moves proven in physics simulation"
    if tightest is None or tightest.clearance_mm is None:
        return words + "."
    near = f" to {tightest.nearest_fixture}" if tightest.nearest_fixture else ""
    return (
        f"{words}; least clearance {_mm(tightest.clearance_mm)}{near}"
        f" ({tightest.from_} → {tightest.to})."
    )


def _row(move: Move) -> list[object]:
    tone = _tone(move)
    verdict = element("span", _SIGNS[tone], move.verdict or "not run", class_=f"tone {tone}")
    share = move.saturation_share
    return [
        f"{move.from_} → {move.to}",
        _load(move),
        numbers.with_unit(numbers.number(move.seconds, 2), "s"),
        move.basis,
        _mm(move.clearance_mm),
        move.nearest_fixture or numbers.UNKNOWN,
        verdict,
        _mm(move.end_error_mm, 2),
        numbers.UNKNOWN if share is None else numbers.percent(share, 1),
    ]


def _load(move: Move) -> str:
    if not move.loaded or move.mass_kg is None:
        return "loaded" if move.loaded else "empty"
    return numbers.with_unit(numbers.number(move.mass_kg, 2), "kg")


def _tone(move: Move) -> str:
    return _TONES.get(move.verdict, "faint")


def _mm(value: float | None, decimals: int = 0) -> str:
    if value is None:
        return numbers.UNKNOWN
    return numbers.with_unit(numbers.number(value, decimals), "mm")


def _picture(found: ReportMotion) -> Markup:
    if not found.picture:
        return Markup()
    data = base64.b64encode(found.picture).decode("ascii")
    caption = found.picture_caption or f"{found.robot} in the cell"
    return element(
        "figure",
        element("img", src=f"data:image/png;base64,{data}", alt=caption),
        element("figcaption", caption),
        class_="picture",
    )

"""Where the joints of a robot are while it runs a program, and what it does meanwhile."""

import math

from twin.report import axes, numbers, svg
from twin.report.charts.names import column_width, row_name
from twin.report.markup import Markup, join
from twin.report.motion import ProgramMotion
from twin.report.typeset import SMALL, fit, text_width

_ROW, _GAP, _AXIS, _TOP = 34.0, 6.0, 24.0, 24.0
_LEAST = 1e-3  # rad; a joint that turns by less stands


def program_chart(program: ProgramMotion, joints: tuple[str, ...], width: float) -> Markup:
    """Return one row a joint, with its angle over time, below the activities of the program."""
    left = column_width(joints, width)
    ranges = [_range(program, k) for k in range(len(joints))]
    right = axes.RIGHT + max(text_width(words, SMALL) for words in ranges)
    scale = axes.Scale(0.0, program.seconds, left, width - right)
    bottom = _TOP + (_ROW + _GAP) * len(joints)
    parts = [axes.x_axis(scale, _TOP, bottom, "s"), _activities(program, scale, bottom)]
    for k, name in enumerate(joints):
        top = _TOP + k * (_ROW + _GAP)
        parts += [
            row_name(name, top + _ROW / 2, left),
            _curve(program, k, scale, top),
            svg.text(scale.stop + 6.0, top + _ROW / 2 + 4.0, ranges[k], size=SMALL, class_="axis"),
        ]
    return svg.drawing(width, bottom + _AXIS, f"joints during program {program.name}", *parts)


def _activities(program: ProgramMotion, scale: axes.Scale, bottom: float) -> Markup:
    """Shade every other activity and name it where there is room."""
    parts = []
    for k, one in enumerate(program.activities):
        x, room = scale(one.begin), scale(one.end) - scale(one.begin)
        tip = f"{one.what} {one.name}: {one.end - one.begin:.3f} s ({one.basis})"
        parts.append(
            svg.rect(
                x, _TOP, room, bottom - _TOP, class_="touch" if k % 2 else "shade", tip=tip.strip()
            )
        )
        words = fit(f"{one.what} {one.name}".strip(), room - 4.0, SMALL)
        if words:
            parts.append(svg.text(x + 2.0, 15.0, words, size=SMALL, class_="axis"))
    return join(parts)


def _curve(program: ProgramMotion, joint: int, scale: axes.Scale, top: float) -> Markup:
    values = [row[joint] for row in program.track.joints]
    low, high = min(values), max(values)
    middle, half = (low + high) / 2, max((high - low) / 2, _LEAST)
    up = axes.Scale(middle - half, middle + half, top + _ROW, top)
    points = [
        (scale(min(k * program.track.step, program.seconds)), up(value))
        for k, value in enumerate(values)
    ]
    return svg.polyline(points, "curve")


def _range(program: ProgramMotion, joint: int) -> str:
    """Return between which angles a joint moves."""
    angles = [math.degrees(row[joint]) for row in program.track.joints]
    low, high = numbers.number(min(angles)), numbers.number(max(angles))
    return f"{low}°" if low == high else f"{low} to {high}°"

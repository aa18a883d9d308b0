"""What each resource did, activity by activity, over the first cycles."""

from collections.abc import Sequence
from typing import NamedTuple

from twin.kernel.log import PART_SHIFT
from twin.report import axes, numbers, palette, svg
from twin.report.charts.legend import legend
from twin.report.charts.names import column_width, row_name
from twin.report.markup import Markup, join
from twin.report.typeset import SMALL, fit, text_width
from twin.results.model import Bar, Lane, Timeline

_PITCH, _TIGHT, _AXIS = 28.0, 19.0, 24.0
_CROWD = 24  # from so many lanes on they are thinner
_PX_A_BAR = 9.0  # px: the busiest lane gets this much for each of its bars, on average
_QUIET = frozenset({"starved", "off_shift", "idle", "asleep"})  # no label: nothing is happening
_STORES = frozenset({"buffer", "conveyor"})
_COUNT = (1 << PART_SHIFT) - 1
_AT_START = 1 << (PART_SHIFT - 1)  # parts inside at the start are numbered from here


class _Row(NamedTuple):
    """Where one lane is drawn."""

    scale: axes.Scale
    start: float  # s
    unit: float  # s, of the scale
    y: float
    height: float

    def at(self, seconds: float) -> float:
        """Return the pixel of an instant."""
        return self.scale((seconds - self.start) / self.unit)


def gantt(timeline: Timeline, width: float) -> Markup:
    """Return one lane a resource, one bar an activity, with the number of its part.

    Only as much is drawn from the start of the timeline as the width can show (`shown_until`).

    Parameters
    ----------
    timeline : Timeline
    width : float
        Width of the picture, px.
    """
    end = shown_until(timeline, width)
    lanes = [_clip(lane, timeline.start, end) for lane in timeline.lanes]
    activities = [lane for lane in lanes if lane.kind not in _STORES]
    key, top = legend({bar.state for lane in activities for bar in lane.bars}, width)
    top += 6.0
    left = column_width([lane.resource for lane in lanes], width)
    unit, unit_name = numbers.duration_unit(end - timeline.start)
    scale = axes.Scale(0.0, (end - timeline.start) / unit, left, width - axes.RIGHT)
    pitch = _TIGHT if len(lanes) > _CROWD else _PITCH
    bottom = top + pitch * len(lanes)
    parts = [key, axes.x_axis(scale, top, bottom, unit_name)]
    for k, lane in enumerate(lanes):
        y = top + k * pitch
        row = _Row(scale, timeline.start, unit, y + 2.0, pitch - 4.0)
        draw = _level if lane.kind in _STORES else _activities
        parts += [row_name(lane.resource, y + pitch / 2, left), draw(lane, row)]
    return svg.drawing(width, bottom + _AXIS, "activities over time", *parts)


def first_activity(timeline: Timeline) -> float:
    """Return when anything first happens in a timeline, s; its start when nothing does."""
    starts = [
        bar.t0
        for lane in timeline.lanes
        if lane.kind not in _STORES
        for bar in lane.bars
        if bar.state not in _QUIET
    ]
    return min(starts, default=timeline.start)


def shown_until(timeline: Timeline, width: float) -> float:
    """Return the end, s, of what `gantt` draws of a timeline in a picture `width` px wide."""
    most = max(8, round(0.75 * width / _PX_A_BAR))
    lanes = (
        [bar for bar in lane.bars if bar.t1 > timeline.start]
        for lane in timeline.lanes
        if lane.kind not in _STORES
    )
    ends = [bars[most].t0 for bars in lanes if len(bars) > most]
    end = min([timeline.end, *ends])
    return end if end > timeline.start else timeline.end


def part_number(part: int) -> str:
    """Return the number of a part as people count, from 1; those inside at the start as `s1`."""
    count = part & _COUNT
    return f"s{count - _AT_START + 1}" if count >= _AT_START else str(count + 1)


def _clip(lane: Lane, start: float, end: float) -> Lane:
    bars = tuple(bar for bar in lane.bars if bar.t1 > start and bar.t0 < end)
    return Lane(resource=lane.resource, kind=lane.kind, bars=bars)


def _activities(lane: Lane, row: _Row) -> Markup:
    return join(_activity(lane.resource, bar, row) for bar in lane.bars)


def _activity(resource: str, bar: Bar, row: _Row) -> Markup:
    x = row.at(bar.t0)
    length = row.at(bar.t1) - x
    if length <= 0.0:
        return Markup()
    part = part_number(bar.part) if bar.part is not None and bar.part >= 0 else ""
    tip = (
        f"{resource}: {palette.label(bar.state)}{f', part {part}' if part else ''}"
        f", {numbers.duration(bar.t1 - bar.t0)} from {numbers.duration(bar.t0)}"
    )
    shape = palette.bar(bar.state, x, row.y, length, row.height, tip)
    if not part or bar.state in _QUIET or text_width(part, SMALL) + 4.0 > length:
        return shape
    words = svg.text(
        x + length / 2,
        row.y + row.height / 2 + 4.0,
        part,
        at="middle",
        size=SMALL,
        class_=palette.text_class(bar.state),
    )
    return join([shape, words])


def _level(lane: Lane, row: _Row) -> Markup:
    """Return how many parts a buffer or conveyor held, as a stepped area."""
    steps = _content(lane.bars)
    peak = max((count for _, count in steps), default=0)
    if not peak:
        return Markup()
    floor, left, right = row.y + row.height, row.scale.start, row.scale.stop
    points, level = [(left, floor)], 0
    for at, count in steps:
        x = row.at(at)
        points += [(x, floor - row.height * held / peak) for held in (level, count)]
        level = count
    points += [(right, floor - row.height * level / peak), (right, floor)]
    state = "conveyed" if lane.kind == "conveyor" else "waiting"
    tip = f"{lane.resource}: up to {numbers.number(peak)} parts"
    most = fit(f"≤ {numbers.number(peak)}", axes.RIGHT - 4.0, SMALL)
    return join(
        [
            svg.with_tip(svg.polygon(points, f"s-{state}"), tip),
            svg.text(right + 3.0, floor - 4.0, most, size=SMALL, class_="axis"),
        ]
    )


def _content(bars: Sequence[Bar]) -> list[tuple[float, int]]:
    changes: dict[float, int] = {}
    for bar in bars:
        changes[bar.t0] = changes.get(bar.t0, 0) + 1
        changes[bar.t1] = changes.get(bar.t1, 0) - 1
    level, steps = 0, []
    for at in sorted(changes):
        level += changes[at]
        steps.append((at, level))
    return steps

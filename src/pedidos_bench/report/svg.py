"""Small plots as SVG: bars, stacked bars, lines with axes. Colours and strokes come from the page's style sheet.

Each series has a class s0, s1, … (its colour). A line also has its own dash pattern and marker, so that readers do not
depend on colours. Every plot has a text alternative.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 400
COLOURS = 8
"""Classes that the style sheet has; further series get them again, pale and outlined."""

_BAR, _GAP = 20, 34
_LABEL = 13  # height of a line of text
_CHARACTER = 7.2  # its widest usual character
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 18, 12, 44


@dataclass(frozen=True, slots=True)
class Bar:
    """low and high: ends of the whisker; told: the value in words."""

    label: str
    value: float
    low: float
    high: float
    told: str
    series: int = 0


@dataclass(frozen=True, slots=True)
class Stack:
    """parts: (name of the part, value); told: the sum in words."""

    label: str
    parts: Sequence[tuple[str, float]]
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """points: (x, y) by growing x. marked: those with a marker, None for all. ideal: a line to compare with, thin and
    without markers."""

    label: str
    points: Sequence[tuple[float, float]]
    marked: Sequence[tuple[float, float]] | None = None
    ideal: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """log: each power of ten takes as much room; only for values above 0. ticks: where to draw lines, None for
    round values."""

    title: str
    log: bool = False
    ticks: Sequence[float] | None = None


def bars(alternative: str, rows: Sequence[Bar]) -> Markup:
    """A bar per row, with a whisker from its lowest to its highest run. alternative: what a reader hears instead."""
    widest = max((row.high for row in rows), default=0.0) or 1.0
    scale = (WIDTH - 4) / widest
    drawn = []
    for place, row in enumerate(rows):
        top = place * (_BAR + _GAP) + 4
        middle = top + _LABEL + 6 + _BAR / 2
        drawn.append(_label(row.label, row.told, top))
        drawn.append(_rect(_series(row.series), 0, top + _LABEL + 6, max(1.0, row.value * scale), _BAR))
        if row.high > row.low:
            low, high = row.low * scale, row.high * scale
            path = f"M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 5:.1f}v10M{high:.1f} {middle - 5:.1f}v10"
            drawn.append(Markup('<path class="whisker" d="{}"/>').format(path))
    return _svg(alternative, len(rows) * (_BAR + _GAP), drawn)


def stacks(alternative: str, rows: Sequence[Stack], parts: Sequence[str]) -> Markup:
    """A stacked bar per row; parts: their names in order, which gives each its colour."""
    widest = max((sum(value for _, value in row.parts) for row in rows), default=0.0) or 1.0
    scale = (WIDTH - 4) / widest
    drawn = []
    for place, row in enumerate(rows):
        top = place * (_BAR + _GAP) + 4
        drawn.append(_label(row.label, row.told, top))
        left = 0.0
        for name, value in row.parts:
            wide = value * scale
            drawn.append(_rect(_series(parts.index(name)), left, top + _LABEL + 6, max(0.5, wide - 1.5), _BAR))
            if wide > len(name) * _CHARACTER + 6:  # written into the bar where there is room
                drawn.append(_text("inside", left + wide / 2 - 0.75, top + _LABEL + 6 + _BAR / 2 + 4.5, name, "middle"))
            left += wide
    return _svg(alternative, len(rows) * (_BAR + _GAP), drawn)


def lines(alternative: str, series: Sequence[Line], x: Axis, y: Axis, height: int = 260) -> Markup:
    """Lines between axes. On a y axis that is not logarithmic 0 is always in view."""
    points = [point for line in series for point in line.points]
    along = _Scale(x, [point[0] for point in points], _LEFT, WIDTH - _RIGHT)
    up = _Scale(y, [point[1] for point in points] + ([] if y.log else [0.0]), height - _BOTTOM, _TOP)
    drawn = [*_grid(along, up, height)]
    coloured = 0
    for line in series:
        path = "M" + "L".join(f"{along(px):.1f} {up(py):.1f}" for px, py in line.points)
        if line.ideal:
            drawn.append(Markup('<path class="ideal" d="{}"/>').format(path))
            continue
        drawn.append(Markup('<path class="line s{} d{}" d="{}"/>').format(coloured % COLOURS, coloured % COLOURS, path))
        marked = line.points if line.marked is None else line.marked
        drawn += [_marker(coloured, along(px), up(py)) for px, py in marked]
        coloured += 1
    return _svg(alternative, height, drawn)


def key(names: Sequence[str], *, as_lines: bool = False) -> Markup:
    """The legend, as HTML: the names in the order of their colours."""
    return Markup('<ul class="key">{}</ul>').format(
        Markup("").join(
            Markup('<li><svg class="swatch" viewBox="0 0 34 14" aria-hidden="true">{}</svg>{}</li>').format(
                _swatch(place, as_lines), name
            )
            for place, name in enumerate(names)
        )
    )


class _Scale:
    """From values to places along an axis."""

    def __init__(self, axis: Axis, values: Iterable[float], begin: float, end: float) -> None:
        finite = [value for value in values if value > 0 or not axis.log] or [1.0]
        self.axis = axis
        self.low, self.high = min(finite), max(finite)
        self.ticks = axis.ticks or (_powers if axis.log else _ticks)(self.low, self.high)
        self.low, self.high = min(self.low, self.ticks[0]), max(self.high, self.ticks[-1])
        self._begin, self._end = begin, end

    def __call__(self, value: float) -> float:
        bend: Callable[[float], float] = math.log10 if self.axis.log else float
        low, high = bend(self.low), bend(self.high)
        share = (bend(max(value, self.low)) - low) / ((high - low) or 1.0)
        return self._begin + share * (self._end - self._begin)


def _ticks(low: float, high: float) -> list[float]:
    """Four to seven round values from low, or just below, to just above high."""
    room = (high - low) or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(room / 4))
    step = next(factor * power for factor in (1, 2, 5, 10) if room / (factor * power) <= 6)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 10) for place in range(first, max(last, first + 1) + 1)]


def _powers(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten around the values; only the powers where that would be too many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    fine = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    below = max((tick for tick in fine if tick <= low), default=fine[0])
    above = min((tick for tick in fine if tick >= high), default=fine[-1])
    ticks = [tick for tick in fine if below <= tick <= above]
    return ticks if len(ticks) <= 9 else [10.0**power for power in powers]


def _grid(along: _Scale, up: _Scale, height: int) -> Iterable[Markup]:
    bottom = height - _BOTTOM
    for tick in up.ticks:
        yield Markup('<path class="grid" d="M{} {:.1f}H{}"/>').format(_LEFT, up(tick), WIDTH - _RIGHT)
        yield _text("tick", _LEFT - 6, up(tick) + 4, _short(tick), "end")
    for tick in along.ticks:
        yield Markup('<path class="grid" d="M{:.1f} {}V{}"/>').format(along(tick), _TOP, bottom)
        yield _text("tick", along(tick), bottom + 17, _short(tick), "middle")
    yield Markup('<path class="axis" d="M{} {}V{}H{}"/>').format(_LEFT, _TOP, bottom, WIDTH - _RIGHT)
    yield _text("title", (_LEFT + WIDTH - _RIGHT) / 2, height - 6, along.axis.title, "middle")
    middle = (_TOP + bottom) / 2
    yield Markup(
        '<text class="title" text-anchor="middle" transform="translate(12 {:.1f}) rotate(-90)">{}</text>'
    ).format(middle, up.axis.title)


def _series(place: int) -> str:
    return f"s{place % COLOURS}" + (" again" if place >= COLOURS else "")


def _short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} M"
    return f"{value / 1000:g} k" if value >= 10_000 else f"{value:g}"


def _marker(series: int, x: float, y: float) -> Markup:
    shapes = (
        f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",  # disc
        f"M{x - 4:.1f} {y - 4:.1f}h8v8h-8z",  # square
        f"M{x:.1f} {y - 5:.1f}l5 9h-10z",  # triangle
        f"M{x:.1f} {y - 5.5:.1f}l5.5 5.5l-5.5 5.5l-5.5 -5.5z",  # diamond
    )
    return Markup('<path class="marker s{}" d="{}"/>').format(series % COLOURS, shapes[series % len(shapes)])


def _swatch(place: int, as_line: bool) -> Markup:
    if as_line:
        line = Markup('<path class="line s{0} d{0}" d="M0 7H34"/>').format(place % COLOURS)
        return line + _marker(place, 17, 7)
    return _rect(_series(place), 10, 0, 14, 14)


def _label(label: str, told: str, top: float) -> Markup:
    return _text("label", 0, top + _LABEL, label) + _text("told", WIDTH - 2, top + _LABEL, told, "end")


def _rect(series: str, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"/>').format(
        series, x, y, width, height
    )


def _text(kind: str, x: float, y: float, text: str, anchor: str = "start") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(kind, x, y, anchor, text)


def _svg(alternative: str, height: float, drawn: Iterable[Markup]) -> Markup:
    return Markup('<svg class="plot" viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, alternative, Markup("").join(drawn)
    )

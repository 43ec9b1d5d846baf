"""The plots of a report, drawn by matplotlib as SVG inside the page: bars, stacked bars, lines.

Their colours are the page's CSS variables, so they follow its light or dark theme. Each line also has its own dashes
and marker, so that readers do not depend on colours. Every plot has a text alternative.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from cycler import cycler
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

WIDTH = 400
ROW, LINE = 30, 19
"""Heights of a row of a bar plot and of a line of the legend."""

CHARACTER, HANDLE = 7.2, 48
"""Widths of a character and of what stands before a name in the legend."""

LONGEST = 24
"""Number of characters of a name that are shown: beside longer names there would be no room for the plot."""

VARIABLES = ("ink", "soft", "grid", "on", *(f"s{number}" for number in range(8)))
PLACEHOLDERS = tuple(f"#fedc{place:02x}" for place in range(len(VARIABLES)))
"""Colours that stand for the variables while matplotlib draws, since it takes no variables."""

INK, SOFT, GRID, ON, *SERIES = PLACEHOLDERS

DASHES = ("-", (0, (4, 1.5)), (0, (1, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (7, 2)), (0, (2.5, 1)), (0, (5, 1, 1, 1)), ":")
MARKERS = "os^Dvp*X"

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the page's font
    "svg.hashsalt": "pedidos",  # the same plot, the same SVG
    "text.parse_math": False,  # a $ is a $
    "font.size": 12,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=SERIES) + cycler(linestyle=DASHES) + cycler(marker=MARKERS),
    "grid.color": GRID,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "legend.frameon": False,
    "legend.handlelength": 2.2,
    "legend.columnspacing": 1.2,
}


@dataclass(frozen=True, slots=True)
class Bar:
    """low and high: the ends of the error bar. told: the value in words."""

    label: str
    value: float
    low: float
    high: float
    told: str
    series: int = 0


@dataclass(frozen=True, slots=True)
class Stack:
    """parts: (name of the part, value). told: the sum in words."""

    label: str
    parts: Sequence[tuple[str, float]]
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """points: (x, y) by growing x. marked: positions of the points with a marker, None for all. ideal: a line to
    compare with, thin and without markers."""

    label: str
    points: Sequence[tuple[float, float]]
    marked: Sequence[int] | None = None
    ideal: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """log: a logarithmic scale, for values above 0. ticks: where to draw grid lines, None for round values."""

    title: str
    log: bool = False
    ticks: Sequence[float] | None = None


def bars(alternative: str, rows: Sequence[Bar]) -> Markup:
    """A bar per row, with an error bar from its lowest to its highest run. alternative: the text alternative."""
    with rc_context(STYLE):
        figure, axes = _rows([row.label for row in rows])
        errors = [[row.value - row.low for row in rows], [row.high - row.value for row in rows]]
        axes.barh(
            range(len(rows)),
            [row.value for row in rows],
            color=[SERIES[row.series] for row in rows],
            xerr=errors if any(row.high > row.low for row in rows) else None,
            ecolor=INK,
            capsize=4,
        )
        _tell(axes, [row.told for row in rows], [max(row.value, row.high) for row in rows])
        return _drawn(figure, alternative)


def stacks(alternative: str, rows: Sequence[Stack], parts: Sequence[str]) -> Markup:
    """A stacked bar per row; parts: their names in order, which gives each its colour."""
    widest = max((sum(value for _, value in row.parts) for row in rows), default=0.0) or 1.0
    with rc_context(STYLE):
        figure, axes = _rows([row.label for row in rows])
        ends = [0.0] * len(rows)
        for place, name in enumerate(parts):
            values = [dict(row.parts).get(name, 0.0) for row in rows]
            again = place >= len(SERIES)  # the colours repeat: paler, with an outline
            bar = axes.barh(
                range(len(rows)),
                values,
                left=ends,
                color=(SERIES[place % len(SERIES)], 0.35 if again else 1.0),
                edgecolor=INK if again else ON,
                linewidth=0.8,
                label=_name(name),
            )
            fitting = [name if value > widest * 0.028 * (len(name) + 1) else "" for value in values]
            axes.bar_label(bar, fitting, label_type="center", color=INK if again else ON, fontsize=11)
            ends = [end + value for end, value in zip(ends, values, strict=True)]
        _tell(axes, [row.told for row in rows], ends)
        return _drawn(figure, alternative, parts)


def lines(alternative: str, series: Sequence[Line], x: Axis, y: Axis, height: int = 260) -> Markup:
    """Lines between axes. A y axis that is not logarithmic begins at 0."""
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")
        axes = figure.subplots()
        for line in series:
            across, up = [point[0] for point in line.points], [point[1] for point in line.points]
            if line.ideal:
                axes.plot(across, up, color=SOFT, linestyle=":", marker="", linewidth=1.5)
            else:
                axes.plot(across, up, label=_name(line.label), markevery=line.marked, clip_on=False)
        for axis, shown, scale in ((axes.xaxis, x, axes.set_xscale), (axes.yaxis, y, axes.set_yscale)):
            axis.set_label_text(shown.title)
            if shown.log:
                scale("log")
                low, high = axis.get_view_interval()
                axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 500 * low else (1,)))
                axis.minorticks_off()
            if shown.ticks is not None:
                axis.set_ticks(shown.ticks)
            axis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
        axes.grid()
        if not y.log:
            axes.set_ylim(bottom=0)
        return _drawn(figure, alternative, [line.label for line in series if not line.ideal])


def _rows(labels: Sequence[str]) -> tuple[Figure, Axes]:
    """A plot with a row per label, the first one on top. It has no scale: the values stand beside the bars."""
    figure = Figure(figsize=(WIDTH / 72, (len(labels) * ROW + 10) / 72), layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(len(labels)), map(_name, labels), color=INK)
    axes.tick_params(length=0)
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
    return figure, axes


def _tell(axes: Axes, told: Iterable[str], ends: Iterable[float]) -> None:
    for place, (words, end) in enumerate(zip(told, ends, strict=True)):
        axes.annotate(words, (end, place), (6, 0), textcoords="offset points", va="center", weight="bold")


def _name(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _short(value: float) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} M"
    return f"{value / 1000:g} k" if value >= 10_000 else f"{value:g}"


def _drawn(figure: Figure, alternative: str, names: Sequence[str] = ()) -> Markup:
    """The figure as an element of the page: without matplotlib's header, in the page's font and colours. With names,
    it gets a legend below."""
    if names:
        columns = max(1, int(WIDTH / (max(len(_name(name)) for name in names) * CHARACTER + HANDLE)))
        figure.set_figheight(figure.get_figheight() + (math.ceil(len(names) / columns) * LINE + 10) / 72)
        figure.legend(loc="outside lower left", ncols=columns)
    out = StringIO()
    figure.savefig(out, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    _, _, drawn = out.getvalue().partition("</defs>")  # before it: the header, and a style for the whole page
    drawn = re.sub(r' id="[\w.]+_\d+"', "", drawn)  # they repeat in each plot, and nothing refers to them
    drawn = re.sub(r" font-family: [^;]+;", "", drawn)
    for name, placeholder in zip(VARIABLES, PLACEHOLDERS, strict=True):
        drawn = drawn.replace(placeholder, f"var(--{name})")
    opening = Markup('<svg class="plot" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">').format(
        *(figure.get_size_inches() * 72), alternative
    )
    return opening + Markup(drawn)  # noqa: S704  # matplotlib escapes what it writes

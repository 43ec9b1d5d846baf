"""Draws a dashboard of deploy/grafana from a Prometheus: each panel at its place, with the series of its expressions.

It is no rendering by Grafana. It shows what the panels hold, where no Grafana is at hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

COLUMNS = 24
"""Width of Grafana's grid."""

INCHES = 0.65
"""Of one unit of the grid's height; a unit of its width has the same."""

RATE_SECONDS = 60
STEP_SECONDS = 5
QUERY_SECONDS = 20.0
MOST_TIMES = 6
LEAST_TOP = 0.1
"""A panel whose values are all 0 reaches up to this."""

UNITS = {"s": "s", "bytes": "B"}


@dataclass(frozen=True, slots=True)
class Series:
    """legend: of its panel, with the values of its labels. at: minutes before the end of what is shown, so never above
    0; as long as values."""

    legend: str
    at: list[float]
    values: list[float]


class Prometheus:
    """Asks for the time from start to end. Both are Unix seconds. login: user and password. Raises httpx2.HTTPError."""

    def __init__(self, address: str, login: tuple[str, str], start: float, end: float) -> None:
        self._address = address
        self._login = login
        self._end = end
        self.shown = (start - end) / 60, 0.0
        self._span = {"start": start, "end": end, "step": STEP_SECONDS}

    def series(self, expression: str, legend: str) -> Iterator[Series]:
        """legend: as Grafana writes it, with {{label}} for values."""
        query = expression.replace("$__rate_interval", f"{RATE_SECONDS}s")
        response = httpx2.post(
            f"{self._address}/api/v1/query_range",
            data={"query": query, **self._span},
            auth=self._login,
            timeout=QUERY_SECONDS,
        )
        response.raise_for_status()
        for found in response.json()["data"]["result"]:
            yield Series(
                _with_labels(legend, found["metric"]),
                [(float(at) - self._end) / 60 for at, _ in found["values"]],
                [float(value) for _, value in found["values"]],
            )


def _with_labels(legend: str, labels: Mapping[str, str]) -> str:
    for name, value in labels.items():
        legend = legend.replace("{{" + name + "}}", value)
    return legend


def draw(board: Mapping[str, Any], prometheus: Prometheus) -> Figure:
    """board: the JSON of a dashboard."""
    places = [panel["gridPos"] for panel in board["panels"]]
    height = max(place["y"] + place["h"] for place in places)
    figure = Figure(figsize=(COLUMNS * INCHES, (height + 1) * INCHES))
    figure.suptitle(board["title"], x=0.01, ha="left")
    for panel in board["panels"]:
        place = panel["gridPos"]
        # From the grid's upper left corner, in units, to the figure's lower left corner, in shares.
        box = (
            place["x"] / COLUMNS,
            1 - (place["y"] + place["h"] + 1) / (height + 1),
            place["w"] / COLUMNS,
            place["h"] / (height + 1),
        )
        if panel["type"] == "row":
            figure.text(0.01, box[1] + box[3] / 3, panel["title"], weight="bold")
        else:
            _panel(_axes(figure, box), panel, prometheus)
    return figure


def _axes(figure: Figure, box: tuple[float, float, float, float]) -> Axes:
    """With room in the box for the title above, the times below and the values on the left."""
    left, bottom, width, height = box
    return figure.add_axes((left + 0.14 * width, bottom + 0.26 * height, 0.82 * width, 0.62 * height))


def _panel(axes: Axes, panel: Mapping[str, Any], prometheus: Prometheus) -> None:
    axes.set_title(panel["title"], loc="left", fontsize="medium")
    for target in panel["targets"]:
        for one in prometheus.series(target["expr"], target["legendFormat"]):
            axes.plot(one.at, one.values, label=one.legend)
    axes.set_xlim(prometheus.shown)
    axes.set_ylim(0, max(axes.get_ylim()[1], LEAST_TOP))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_formatter(EngFormatter(UNITS.get(panel["fieldConfig"]["defaults"]["unit"], "")))
    if axes.lines:
        axes.xaxis.set_major_locator(MaxNLocator(MOST_TIMES, integer=True))
        axes.xaxis.set_major_formatter("{x:.0f} min")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=3, fontsize="x-small", frameon=False)
    else:
        axes.text(0.5, 0.5, "no series", transform=axes.transAxes, ha="center")

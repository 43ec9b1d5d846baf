"""The figures at one moment, and what follows from them and from those before: rates, shares, quantiles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pedidos.processes.web.figures.exposition import Series, series
from pedidos.processes.web.figures.kept import COUNTERS, History, Point, bounds, bucket
from pedidos.processes.web.figures.reading import Instance
from pedidos.telemetry.catalogue.every import CATALOGUE
from pedidos.telemetry.catalogue.notifications import OF_ALL_NOTIFIERS
from pedidos.telemetry.catalogue.whole_platform import FIGURES_READ
from pedidos.telemetry.metric import Histogram, Recorder

STALE_SECONDS = 20.0
"""A part of the scheduler's figures that is older is called unavailable: the server that it comes from is away."""

_OF_PLATFORM = {
    *(metric.exposed for metric in CATALOGUE if set(metric.by) == {Recorder.SCHEDULER}),
    *(metric.exposed for metric in OF_ALL_NOTIFIERS),
}
"""Gauges of the platform as a whole: two schedulers, or two notifiers, would say the same."""


@dataclass(frozen=True, slots=True)
class Figures:
    """number: grows by one with each reading. at: seconds since the epoch. gauges: over all processes. progressed: when
    an order was last seen to be placed or moved; None if none was since this process began."""

    number: int
    at: float
    instances: Sequence[Instance]
    gauges: Mapping[str, float]
    now: Point
    history: History
    progressed: float | None

    def gauge(self, name: str) -> float:
        """The value of a series; 0 if no process has it."""
        return self.gauges.get(name, 0.0)

    def increase(self, names: Iterable[str], seconds: float) -> float:
        """By how much these counters have grown in the last seconds."""
        before = self.history.at(self.at - seconds) or self.now
        return sum(self.now[name] - before[name] for name in names)

    def rate(self, names: Iterable[str], seconds: float) -> float:
        """How much these counters grow, per second."""
        before = self.history.at(self.at - seconds) or self.now
        return self.increase(names, seconds) / max(self.at - before.at, 1.0)

    def quantile(self, metric: Histogram, share: float, seconds: float) -> float | None:
        """Below which duration, in seconds, this share of the last observations was; None if there was none."""
        return quantile(metric, share, self.history.at(self.at - seconds) or self.now, self.now)

    def age(self, part: str) -> float:
        """How old the scheduler's figures of this part (database, consumers, queues) are, in seconds."""
        return max(0.0, self.at - self.gauge(series(FIGURES_READ, part=part)))

    def has(self, part: str) -> bool:
        """Whether the scheduler's figures of this part are those of now."""
        return self.age(part) < STALE_SECONDS

    def running(self, kind: str) -> list[Instance]:
        """The processes of this kind that answer."""
        return [each for each in self.instances if each.kind == kind and each.silence is None]


def quantile(metric: Histogram, share: float, before: Point, after: Point) -> float | None:
    """The same between two points. As Prometheus does it: linear inside a bucket."""
    limits = bounds(metric)
    counts = [after[bucket(metric, bound)] - before[bucket(metric, bound)] for bound in limits]
    if counts[-1] <= 0:
        return None
    wanted = share * counts[-1]
    low, under = 0.0, 0.0
    for bound, count in zip(limits, counts, strict=True):
        if count >= wanted:
            if bound == float("inf"):
                return low
            return low + (bound - low) * (wanted - under) / max(count - under, 1e-9)
        low, under = bound, count
    return low


def gauges_of(found: Mapping[str, Series]) -> dict[str, float]:
    """Each gauge over all processes: the sum, or the greatest of what each says of the whole platform."""
    gauges: dict[str, float] = {}
    for of_process in found.values():
        for name, value in of_process.items():
            if name in COUNTERS or not name.startswith("pedidos_"):
                continue
            if name.partition("{")[0] in _OF_PLATFORM:
                gauges[name] = max(gauges.get(name, value), value)
            else:
                gauges[name] = gauges.get(name, 0.0) + value
    return gauges

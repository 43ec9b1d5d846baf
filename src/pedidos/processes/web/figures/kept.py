"""Which series are kept, and the points of time at which they were read: the last minute by the second, the last hour
by 15 seconds, the last three days by five minutes. About 700 kB, however long the process runs."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter

from pedidos.domain.order import Status
from pedidos.domain.steps import Step
from pedidos.processes.web.figures.exposition import series
from pedidos.telemetry.catalogue.consumers import CONSUMER_RECORDS, GROUPS
from pedidos.telemetry.catalogue.orders import (
    ENDED_EARLY,
    ORDERS_ACCEPT_SECONDS,
    ORDERS_ACCEPTED,
    ORDERS_CONFIRM_SECONDS,
    ORDERS_ENDED_EARLY,
    ORDERS_REFUSED,
    ORDERS_REPEATED,
    OUR_FAULT,
)
from pedidos.telemetry.catalogue.relay import RELAY_PUBLISHED
from pedidos.telemetry.catalogue.steps import STEP_BATCH_SECONDS, STEP_FAILED, STEP_MOVED
from pedidos.telemetry.catalogue.streams import STREAM_EVENT_AGE
from pedidos.telemetry.catalogue.whole_platform import (
    CONSUMER_LAG,
    OLDEST_ORDER,
    ORDERS,
    QUEUE_MESSAGES,
    QUEUES,
    UNPUBLISHED,
)
from pedidos.telemetry.metric import Histogram

LATENCIES = (ORDERS_CONFIRM_SECONDS, ORDERS_ACCEPT_SECONDS, STREAM_EVENT_AGE)


def bounds(metric: Histogram) -> list[float]:
    """The upper bounds of its buckets, with that of the last one."""
    return [*map(float, metric.buckets), float("inf")]


def bucket(metric: Histogram, bound: float) -> str:
    """The series of the observations up to a bound."""
    return series(metric, "_bucket", le="+Inf" if bound == float("inf") else str(bound))


def _counters() -> Iterator[str]:
    yield series(ORDERS_ACCEPTED)
    yield series(ORDERS_REPEATED)
    for group in GROUPS:
        yield series(CONSUMER_RECORDS, group=group)
    yield series(RELAY_PUBLISHED)
    for reason in OUR_FAULT:
        yield series(ORDERS_REFUSED, reason=reason)
    for status in ENDED_EARLY:
        yield series(ORDERS_ENDED_EARLY, status=status)
    for metric in LATENCIES:
        for bound in bounds(metric):
            yield bucket(metric, bound)
    for step in Step:
        yield series(STEP_MOVED, step=step)
        yield series(STEP_FAILED, step=step)
        yield series(STEP_BATCH_SECONDS, "_count", step=step)


def _gauges() -> Iterator[str]:
    yield series(OLDEST_ORDER)
    yield series(UNPUBLISHED)
    for status in Status:
        yield series(ORDERS, status=status)
    for group in GROUPS:
        yield series(CONSUMER_LAG, group=group)
    for queue in QUEUES:
        yield series(QUEUE_MESSAGES, queue=queue)


COUNTERS = frozenset(_counters())
"""Series that only grow."""
KEPT = {name: place for place, name in enumerate([*sorted(COUNTERS), *_gauges()])}
"""The place of each kept series in a point."""

STEPS = ((70.0, 0.0), (3700.0, 15.0), (3 * 86400.0, 300.0))
"""Up to which age, in seconds, points are how far apart."""


@dataclass(frozen=True, slots=True)
class Point:
    """at: seconds since the epoch. values: of KEPT; a counter's is a sum over all processes since this one began."""

    at: float
    values: "array[float]"

    def __getitem__(self, name: str) -> float:
        return self.values[KEPT[name]]


def point(at: float, found: Mapping[str, float]) -> Point:
    """A point of these values; a series that is not among them is 0."""
    return Point(at, array("d", (found.get(name, 0.0) for name in KEPT)))


class History:
    """The points, oldest first. Only one thread adds; a reader takes a list of its own."""

    def __init__(self, points: Iterable[Point] = ()) -> None:
        """points: of an earlier process, oldest first."""
        self._points = list(points)

    def add(self, new: Point) -> None:
        """Adds the newest point, and drops those that are closer than points of their age have to be."""
        points = [each for each in self._points if each.at < new.at]  # after the clock was set back, those ahead go
        self._points = [*_thinned(points, new.at), new]

    def since(self, moment: float) -> list[Point]:
        """Those that are not older than this moment."""
        points = self._points
        return points[bisect_left(points, moment, key=_at) :]

    def at(self, moment: float) -> Point | None:
        """The last point that is not younger than the moment; the oldest if all are younger; None without points."""
        points = self._points
        return points[max(0, bisect_right(points, moment, key=_at) - 1)] if points else None


_at = attrgetter("at")


def _thinned(points: list[Point], now: float) -> Iterator[Point]:
    last = float("-inf")
    for each in points:
        apart = next((apart for age, apart in STEPS if now - each.at <= age), None)
        if apart is None:
            continue
        # Points at fixed places of the clock: by their distance alone, the grid would wander with every round.
        if not apart or each.at // apart != last // apart:
            last = each.at
            yield each

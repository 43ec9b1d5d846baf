"""The objectives, how many events kept to them, and how fast their error budgets burn.

As in deploy/prometheus/alerts.yml; a test compares them. Windows and factors: "The Site Reliability Workbook" (Google,
2018), chapter 5, table 5-8.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.figures import Figures
from pedidos.processes.web.figures.kept import bounds, bucket
from pedidos.telemetry.catalogue.orders import (
    ORDERS_ACCEPTED,
    ORDERS_CONFIRM_SECONDS,
    ORDERS_REFUSED,
    ORDERS_REPEATED,
    OUR_FAULT,
)
from pedidos.telemetry.catalogue.streams import STREAM_EVENT_AGE
from pedidos.telemetry.metric import Histogram

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Objective(NamedTuple):
    """target: the share of good events. total: counters of all events. bad: of the bad ones; if there are none, those
    that are not good are bad. runbook: the section of its alerts."""

    name: str
    target: float
    runbook: str
    total: Sequence[str]
    bad: Sequence[str]
    good: Sequence[str]


class Burn(NamedTuple):
    """An alert is for a budget that burns `factor` times as fast as it may, in both windows (seconds)."""

    factor: float
    long: float
    short: float
    severity: Literal["page", "ticket"]
    name: str


class Kept(NamedTuple):
    """bad: the share of bad events; None if there was none at all. burn: how many times as fast as it may the budget
    burns. left: the share of the budget of these seconds that is left, at least 0."""

    total: float
    bad: float | None
    burn: float
    left: float


def _within(metric: Histogram, seconds: float) -> tuple[Sequence[str], Sequence[str]]:
    if seconds not in metric.buckets:
        raise ValueError(f"{metric.name} has no bucket up to {seconds} s")
    return [bucket(metric, bounds(metric)[-1])], [bucket(metric, float(seconds))]


_REFUSED = [series(ORDERS_REFUSED, reason=reason) for reason in OUR_FAULT]
_ANSWERED = [series(ORDERS_ACCEPTED), series(ORDERS_REPEATED), *_REFUSED]
_CONFIRMED, _IN_TIME = _within(ORDERS_CONFIRM_SECONDS, 10)
_STREAMED, _FRESH = _within(STREAM_EVENT_AGE, 2)

OBJECTIVES = (
    Objective("accepted", 0.999, "orders-are-refused", _ANSWERED, _REFUSED, ()),
    Objective("confirmed-in-time", 0.99, "orders-are-confirmed-late", _CONFIRMED, (), _IN_TIME),
    Objective("streams-fresh", 0.99, "streams-are-late", _STREAMED, (), _FRESH),
)

BURNS = (
    Burn(14.4, HOUR, 5 * MINUTE, "page", "1h"),
    Burn(6.0, 6 * HOUR, 30 * MINUTE, "page", "6h"),
    Burn(1.0, 3 * DAY, 6 * HOUR, "ticket", "3d"),
)


def kept(figures: Figures, objective: Objective, seconds: float) -> Kept:
    """How the objective was kept in the last seconds, as far back as figures go."""
    total = figures.increase(objective.total, seconds)
    if total <= 0:
        return Kept(0.0, None, 0.0, 1.0)
    bad = (
        figures.increase(objective.bad, seconds) if objective.bad else total - figures.increase(objective.good, seconds)
    )
    burn = bad / total / (1 - objective.target)
    return Kept(total, bad / total, burn, max(0.0, 1.0 - burn))


def burning(figures: Figures, objective: Objective) -> Burn | None:
    """The fastest burn that the objective's budget has now; None if it burns slowly enough."""
    for burn in BURNS:
        if min(kept(figures, objective, window).burn for window in (burn.long, burn.short)) > burn.factor:
            return burn
    return None

"""The objectives, and how fast their error budgets burn.

Source of windows and factors: "The Site Reliability Workbook" (Google, 2018), chapter 5, table 5-8.
"""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Objective:
    """target: the share of good events, over 28 days. bad, total: events per second, as PromQL in which {w} is the
    window of their rates. runbook: the section of its alerts in docs/runbook.md."""

    name: str
    title: str
    target: float
    bad: str
    total: str
    runbook: str


@dataclass(frozen=True, slots=True)
class Burn:
    """The alert is for a budget that burns `factor` times as fast as it may, in both windows (seconds): the long one
    says that it matters, the short one that it still goes on."""

    factor: float
    long: float
    short: float
    severity: str


BURNS = (
    Burn(14.4, HOUR, 5 * MINUTE, "page"),
    Burn(6.0, 6 * HOUR, 30 * MINUTE, "page"),
    Burn(1.0, 3 * DAY, 6 * HOUR, "ticket"),
)

WINDOWS = sorted({window for burn in BURNS for window in (burn.long, burn.short)})


def _rate(name: str) -> str:
    return f"sum(rate({name}[{{w}}]))"


def _late(metric: Histogram, seconds: float) -> tuple[str, str]:
    """The observations above the bound, and all of them."""
    if seconds not in metric.buckets:
        raise ValueError(f"{metric.name} has no bucket up to {seconds} s")
    total = _rate(f"{metric.name}_count")
    good = _rate(f'{metric.name}_bucket{{{{le="{float(seconds)}"}}}}')
    return f"({total} - {good})", total


_refused = _rate(f'{ORDERS_REFUSED.exposed}{{{{reason=~"{"|".join(OUR_FAULT)}"}}}}')
_answered = f"({_rate(ORDERS_ACCEPTED.exposed)} + {_rate(ORDERS_REPEATED.exposed)} + {_refused})"

OBJECTIVES = (
    Objective(
        "accepted",
        "An order that a customer may place is accepted.",
        0.999,
        _refused,
        _answered,
        "orders-are-refused",
    ),
    Objective(
        "confirmed-in-time",
        "A confirmed order was confirmed within 10 s of its acceptance.",
        0.99,
        *_late(ORDERS_CONFIRM_SECONDS, 10),
        "orders-are-confirmed-late",
    ),
    Objective(
        "streams-fresh",
        "Events reach the live streams within 2 s.",
        0.99,
        *_late(STREAM_EVENT_AGE, 2),
        "streams-are-late",
    ),
)

"""What the overview shows: values for its template, made from the figures."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from flask_babel.speaklater import LazyString

from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.domain.steps import Step
from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.figures import budgets
from pedidos.processes.web.figures.exposition import series
from pedidos.processes.web.figures.figures import Figures, quantile
from pedidos.processes.web.figures.kept import Point
from pedidos.processes.web.figures.maker import Seen
from pedidos.processes.web.figures.reading import Instance
from pedidos.processes.web.figures.wrong import Finding
from pedidos.processes.web.operator.overview_words import OBJECTIVES, said
from pedidos.storage.figures import COUNTED
from pedidos.telemetry.catalogue.consumers import CONSUMER_RECORDS, GROUPS
from pedidos.telemetry.catalogue.orders import ENDED_EARLY, ORDERS_ACCEPTED, ORDERS_CONFIRM_SECONDS, ORDERS_ENDED_EARLY
from pedidos.telemetry.catalogue.steps import STEP_FAILED, STEP_MOVED, STEP_RUNNING
from pedidos.telemetry.catalogue.whole_platform import (
    CONSUMER_LAG,
    DEAD_LETTERS_OPEN,
    OLDEST_ORDER,
    ORDERS,
    QUEUE_MESSAGES,
    QUEUES,
    UNPUBLISHED,
    UNPUBLISHED_AGE,
)

RUNBOOK = "docs/runbook.md"

NOW, MINUTE, HOUR = 10.0, 60.0, 3600.0
"""Seconds over which rates are shown: of now, and those that would jump about."""

ACCEPTED = [series(ORDERS_ACCEPTED)]
CONFIRMED = [series(STEP_MOVED, step=Step.CONFIRM)]
FAILED = [series(ORDERS_ENDED_EARLY, status=status) for status in ENDED_EARLY]
QUEUED = [series(QUEUE_MESSAGES, queue=queue) for queue in QUEUES]
LAGS = [series(CONSUMER_LAG, group=group) for group in GROUPS]
WAITING = [series(ORDERS, status=status) for status in IN_FLIGHT]


class Notice(NamedTuple):
    """text: what is wrong. kind: bad or warn. waits: for how many more seconds it has to last until it is an alert."""

    text: str
    kind: str
    since: datetime
    waits: float | None
    runbook: str
    name: str


class Rates(NamedTuple):
    """Per second over the last seconds, and the number in the last minute."""

    second: float
    minute: float


class StepRow(NamedTuple):
    step: Step
    waiting: float
    running: float
    rate: float
    failed: float
    untaken: bool


class GroupRow(NamedTuple):
    name: str
    lag: float
    rate: float


class StateRow(NamedTuple):
    status: Status
    name: LazyString
    orders: float
    share: float


class Budget(NamedTuple):
    """good: the share of good events; None if there were none. left: the share of the budget that is left."""

    text: LazyString
    target: float
    good: float | None
    left: float
    burn: float


class Overview(NamedTuple):
    """p50, p99: of accept to confirmation, in seconds, in the last minute; None if nothing was confirmed. progressed:
    seconds since an order was seen to move; None if none was. known: the seconds that are known."""

    at: datetime
    number: int
    notices: Sequence[Notice]
    accepted: Rates
    confirmed: Rates
    failed: Rates
    p50: float | None
    p99: float | None
    oldest: float
    progressed: float | None
    known: float
    states: Sequence[StateRow]
    steps: Sequence[StepRow]
    groups: Sequence[GroupRow]
    unpublished: float
    unpublished_age: float
    dead_letters: float
    instances: Sequence[Instance]
    budgets: Sequence[Budget]
    has: dict[str, bool]
    estimated: bool
    point: list[float | None]


def view_of(seen: Seen, zone: str) -> Overview:
    """The overview of what was seen. zone: of times inside sentences."""
    figures = seen.figures
    return Overview(
        at=datetime.fromtimestamp(figures.at, UTC),
        number=figures.number,
        notices=[_notice(each, figures, zone) for each in seen.findings],
        accepted=_rates(figures, ACCEPTED),
        confirmed=_rates(figures, CONFIRMED),
        failed=_rates(figures, FAILED),
        p50=figures.quantile(ORDERS_CONFIRM_SECONDS, 0.5, MINUTE),
        p99=figures.quantile(ORDERS_CONFIRM_SECONDS, 0.99, MINUTE),
        oldest=figures.gauge(series(OLDEST_ORDER)),
        progressed=None if figures.progressed is None else figures.at - figures.progressed,
        known=figures.at - (figures.history.at(0) or figures.now).at,
        states=list(_states(figures)),
        steps=list(_steps(seen)),
        groups=list(_groups(figures)),
        unpublished=figures.gauge(series(UNPUBLISHED)),
        unpublished_age=figures.gauge(series(UNPUBLISHED_AGE)),
        dead_letters=figures.gauge(series(DEAD_LETTERS_OPEN)),
        instances=figures.instances,
        budgets=list(_budgets(figures)),
        estimated=sum(figures.gauge(series(ORDERS, status=status)) for status in Status) > COUNTED,
        has={part: figures.has(part) for part in ("database", "consumers", "queues")},
        point=plotted(figures.history.at(figures.at - NOW) or figures.now, figures.now),
    )


def hour_of(figures: Figures) -> list[list[float | None]]:
    """The points of the last hour, as plotted() makes them, 15 seconds apart."""
    points: list[Point] = []
    for each in figures.history.since(figures.at - HOUR):
        if not points or each.at - points[-1].at >= 10.0:
            points.append(each)
    return [plotted(before, after) for before, after in pairwise(points)]


def plotted(before: Point, after: Point) -> list[float | None]:
    """What plots show at a time: seconds since the epoch, accepted, confirmed and failed per second, the median and the
    99th percentile of accept to confirmation in seconds, orders in flight, messages in queues, records that wait at
    Kafka."""
    seconds = max(after.at - before.at, 1.0)

    def rate(names: Sequence[str]) -> float:
        return round(sum(after[name] - before[name] for name in names) / seconds, 2)

    def total(names: Sequence[str]) -> float:
        return sum(after[name] for name in names)

    latency = [quantile(ORDERS_CONFIRM_SECONDS, share, before, after) for share in (0.5, 0.99)]
    return [
        round(after.at, 1),
        rate(ACCEPTED),
        rate(CONFIRMED),
        rate(FAILED),
        *(None if each is None else round(each, 3) for each in latency),
        total(WAITING),
        total(QUEUED),
        total(LAGS),
    ]


def _notice(finding: Finding, figures: Figures, zone: str) -> Notice:
    kind = "bad" if finding.alert and finding.rule.severity == "page" else "warn"
    waits = None if finding.alert else finding.rule.lasting - (figures.at - finding.since)
    since = datetime.fromtimestamp(finding.since, UTC)
    return Notice(said(finding, zone), kind, since, waits, f"{RUNBOOK}#{finding.rule.runbook}", finding.rule.name)


def _rates(figures: Figures, names: Sequence[str]) -> Rates:
    return Rates(figures.rate(names, NOW), figures.rate(names, MINUTE) * MINUTE)


def _states(figures: Figures) -> Iterator[StateRow]:
    counts = {status: figures.gauge(series(ORDERS, status=status)) for status in Status}
    most = max((counts[status] for status in IN_FLIGHT), default=0.0)
    for status, count in counts.items():
        if status in IN_FLIGHT or count:
            yield StateRow(status, STATES[status], count, count / most if status in IN_FLIGHT and most else 0.0)


def _steps(seen: Seen) -> Iterator[StepRow]:
    figures = seen.figures
    untaken = {each.values["name"] for each in seen.findings if each.rule.name == "QueueWithoutWorkers"}
    for step in Step:
        yield StepRow(
            step,
            figures.gauge(series(QUEUE_MESSAGES, queue=step)),
            figures.gauge(series(STEP_RUNNING, step=step)),
            figures.rate([series(STEP_MOVED, step=step)], NOW),
            figures.increase([series(STEP_FAILED, step=step)], HOUR),
            step in untaken,
        )


def _groups(figures: Figures) -> Iterator[GroupRow]:
    for group in GROUPS:
        rate = figures.rate([series(CONSUMER_RECORDS, group=group)], NOW)
        yield GroupRow(group, figures.gauge(series(CONSUMER_LAG, group=group)), rate)


def _budgets(figures: Figures) -> Iterator[Budget]:
    for objective in budgets.OBJECTIVES:
        kept = budgets.kept(figures, objective, HOUR)
        good = None if kept.bad is None else 1 - kept.bad
        yield Budget(OBJECTIVES[objective.name], objective.target, good, kept.left, kept.burn)

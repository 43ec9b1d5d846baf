"""Where an order is now, and what it waits for: decided from its rows, its way and the time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pedidos.domain.order import SETTLED, Status
from pedidos.domain.payment import PaymentStatus
from pedidos.domain.steps import STEP_AT, Step
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.way import Visit
from pedidos.storage.orders.inspecting import Charging, Inspected

SOON = timedelta(seconds=1.5)
"""So long a stay is nothing to speak of. Spans arrive within this time too."""

MOMENT_MS = 700
"""After this time the spans of what has just happened are there."""
WAIT_MS = 1000
"""How often a page looks again at an order that moves, besides at its events."""
SLOW_MS = 5000
"""And at one that has been waiting for longer than a minute."""
SPANS_LATE = timedelta(seconds=4)
"""After this time no more spans of an order arrive that the pipeline has finished."""


class Why(StrEnum):
    """What an order waits for."""

    RELAY = "relay"
    """Its newest event is committed, and not published."""
    BRIDGE = "bridge"
    HAND_OVER = "hand_over"
    """The bridge or a worker: without spans it is not known which."""
    QUEUE = "queue"
    """A worker that takes it from the queue of its step."""
    UNTAKEN = "untaken"
    """The same, and no worker takes from that queue."""
    STEP = "step"
    """The end of a step that a worker does."""
    FAILED = "failed"
    """The next hint, after the step has failed."""
    ANSWER = "answer"
    """The gateway's answer, or the end of the lease of the worker that asks."""
    RETRY = "retry"
    """The time of the next attempt."""


@dataclass(frozen=True, slots=True)
class Standing:
    """place: where the order is. why: None if the pipeline has nothing left to do. since: when it came there, until:
    when something happens at the latest, as far as that is known. attempt: of its payment. said: the last error or
    answer. waiting: whether it has been there for longer than is usual."""

    place: Place
    why: Why | None = None
    step: Step | None = None
    since: datetime | None = None
    until: datetime | None = None
    attempt: int | None = None
    said: str | None = None
    waiting: bool = False


def standing(
    found: Inspected, visits: Sequence[Visit], *, traced: bool, untaken: Collection[Step] = frozenset()
) -> Standing:
    """Where the order is at the time of `found`. traced: whether spans are expected of it. untaken: the steps from
    whose queues no worker takes, as far as that is known."""
    now = _place(found, visits, traced)
    if now.why is Why.QUEUE and now.step in untaken:
        return replace(now, why=Why.UNTAKEN, waiting=True)
    late = now.why is not None and now.since is not None and found.at - now.since > SOON
    told = now.why in (Why.RETRY, Why.FAILED)
    return replace(now, waiting=late or told)


def look_again_ms(found: Inspected, now: Standing) -> int | None:
    """When a page has to look again, besides at the order's events; None if nothing more is to come."""
    if now.why is None:
        return MOMENT_MS if found.at - found.summary.updated_at < SPANS_LATE else None
    long = now.since is not None and found.at - now.since > timedelta(minutes=1)
    return SLOW_MS if long else WAIT_MS


def _place(found: Inspected, visits: Sequence[Visit], traced: bool) -> Standing:
    status, since = found.summary.status, found.summary.updated_at
    payment, last = found.payment, found.commits[-1] if found.commits else None
    if last is not None and not last.published and (status in SETTLED or status is Status.RECEIVED):
        return Standing(Place.RELAY, Why.RELAY, since=since)
    if status in SETTLED:
        if payment is not None and payment.status is PaymentStatus.UNDOING:
            return _asking(payment, Step.UNDO, found.at)
        return Standing(visits[-1].place if visits else Place.STREAM)
    if status is Status.CHARGING and payment is not None:
        return _asking(payment, Step.CHARGE, found.at)
    return _in_flight(found, visits, traced)


def _in_flight(found: Inspected, visits: Sequence[Visit], traced: bool) -> Standing:
    status, since = found.summary.status, found.summary.updated_at
    step = STEP_AT[status]
    if found.stall is not None and found.stall.last_error:
        return Standing(Place.WORKER, Why.FAILED, step, since, found.stall.next_hint, said=found.stall.last_error)
    if status is Status.RECEIVED:
        return _handed_over(found, visits, step, traced)
    if status is Status.RESERVED:
        return Standing(Place.QUEUE, Why.QUEUE, step, since, _next_hint(found))
    return Standing(Place.WORKER, Why.STEP, step, since, _next_hint(found))


def _handed_over(found: Inspected, visits: Sequence[Visit], step: Step, traced: bool) -> Standing:
    since, until = found.summary.updated_at, _next_hint(found)
    if any(visit.place is Place.BRIDGE and visit.span for visit in visits):
        return Standing(Place.QUEUE, Why.QUEUE, step, since, until)
    return Standing(Place.BRIDGE, Why.BRIDGE if traced else Why.HAND_OVER, step, since, until)


def _asking(payment: Charging, step: Step, now: datetime) -> Standing:
    since, attempt = payment.updated_at, payment.attempts
    if now < payment.lease_until:
        return Standing(Place.GATEWAY, Why.ANSWER, step, since, payment.lease_until, attempt, payment.reason)
    if now < payment.next_attempt:
        return Standing(Place.GATEWAY, Why.RETRY, step, since, payment.next_attempt, attempt, payment.reason)
    return Standing(Place.QUEUE, Why.QUEUE, step, payment.next_attempt, None, attempt, payment.reason)


def _next_hint(found: Inspected) -> datetime | None:
    return found.stall.next_hint if found.stall is not None else None

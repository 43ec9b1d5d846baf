"""Where an order is now, and what it waits for there. domain/waiting.py decides why; its way and its log say where."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pedidos.domain import waiting
from pedidos.domain.order import SETTLED, Status
from pedidos.domain.steps import Step
from pedidos.domain.waiting import Cause, why
from pedidos.processes.web.operator.order_map.places import Place
from pedidos.processes.web.operator.order_map.way import Visit
from pedidos.storage.orders.inspecting import Inspected

SOON = timedelta(seconds=1.5)
"""So long a stay is nothing to speak of. Spans arrive within this time too."""

MOMENT_MS = 700
"""After this time the spans of what has just happened are there."""
WAIT_MS = 1000
"""How often a page looks again at an order that moves, besides at its events."""
SLOW_MS = 5000
"""And at one that has been waiting for longer than a minute."""
_WATCHED = frozenset({Status.SCHEDULED, Status.RECEIVED, *SETTLED})
"""Of an order in such a state, the next thing that happens is that its event is published."""
SPANS_LATE = timedelta(seconds=4)
"""After this time no more spans of an order arrive that the pipeline has finished."""


class Why(StrEnum):
    """What an order waits for, at its place."""

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


def standing(found: Inspected, visits: Sequence[Visit], *, traced: bool, untaken: Set[Step] = frozenset()) -> Standing:
    """Where the order is at the time of `found`. traced: whether spans are expected of it. untaken: the steps from
    whose queues no worker takes, as far as that is known."""
    last = found.commits[-1] if found.commits else None
    status, since = found.summary.status, found.summary.updated_at
    if last is not None and not last.published and status in _WATCHED:
        now, troubled = Standing(Place.RELAY, Why.RELAY, since=since), False
    else:
        reason = why(found.facts, found.at, None, untaken)
        now, troubled = _of(reason, found, visits, traced), reason.is_troubled
    late = now.why is not None and now.since is not None and found.at - now.since > SOON
    return replace(now, waiting=late or (troubled and now.why is not None))


def look_again_ms(found: Inspected, now: Standing) -> int | None:
    """When a page has to look again, besides at the order's events; None if nothing more is to come."""
    if now.why is None:
        return MOMENT_MS if found.at - found.summary.updated_at < SPANS_LATE else None
    long = now.since is not None and found.at - now.since > timedelta(minutes=1)
    return SLOW_MS if long else WAIT_MS


def _of(reason: waiting.Why, found: Inspected, visits: Sequence[Visit], traced: bool) -> Standing:
    step, since, payment = reason.step, found.summary.updated_at, found.facts.asked
    match reason.cause:
        case Cause.ENDED | Cause.MERCHANT | Cause.SCHEDULED:
            return Standing(visits[-1].place if visits else Place.STREAM)
        case Cause.UNRELEASED:
            return Standing(Place.QUEUE, Why.QUEUE, step, reason.at)
        case Cause.ERROR:
            return Standing(Place.WORKER, Why.FAILED, step, since, reason.at, said=reason.said)
        case Cause.ASKING | Cause.ANSWER if payment is not None and found.payment is not None:
            what = Why.ANSWER if reason.cause is Cause.ASKING else Why.RETRY
            asked_at = found.payment.updated_at
            return Standing(Place.GATEWAY, what, step, asked_at, reason.at, payment.attempts, payment.reason)
    place, what = _before_the_step(found, visits, traced)
    if reason.cause is Cause.UNTAKEN:
        place, what = Place.QUEUE if place is Place.WORKER else place, Why.UNTAKEN
    if payment is not None:
        return Standing(Place.QUEUE, what, step, payment.next_attempt, None, payment.attempts, payment.reason)
    return Standing(place, what, step, since, found.stall.next_hint if found.stall is not None else None)


def _before_the_step(found: Inspected, visits: Sequence[Visit], traced: bool) -> tuple[Place, Why]:
    """Where an order waits that a worker has to move next, and for what."""
    status = found.summary.status
    if found.facts.asked is not None or status is Status.RESERVED:
        return Place.QUEUE, Why.QUEUE
    if status is not Status.RECEIVED:
        return Place.WORKER, Why.STEP
    if any(visit.place is Place.BRIDGE and visit.span for visit in visits):
        return Place.QUEUE, Why.QUEUE
    return Place.BRIDGE, Why.BRIDGE if traced else Why.HAND_OVER

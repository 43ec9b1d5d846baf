"""Why an order does not move at the moment, from what is stored about it."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pedidos.domain.acceptance import accept_by
from pedidos.domain.order import IN_FLIGHT, TRANSITIONS, Status
from pedidos.domain.payment import PaymentStatus, PaymentTerms
from pedidos.domain.steps import STEP_AT, Step

FRESH = timedelta(seconds=15)
"""An order that has moved within this time does not wait: the platform is about to move it."""


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """attempts: their number, with one that runs now. reason: what the last answer said. asked_at: when the gateway was
    first asked."""

    status: PaymentStatus
    attempts: int
    lease_until: datetime
    next_attempt: datetime
    reason: str | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class HintFacts:
    """What the watchdog knows of the order in its present state: its hints so far, the next one, the last error."""

    hints: int
    next_hint: datetime
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """release_at: when an order that waits for its time is released."""

    status: Status
    created_at: datetime
    updated_at: datetime
    payment: PaymentFacts | None = None
    hinted: HintFacts | None = None
    release_at: datetime | None = None

    @property
    def asked(self) -> PaymentFacts | None:
        """The payment, if the gateway has to be asked about it."""
        payment = self.payment
        return (
            payment
            if payment is not None and payment.status in (PaymentStatus.PENDING, PaymentStatus.UNDOING)
            else None
        )


class Mode(StrEnum):
    """RUNNING: the platform is at it. RETRYING: something failed, and the platform tries again. WAITING: for a worker.
    WITH_MERCHANT: a person moves it next. SCHEDULED: it waits for its time. ENDED: it stays as it is."""

    RUNNING = "running"
    RETRYING = "retrying"
    WAITING = "waiting"
    WITH_MERCHANT = "with_merchant"
    SCHEDULED = "scheduled"
    ENDED = "ended"


class Cause(StrEnum):
    ENDED = "ended"
    MERCHANT = "merchant"
    SCHEDULED = "scheduled"
    UNRELEASED = "unreleased"
    """Its time has come, and nothing has released it."""
    UNTAKEN = "untaken"
    """No worker takes from the queue of its step."""
    ASKING = "asking"
    """A worker asks the payment gateway at this moment."""
    ANSWER = "answer"
    """The gateway's last answer said nothing about the money; it is asked again."""
    ASK_DUE = "ask_due"
    """It is time to ask the gateway, and no worker does it yet."""
    ERROR = "error"
    """The step failed on this order with an error."""
    HINTED = "hinted"
    """The watchdog has hinted it again, and no step has moved it."""
    STEP = "step"
    """It waits for its step, and has not waited long."""


@dataclass(frozen=True, slots=True)
class Why:
    """step: which the order waits for. attempt: the number of the attempt that runs or comes next. at: when that is.
    said: the last error, or the last answer of the gateway. until: when the order ends if it is not paid by
    then, or not accepted by its merchant. giving_back: what is asked of the gateway is to return money."""

    mode: Mode
    cause: Cause
    step: Step | None = None
    attempt: int = 0
    at: datetime | None = None
    said: str | None = None
    until: datetime | None = None
    giving_back: bool = False

    @property
    def is_troubled(self) -> bool:
        """Whether something failed, or is missing."""
        return self.cause in (
            Cause.UNRELEASED,
            Cause.UNTAKEN,
            Cause.ANSWER,
            Cause.ERROR,
            Cause.HINTED,
            Cause.ASK_DUE,
        )


def why(
    facts: Facts,
    now: datetime,
    terms: PaymentTerms | None,
    untaken: Set[Step] = frozenset(),
    acceptance_seconds: float = 0,
) -> Why:
    """Why the order is where it is. terms: None if no one wants to know when it expires. untaken: steps from whose
    queues no worker takes at the moment. acceptance_seconds: how long a merchant may take to accept an order; 0 is
    without limit."""
    payment = facts.payment
    if payment is not None and payment.status is PaymentStatus.UNDOING:
        return _asking(Step.UNDO, payment, now, None, untaken)
    if facts.status is Status.SCHEDULED:
        return _for_its_time(facts, now)
    if facts.status not in IN_FLIGHT:
        if TRANSITIONS[facts.status]:
            confirmed = facts.status is Status.CONFIRMED
            until = accept_by(facts.updated_at, acceptance_seconds) if confirmed else None
            return Why(Mode.WITH_MERCHANT, Cause.MERCHANT, at=facts.updated_at, until=until)
        return Why(Mode.ENDED, Cause.ENDED, at=facts.updated_at)
    step = STEP_AT[facts.status]
    until = _deadline(facts, terms)
    if payment is not None and payment.status is PaymentStatus.PENDING:
        return _asking(step, payment, now, until, untaken)
    return _for_step(step, facts, now, until, untaken)


def _for_its_time(facts: Facts, now: datetime) -> Why:
    at = facts.release_at
    if at is not None and now - at > FRESH:
        return Why(Mode.WAITING, Cause.UNRELEASED, Step.EXPIRE, at=at)
    return Why(Mode.SCHEDULED, Cause.SCHEDULED, at=at)


def _for_step(step: Step, facts: Facts, now: datetime, until: datetime | None, untaken: Set[Step]) -> Why:
    hinted = facts.hinted
    if hinted is not None and hinted.last_error:
        return Why(Mode.RETRYING, Cause.ERROR, step, hinted.hints + 1, hinted.next_hint, hinted.last_error, until)
    if step in untaken:
        return Why(Mode.WAITING, Cause.UNTAKEN, step, until=until)
    if hinted is not None and hinted.hints:
        return Why(Mode.WAITING, Cause.HINTED, step, hinted.hints, hinted.next_hint, until=until)
    mode = Mode.RUNNING if now - facts.updated_at < FRESH else Mode.WAITING
    return Why(mode, Cause.STEP, step, at=facts.updated_at, until=until)


def _asking(step: Step, payment: PaymentFacts, now: datetime, until: datetime | None, untaken: Set[Step]) -> Why:
    """Of a payment whose outcome is not known, or whose money is being returned."""
    back = step is Step.UNDO
    # The attempt that runs has put the next one off until the end of its lease.
    if payment.lease_until > now and payment.next_attempt >= payment.lease_until:
        mode = Mode.RETRYING if payment.attempts > 1 else Mode.RUNNING
        said = payment.reason if payment.attempts > 1 else None
        return Why(mode, Cause.ASKING, step, payment.attempts, payment.lease_until, said, until, back)
    coming = payment.attempts + 1
    if payment.next_attempt > now:
        return Why(Mode.RETRYING, Cause.ANSWER, step, coming, payment.next_attempt, payment.reason, until, back)
    if step in untaken:
        return Why(Mode.WAITING, Cause.UNTAKEN, step, coming, payment.next_attempt, payment.reason, until, back)
    if payment.attempts == 0 or now - payment.next_attempt < FRESH:
        return Why(Mode.RUNNING, Cause.STEP, step, coming, payment.next_attempt, payment.reason, until, back)
    return Why(Mode.WAITING, Cause.ASK_DUE, step, coming, payment.next_attempt, payment.reason, until, back)


def _deadline(facts: Facts, terms: PaymentTerms | None) -> datetime | None:
    """When the order expires, as far as that is known by now."""
    if terms is None or facts.status not in (Status.RESERVED, Status.CHARGING):
        return None
    asked = facts.payment.asked_at if facts.payment else None
    if asked is not None:
        return asked + timedelta(seconds=terms.deadline)
    return facts.created_at + timedelta(seconds=terms.limit)

"""charge: reserved → charging → paid or declined. Its undo, in undo.py, returns the money.

No other step calls an external service. So this step first commits its intent (the payment row, with a lease). Then it
sends the request to the gateway, under the order's one idempotency key. Then it commits the answer, under the lease. If
anything fails in between, the row says that an answer is missing. The worker that takes over the lease sends the
request again under the same key.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.fusing import is_slow
from pedidos.domain.order import Status
from pedidos.domain.payment import Answer, PaymentStatus, PaymentTerms, Verdict, idempotency_key
from pedidos.domain.retry import RetryPolicy
from pedidos.domain.steps import Step
from pedidos.payments.port import Charge
from pedidos.steps.execution.avoiding import Avoided
from pedidos.steps.execution.moved import Moved
from pedidos.steps.execution.record import Answers, held_back_seconds, put_off_held, recorded
from pedidos.steps.execution.spans import note_attempts
from pedidos.steps.execution.tempo import Tempo
from pedidos.steps.reserve import give_back
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments import delays, outcomes
from pedidos.storage.payments.attempts import Attempt, begin, put_off, take_over

ASK_AGAIN = RetryPolicy(base_seconds=0.5, cap_seconds=30.0)
"""Pauses before the next request about an unknown outcome. The payment deadline ends these requests."""

MOST_PATIENCE_SECONDS = 4.0
"""The longest wait for a slow gateway. A gateway that is silent must not keep the worker from other steps."""

TELL_AFTER_SECONDS = 5.0
"""An order whose payment is younger hears nothing about trouble with the gateway: most of it is over sooner."""

MOMENT_SECONDS = 0.03
"""Pause before an order that another transaction held is tried once more."""


class Gateway(Protocol):
    """What the step needs of the payment gateway; see payments.port."""

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[list[tuple[str, Answer]]]: ...


def record_captured(engine: Engine, answers: Answers, by: str) -> list[Moved]:
    """Moves the orders to paid. An order that was cancelled or has expired meanwhile is no longer charging, and its
    payment is not pending: neither is changed."""
    told = leases(answers)
    paid = in_statement(engine, partial(outcomes.capture, answers=told, by=by))
    left = {order_id: told[order_id] for order_id in told.keys() - set(paid)}
    if left:
        time.sleep(MOMENT_SECONDS)  # a task with a second hint locks the orders for a moment
        paid += in_statement(engine, partial(outcomes.capture, answers=left, by=by))
        held = left.keys() - set(paid)
        in_statement(engine, lambda connection: put_off_held(connection, answers, held))
    return [Moved(paid, (Step.CHARGE,))]


@dataclass(frozen=True, slots=True)
class Asking:
    """How a process asks the gateway for money. patience_seconds: the longest wait for the answers of a batch, the
    first time. lease_seconds: how long a payment belongs to who asks. terms: until when it asks. capture: records that
    orders were charged. tempo: learns whether the gateway is slow."""

    patience_seconds: float
    lease_seconds: float
    terms: PaymentTerms
    avoided: Avoided = field(default_factory=Avoided)
    capture: Callable[[Engine, Answers, str], list[Moved]] = record_captured
    tempo: Tempo = field(default_factory=Tempo)


def charge(engine: Engine, gateway: Gateway, order_ids: Sequence[UUID], by: str, asking: Asking) -> Iterator[Moved]:
    """Charges the orders that wait for it, all at once. Yields the paid ones as the answers arrive."""
    return ask(engine, gateway, _begin(engine, order_ids, by, asking.lease_seconds), by, asking)


def ask(engine: Engine, gateway: Gateway, begun: Sequence[Attempt], by: str, asking: Asking) -> Iterator[Moved]:
    """Asks the gateway about payments that this process has begun or taken over, all at once.

    An order without an answer within the patience delays no other: a later request waits longer for it. An order that
    another session holds delays no other either: the gateway is asked about it again, under its key.
    """
    attempts = {idempotency_key(attempt.order_id): attempt for attempt in begun}
    if not attempts:
        return
    note_attempts(begun)

    def settle(answers: Answers) -> list[Moved]:
        reach(CrashPoint.CHARGE_ANSWERED)
        (verdict,) = {_kind(answer) for _, answer in answers.values()}
        if verdict is Verdict.CAPTURED:
            return asking.capture(engine, answers, by)
        if verdict is Verdict.UNKNOWN:
            in_transaction(engine, partial(put_off_or_decline, answers=answers, by=by, terms=asking.terms))
            return [Moved([], (Step.CHARGE,))]

        def decline(order_ids: Sequence[UUID]) -> None:
            some = {order_id: answers[order_id] for order_id in order_ids}
            in_transaction(engine, partial(put_off_or_decline, answers=some, by=by, terms=asking.terms))

        _, left = asking.avoided.run(engine, list(answers), decline)  # declining returns stock, which may be held
        if left:
            in_statement(engine, lambda connection: put_off_held(connection, answers, left))
        return [Moved([], (Step.CHARGE,))]

    reach(CrashPoint.CHARGE_INTENDED)
    charges = [Charge(key, attempt.amount_cents, attempt.token) for key, attempt in attempts.items()]
    patience = _patience(attempts.values(), asking.patience_seconds, asking.lease_seconds)
    heard: list[Answer] = []
    for group in gateway.charge_many(charges, patience):
        heard += [answer for _, answer in group]
        for kind in (Verdict.CAPTURED, Verdict.UNKNOWN, Verdict.DECLINED):
            answers = {
                attempts[key].order_id: (attempts[key], answer) for key, answer in group if _kind(answer) is kind
            }
            if answers:
                yield from recorded(settle, answers)
    asking.tempo.slow = is_slow(heard)


def _begin(engine: Engine, order_ids: Sequence[UUID], by: str, lease_seconds: float) -> list[Attempt]:
    """New payments, and payments of other workers whose lease is over."""
    begun = in_statement(engine, lambda connection: begin(connection, order_ids, by, lease_seconds))
    others = list(set(order_ids) - {attempt.order_id for attempt in begun})
    if not others:
        return begun
    return begun + in_statement(
        engine, lambda connection: take_over(connection, others, PaymentStatus.PENDING, lease_seconds)
    )


def _kind(answer: Answer) -> Verdict:
    """What to do about an answer: every verdict other than captured and unknown declines the order."""
    return answer.verdict if answer.verdict in (Verdict.CAPTURED, Verdict.UNKNOWN) else Verdict.DECLINED


def put_off_or_decline(connection: Connection, answers: Answers, by: str, terms: PaymentTerms) -> None:
    """Puts off the payments whose outcome is unknown, and declines the orders that the gateway has refused. An order
    that has waited for some time is told why."""
    # Every transaction locks in this order, to avoid deadlocks: orders, then payments, then stock.
    unknown = [(attempt, answer) for attempt, answer in answers.values() if answer.verdict is Verdict.UNKNOWN]
    waits = [(attempt, _wait(attempt, answer), answer) for attempt, answer in unknown]
    delayed = put_off(connection, waits, TELL_AFTER_SECONDS)
    if delayed:
        delays.tell(connection, delayed, by, terms)
    declined = {order_id: pair for order_id, pair in answers.items() if pair[1].verdict is not Verdict.UNKNOWN}
    if declined:
        _decline(connection, declined, by)


def _decline(connection: Connection, declined: Answers, by: str) -> None:
    locked = lock(connection, list(declined), Status.CHARGING)
    told = leases({order_id: declined[order_id] for order_id in locked})
    settled = outcomes.settle(connection, told, PaymentStatus.PENDING)
    put_off_held(connection, declined, declined.keys() - set(locked))
    details = {order_id: {"by": by, "reason": declined[order_id][1].reason} for order_id in settled}
    refused = move(connection, details, Status.CHARGING, Status.DECLINED)
    if refused:
        reach(CrashPoint.CHARGE_UNDOING)
    give_back(connection, refused, Status.CHARGING)


def leases(answers: Answers) -> dict[UUID, tuple[int, Answer]]:
    """For each order, the lease under which the gateway was asked, and the answer."""
    return {order_id: (attempt.lease, answer) for order_id, (attempt, answer) in answers.items()}


def _patience(attempts: Iterable[Attempt], patience_seconds: float, lease_seconds: float) -> float:
    """Seconds to wait for the answers. Each earlier attempt doubles them, but the wait must end within the lease."""
    earlier = max(attempt.attempts for attempt in attempts) - 1
    longest = max(patience_seconds, min(MOST_PATIENCE_SECONDS, lease_seconds / 2))
    return min(longest, patience_seconds * 2.0 ** min(earlier, 32))


def _wait(attempt: Attempt, answer: Answer) -> float:
    """Seconds until the next request to the gateway."""
    if not answer.asked:
        return held_back_seconds()
    return ASK_AGAIN.pause(attempt.attempts, random.random())  # noqa: S311  # jitter, not a secret

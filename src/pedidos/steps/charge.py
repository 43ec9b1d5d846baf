"""charge: reserved → charging → paid or declined. Its undo, in undo.py, returns the money.

No other step calls an external service. So this step first commits its intent (the payment row, with a lease). Then it
sends the request to the gateway, under the order's one idempotency key. Then it commits the answer, under the lease. If
anything fails in between, the row says that an answer is missing. The worker that takes over the lease sends the
request again under the same key.
"""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order import Status
from pedidos.domain.payment import Answer, PaymentStatus, Verdict, idempotency_key
from pedidos.domain.retry import RetryPolicy
from pedidos.payments.gateway_client import Charge
from pedidos.steps.execution.avoiding import Avoided
from pedidos.steps.execution.record import Answers, held_back_seconds, put_off_held, recorded
from pedidos.steps.execution.spans import note_attempts
from pedidos.steps.reserve import give_back
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments import outcomes
from pedidos.storage.payments.attempts import Attempt, begin, put_off, take_over

ASK_AGAIN = RetryPolicy(base_seconds=0.5, cap_seconds=30.0)
"""Pauses before the next request about an unknown outcome. The payment deadline ends these requests."""

MOST_PATIENCE_SECONDS = 4.0
"""The longest wait for a slow gateway. A gateway that is silent must not keep the worker from other steps."""


MOMENT_SECONDS = 0.03
"""Pause before an order that another transaction held is tried once more."""


class Gateway(Protocol):
    """What the step needs of the payment gateway; see payments.gateway_client.GatewayClient."""

    def charge_many(self, charges: Sequence[Charge], patience_seconds: float) -> Iterator[list[tuple[str, Answer]]]: ...


def charge(
    engine: Engine,
    gateway: Gateway,
    order_ids: Sequence[UUID],
    by: str,
    *,
    patience_seconds: float,
    lease_seconds: float,
    avoided: Avoided | None = None,
) -> Iterator[list[UUID]]:
    """Charges the orders that wait for it, all at once. Yields the paid ones as the answers arrive.

    An order without an answer within the patience delays no other: a later request waits longer for it. An order that
    another session holds delays no other either: the gateway is asked about it again, under its key.
    """
    avoiding = avoided or Avoided()
    begun = _begin(engine, order_ids, by, lease_seconds)
    attempts = {idempotency_key(attempt.order_id): attempt for attempt in begun}
    if not attempts:
        return
    note_attempts(begun)

    def settle(answers: Answers) -> list[UUID]:
        reach(CrashPoint.CHARGE_ANSWERED)
        (verdict,) = {_kind(answer) for _, answer in answers.values()}
        if verdict is Verdict.CAPTURED:
            return _captured(engine, answers, by)
        if verdict is Verdict.UNKNOWN:
            in_transaction(engine, partial(put_off_or_decline, answers=answers, by=by))
            return []

        def decline(order_ids: Sequence[UUID]) -> None:
            some = {order_id: answers[order_id] for order_id in order_ids}
            in_transaction(engine, partial(put_off_or_decline, answers=some, by=by))

        _, left = avoiding.run(engine, list(answers), decline)  # declining returns stock, which may be held
        if left:
            in_statement(engine, lambda connection: put_off_held(connection, answers, left))
        return []

    reach(CrashPoint.CHARGE_INTENDED)
    charges = [Charge(key, attempt.amount_cents, attempt.token) for key, attempt in attempts.items()]
    patience = _patience(attempts.values(), patience_seconds, lease_seconds)
    for group in gateway.charge_many(charges, patience):
        for kind in (Verdict.CAPTURED, Verdict.UNKNOWN, Verdict.DECLINED):
            answers = {
                attempts[key].order_id: (attempts[key], answer) for key, answer in group if _kind(answer) is kind
            }
            if answers:
                yield from recorded(settle, answers)


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


def _captured(engine: Engine, answers: Answers, by: str) -> list[UUID]:
    """Moves the orders to paid. An order that was cancelled or has expired meanwhile is no longer charging, and its
    payment is not pending: neither is changed."""
    told = {order_id: _told(pair) for order_id, pair in answers.items()}
    paid: list[UUID] = []
    for pause in (0.0, MOMENT_SECONDS):  # a task with a second hint locks the orders for a moment
        time.sleep(pause)
        left = {order_id: told[order_id] for order_id in told.keys() - set(paid)}
        paid += in_statement(engine, partial(outcomes.capture, answers=left, by=by))
        if len(paid) == len(told):
            return paid
    in_statement(engine, lambda connection: put_off_held(connection, answers, told.keys() - set(paid)))
    return paid


def put_off_or_decline(connection: Connection, answers: Answers, by: str) -> None:
    """Puts off the payments whose outcome is unknown, and declines the orders that the gateway has refused."""
    # Every transaction locks in this order, to avoid deadlocks: orders, then payments, then stock.
    unknown = [(attempt, answer) for attempt, answer in answers.values() if answer.verdict is Verdict.UNKNOWN]
    put_off(connection, [(attempt, _wait(attempt, answer), answer) for attempt, answer in unknown])
    declined = {order_id: pair for order_id, pair in answers.items() if pair[1].verdict is not Verdict.UNKNOWN}
    if declined:
        _decline(connection, declined, by)


def _decline(connection: Connection, declined: Answers, by: str) -> None:
    locked = lock(connection, list(declined), Status.CHARGING)
    told = {order_id: _told(declined[order_id]) for order_id in locked}
    settled = outcomes.settle(connection, told, PaymentStatus.PENDING)
    put_off_held(connection, declined, declined.keys() - set(locked))
    details = {order_id: {"by": by, "reason": declined[order_id][1].reason} for order_id in settled}
    refused = move(connection, details, Status.CHARGING, Status.DECLINED)
    if refused:
        reach(CrashPoint.CHARGE_UNDOING)
    give_back(connection, refused, Status.CHARGING)


def _told(pair: tuple[Attempt, Answer]) -> tuple[int, Answer]:
    attempt, answer = pair
    return attempt.lease, answer


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

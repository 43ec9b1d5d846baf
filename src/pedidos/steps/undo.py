"""undo: returns the money of cancelled or expired orders, whether or not it was taken. See also refund_parts.py."""

import random
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order import REFUNDED, Status
from pedidos.domain.payment import Answer, PaymentStatus, Verdict, idempotency_key
from pedidos.domain.retry import RetryPolicy
from pedidos.domain.steps import Step
from pedidos.payments.port import Undo
from pedidos.steps.execution.record import Answers, held_back_seconds, put_off_held, recorded
from pedidos.steps.execution.spans import note_attempts
from pedidos.storage.dead_letters import letters
from pedidos.storage.engine import in_transaction
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments import outcomes, refund_delays
from pedidos.storage.payments.attempts import Attempt, put_off, take_over

TRY_AGAIN = RetryPolicy(base_seconds=0.5, cap_seconds=300.0)
"""Attempts have no limit: the money belongs to a customer."""

TELL_AFTER = 12
"""Attempts (about ten minutes) before a dead letter informs an operator. It is closed when the money is returned."""


class Gateway(Protocol):
    """What the step needs of the payment gateway; see payments.port."""

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[list[tuple[str, Answer]]]: ...


def undo(
    engine: Engine,
    gateway: Gateway,
    order_ids: Sequence[UUID],
    by: str,
    *,
    patience_seconds: float,
    lease_seconds: float,
) -> None:
    """Asks the gateway to refund or void the payments that are to be undone and are due."""
    taken = in_transaction(
        engine,
        lambda connection: take_over(connection, order_ids, PaymentStatus.UNDOING, lease_seconds),
    )
    attempts = {idempotency_key(attempt.order_id): attempt for attempt in taken}
    if not attempts:
        return
    note_attempts(taken)

    def settle(answers: Answers) -> tuple[()]:
        reach(CrashPoint.UNDO_ANSWERED)
        # Before the attempts are counted: after a crash in between, the dead letter is written again, and not lost.
        for attempt, answer in answers.values():
            if answer.verdict is Verdict.UNKNOWN and answer.asked and attempt.attempts >= TELL_AFTER:
                reason = f"The money could not be given back in {attempt.attempts} attempts: {answer.reason}"
                letters.write(engine, "worker", Step.UNDO, reason, attempt.order_id)
        in_transaction(engine, partial(_settle, answers=answers, by=by))
        return ()

    undos = [Undo(key, attempt.amount_cents, attempt.reference) for key, attempt in attempts.items()]
    for group in gateway.undo_many(undos, patience_seconds):
        for _ in recorded(settle, {attempts[key].order_id: (attempts[key], answer) for key, answer in group}):
            pass


def _settle(connection: Connection, answers: Answers, by: str) -> None:
    unknown = [(attempt, answer) for attempt, answer in answers.values() if answer.verdict is Verdict.UNKNOWN]
    put_off(connection, [(attempt, _wait(attempt, answer), answer) for attempt, answer in unknown])
    refund_delays.tell_undone(connection, unknown, by)
    known = {order_id: pair for order_id, pair in answers.items() if pair[1].verdict is not Verdict.UNKNOWN}
    left = set(known)
    for status in (Status.CANCELLED, Status.EXPIRED):
        locked = lock(connection, list(known), status)
        left -= set(locked)
        settled = outcomes.settle(
            connection,
            {order_id: (known[order_id][0].lease, known[order_id][1]) for order_id in locked},
            PaymentStatus.UNDOING,
        )
        returned = {
            order_id: known[order_id][0].amount_cents - known[order_id][0].returned_cents
            for order_id in settled
            if known[order_id][1].verdict is Verdict.REFUNDED
        }
        refunded = {order_id: {"by": by, "amount_cents": cents} for order_id, cents in returned.items() if cents}
        move(connection, refunded, status, status, REFUNDED)
    put_off_held(connection, answers, left)


def _wait(attempt: Attempt, answer: Answer) -> float:
    if not answer.asked:
        return held_back_seconds()
    return TRY_AGAIN.pause(attempt.attempts, random.random())  # noqa: S311  # jitter, not a secret

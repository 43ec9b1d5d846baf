"""undo, its part for orders that go on: asks the gateway to return what people have given back."""

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.order import PARTLY_REFUNDED, Status
from pedidos.domain.payment import Answer, Verdict, idempotency_key, refund_key
from pedidos.domain.refunds import REFUNDABLE
from pedidos.domain.steps import Step
from pedidos.payments.port import PartRefund
from pedidos.steps.execution.record import held_back_seconds, recorded
from pedidos.steps.undo import TELL_AFTER, TRY_AGAIN
from pedidos.storage.dead_letters import letters
from pedidos.storage.engine import in_transaction
from pedidos.storage.orders.transitions import lock, move
from pedidos.storage.payments import refund_delays, refunding
from pedidos.storage.payments.refunding import RefundAttempt

REFUSED = "refund"
"""The origin of a letter about a refund that the provider has refused: nothing closes it but an operator."""

Answers = Mapping[UUID, tuple[RefundAttempt, Answer]]
"""For each refund, the attempt and its answer."""

_STATES = (*REFUNDABLE, Status.CANCELLED)
"""Where the order of a refund can be. The money of a cancelled one is returned after its refunds in part."""


class Gateway(Protocol):
    """What the step needs of the payment gateway; see payments.port."""

    def refund_many(
        self, refunds: Sequence[PartRefund], patience_seconds: float
    ) -> Iterator[list[tuple[str, Answer]]]: ...


def refund_parts(
    engine: Engine,
    gateway: Gateway,
    order_ids: Sequence[UUID],
    by: str,
    *,
    patience_seconds: float,
    lease_seconds: float,
) -> None:
    """Asks the gateway for the refunds in part of these orders that are due."""
    taken = in_transaction(engine, lambda connection: refunding.take_over(connection, order_ids, lease_seconds))
    attempts = {refund_key(attempt.order_id, attempt.id): attempt for attempt in taken}
    if not attempts:
        return

    def settle(answers: Answers) -> tuple[()]:
        reach(CrashPoint.UNDO_PART_ANSWERED)
        # Before the answer is recorded: after a crash in between, the dead letter is written again, and not lost.
        for attempt, answer in answers.values():
            _tell(engine, attempt, answer)
        in_transaction(engine, partial(_settle, answers=answers, by=by))
        return ()

    asked = [
        PartRefund(key, idempotency_key(attempt.order_id), attempt.amount_cents, attempt.charge)
        for key, attempt in attempts.items()
    ]
    for group in gateway.refund_many(asked, patience_seconds):
        for _ in recorded(settle, {attempts[key].id: (attempts[key], answer) for key, answer in group}):
            pass


def _tell(engine: Engine, attempt: RefundAttempt, answer: Answer) -> None:
    """Informs an operator of a refund that is refused, or is not answered for long."""
    if answer.verdict is Verdict.DECLINED:
        reason = f"The provider refuses a refund of {attempt.amount_cents} cents: {answer.reason}"
        letters.write(engine, "worker", REFUSED, reason, attempt.order_id)
    elif answer.verdict is Verdict.UNKNOWN and answer.asked and attempt.attempts >= TELL_AFTER:
        reason = f"A part of the money could not be given back in {attempt.attempts} attempts: {answer.reason}"
        letters.write(engine, "worker", Step.UNDO, reason, attempt.order_id)


def _settle(connection: Connection, answers: Answers, by: str) -> None:
    unknown = [(attempt, answer) for attempt, answer in answers.values() if answer.verdict is Verdict.UNKNOWN]
    refunding.put_off(connection, [(attempt, _wait(attempt, answer), answer) for attempt, answer in unknown])
    refund_delays.tell_parts(connection, unknown, _STATES, by)
    known = {each: pair for each, pair in answers.items() if pair[1].verdict is not Verdict.UNKNOWN}
    orders = list(dict.fromkeys(attempt.order_id for attempt, _ in known.values()))
    locked = {order_id: status for status in _STATES for order_id in lock(connection, orders, status)}
    free = {each: pair for each, pair in known.items() if pair[0].order_id in locked}
    settled = refunding.settle(connection, free)
    told = refunding.with_events(connection, list(locked))
    made = [
        attempt
        for each, (attempt, answer) in free.items()
        if each in settled and answer.verdict is Verdict.REFUNDED and attempt.order_id in told
    ]
    _note(connection, made, locked, by)
    held = Answer(Verdict.UNKNOWN, reason="Another session held the order.", asked=False)
    left = [known[each][0] for each in known.keys() - free.keys()]
    refunding.put_off(connection, [(attempt, held_back_seconds(), held) for attempt in left])


def _note(connection: Connection, made: Sequence[RefundAttempt], states: Mapping[UUID, Status], by: str) -> None:
    """Writes an event for each refund that was made. An order may have several: each has a version of its own."""
    waiting = list(made)
    while waiting:
        first = {attempt.order_id: attempt for attempt in reversed(waiting)}
        for status in _STATES:
            details = {
                order_id: {
                    "by": by,
                    "amount_cents": attempt.amount_cents,
                    "cause": attempt.cause,
                    "reason": attempt.reason,
                    "refund": str(attempt.id),
                }
                for order_id, attempt in first.items()
                if states[order_id] is status
            }
            move(connection, details, status, status, PARTLY_REFUNDED)
        noted = {attempt.id for attempt in first.values()}
        waiting = [attempt for attempt in waiting if attempt.id not in noted]


def _wait(attempt: RefundAttempt, answer: Answer) -> float:
    if not answer.asked:
        return held_back_seconds()
    return TRY_AGAIN.pause(attempt.attempts, random.random())  # noqa: S311  # jitter, not a secret

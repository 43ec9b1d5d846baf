"""Finds orders that make no progress, payments that are due, orders that are too old, and those whose time has
come, for another hint."""

import random
from collections.abc import Callable, Iterator, Set
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentStatus, PaymentTerms
from pedidos.domain.retry import RetryPolicy
from pedidos.domain.steps import STEP_AT, Step
from pedidos.storage.dead_letters import closing, letters
from pedidos.storage.orders import acceptances, overdue, scheduled, stalled
from pedidos.storage.payments import attempts, refunding

HINT_AGAIN = RetryPolicy(base_seconds=15.0, cap_seconds=300.0)
"""Hints have no limit: the order may hold stock and money, and the cause may be fixed later."""

TELL_AFTER = 7
"""Hints (about ten minutes) before a dead letter informs an operator. It is closed when the order moves."""

MOST_AT_ONCE = 500


def forgotten_work(
    engine: Engine,
    busy: Set[Step],
    *,
    stalled_after_seconds: float,
    terms: PaymentTerms,
    acceptance_seconds: float = 0,
) -> Iterator[tuple[Step, list[UUID]]]:
    """Yields, for each step, the orders that it should process. An order that no hint helps also becomes a dead letter.
    Dead letters of orders that no longer wait are closed. acceptance_seconds: how long an order may wait to be accepted
    by its merchant; 0 is without limit.

    A step is busy while hints wait for it: more hints would only make the queue longer. Its orders are not searched for
    either, because many of them could be old enough to keep all others from being found.
    """
    looks: dict[Step, Callable[[], list[UUID]]] = {
        Step.CHARGE: lambda: attempts.due(engine, PaymentStatus.PENDING, MOST_AT_ONCE),
        Step.UNDO: lambda: [
            *attempts.due(engine, PaymentStatus.UNDOING, MOST_AT_ONCE),
            *refunding.due(engine, MOST_AT_ONCE),
        ],
        Step.EXPIRE: lambda: (
            overdue.find(engine, terms, MOST_AT_ONCE)
            + acceptances.find_overdue(engine, acceptance_seconds, MOST_AT_ONCE)
            + scheduled.find_due(engine, MOST_AT_ONCE)
        ),
    }
    closing.close(engine, MOST_AT_ONCE)
    yield from _stalled(engine, busy, stalled_after_seconds)
    for step, look in looks.items():
        if step not in busy and (order_ids := look()):
            yield step, order_ids


def _stalled(engine: Engine, busy: Set[Step], seconds: float) -> Iterator[tuple[Step, list[UUID]]]:
    # Orders in charging are found by their payments.
    states = [state for state, step in STEP_AT.items() if step not in busy and state is not Status.CHARGING]
    hinted = []
    for order in stalled.find(engine, states, seconds, MOST_AT_ONCE):
        if order.hints == TELL_AFTER:  # before the count: after a crash, it is written again, and not lost
            reason = (
                f"Still {order.status} after {order.hints} hints. Last error: {order.last_error or 'none was seen'}"
            )
            letters.write(engine, "watchdog", STEP_AT[order.status], reason, order.order_id)
        hinted.append((order, HINT_AGAIN.pause(order.hints + 1, random.random())))  # noqa: S311  # jitter
    if hinted:
        stalled.note_hints(engine, hinted)
    by_step: dict[Step, list[UUID]] = {}
    for order, _ in hinted:
        by_step.setdefault(STEP_AT[order.status], []).append(order.order_id)
    yield from by_step.items()

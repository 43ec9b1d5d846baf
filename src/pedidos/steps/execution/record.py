"""Records the answers of the gateway. An answer that cannot be recorded delays no other."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from pedidos.domain.payment import Answer, Verdict
from pedidos.domain.retry import RetryPolicy
from pedidos.errors import Held
from pedidos.steps.execution.isolate import isolated
from pedidos.storage.payments.attempts import Attempt, put_off

T = TypeVar("T")
A = TypeVar("A")

Answers = Mapping[UUID, tuple[Attempt, Answer]]
"""For each order, the attempt and its answer."""

HELD_BACK = RetryPolicy(base_seconds=2.0, cap_seconds=2.0)
"""Pauses while no requests are sent to a failing gateway. A try costs little then, and it may recover at any time."""


def recorded(
    settle: Callable[[Mapping[UUID, tuple[A, Answer]]], Sequence[T]], answers: Mapping[UUID, tuple[A, Answer]]
) -> Iterator[T]:
    """Yields what settle, a transaction, returns for the answers: for each id, the attempt and its answer.

    An answer that PostgreSQL refuses counts as unknown: the gateway is asked again, and the payment says why.
    """

    def some(order_ids: Sequence[UUID]) -> Iterator[T]:
        yield from settle({order_id: answers[order_id] for order_id in order_ids})

    def refused(order_id: UUID, error: Exception) -> None:
        reason = f"The answer could not be recorded: {str(error).splitlines()[0]}"
        held = isinstance(error, Held)
        with suppress(Held):  # then the gateway is asked again when the lease is over
            settle({order_id: (answers[order_id][0], Answer(Verdict.UNKNOWN, reason=reason, asked=not held))})

    return isolated(some, list(answers), refused)


def put_off_held(connection: Connection, answers: Answers, order_ids: Iterable[UUID]) -> None:
    """Releases the payments of orders that another session holds, so that the gateway is soon asked about them again,
    under the same keys. A payment that was settled or taken over meanwhile is not changed."""
    held = Answer(Verdict.UNKNOWN, reason="Another session held the order.", asked=False)
    put_off(connection, [(answers[order_id][0], held_back_seconds(), held) for order_id in order_ids])


def held_back_seconds() -> float:
    """Seconds until the next attempt at a payment for which no request was sent."""
    return HELD_BACK.pause(1, random.random())  # noqa: S311  # jitter, not a secret

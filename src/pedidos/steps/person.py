"""A person moves one order and waits for the answer."""

import random
import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Actor, Refusal, Status, may_move
from pedidos.errors import Held
from pedidos.storage.once import once
from pedidos.storage.orders.transitions import lock_order, move

T = TypeVar("T")

PATIENCE_SECONDS = 0.4
PAUSE_SECONDS = (0.02, 0.06)
"""The shortest and the longest pause before an order that is held is looked at again."""


def moved_by(
    engine: Engine,
    order_id: UUID,
    target: Status,
    actor: Actor,
    by: str,
    also: Callable[[Connection, Status], None] | None = None,
) -> Status | Refusal:
    """Moves the order if the actor may; also is done in the same transaction, with the state that the order left.

    An order that is in the target already stays so, which makes a repeated request harmless. Raises LookupError,
    once.OutcomeUnknown, and Held when something else holds the order for longer than a step does.
    """

    def work(connection: Connection) -> Status | Refusal:
        source = lock_order(connection, order_id)
        if source is None:
            raise LookupError(order_id)
        if source is target:
            return target
        refusal = may_move(source, target, actor)
        if refusal is not None:
            return refusal
        if not move(connection, {order_id: {"by": by}}, source, target):
            return Refusal("Another request has just changed the order: read it and try again.")
        if also is not None:
            also(connection, source)
        return target

    return _patiently(lambda: once(engine, work))


def _patiently(attempt: Callable[[], T]) -> T:
    """Waits for a step that moves the order just now, without a connection, which others need."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except Held:
            if time.monotonic() > until:
                raise
            time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311  # jitter, not a secret

"""Moves one order for a person who waits for the answer."""

import random
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.domain.order import Actor, Refusal, Status, may_move
from pedidos.errors import Held
from pedidos.sentence import Sentence
from pedidos.storage.event_log.announcing import announce_after_quiet
from pedidos.storage.once import once
from pedidos.storage.orders.transitions import lock_order, move

T = TypeVar("T")

CHANGED_MEANWHILE = Sentence("Another request has just changed the order: read it and try again.")

PATIENCE_SECONDS = 0.4
PAUSE_SECONDS = (0.02, 0.06)
"""The shortest and the longest pause before a held order is tried again."""


def moved_by(
    engine: Engine,
    order_id: UUID,
    target: Status,
    actor: Actor,
    by: str,
    also: Callable[[Connection, Status], None] | None = None,
    before: Callable[[Connection], Mapping[str, Any] | Refusal] | None = None,
) -> Status | Refusal:
    """Moves the order if the actor may do that. `also` runs in the same transaction; it gets the order's old state.
    `before` runs there too, when the order is locked: it returns more of the event's detail, or why the order is not
    moved, and then it has written nothing.

    An order that is already in the target state is not changed, so a repeated request is harmless. Raises LookupError,
    once.OutcomeUnknown, and Held if another session holds the order for longer than a step does.
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
        more = before(connection) if before is not None else {}
        if isinstance(more, Refusal):
            return more
        announce_after_quiet(connection)
        if not move(connection, {order_id: {"by": by, **more}}, source, target):
            connection.rollback()
            return Refusal(CHANGED_MEANWHILE)
        if also is not None:
            also(connection, source)
        return target

    return patiently(lambda: once(engine, work))


def patiently(attempt: Callable[[], T]) -> T:
    """Waits while a step moves the order. It holds no connection meanwhile, because others need it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except Held:
            if time.monotonic() > until:
                raise
            time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311  # jitter, not a secret

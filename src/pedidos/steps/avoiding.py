"""Stock that another session holds: the orders that want it are left for later, and the others go on."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage import stock, watchdog
from pedidos.storage.engine import TRANSIENT, Held

T = TypeVar("T")

AVOID_SECONDS = 2.0
"""How long stock that was found held is not tried: each try waits until PostgreSQL ends it."""

PAUSE_SECONDS = (2.0, 4.0)
"""The shortest and the longest pause before an order that was left is looked at again."""


class Avoided:
    """The products whose stock was found held a moment ago, by what one process has seen."""

    def __init__(self) -> None:
        self._until: dict[UUID, float] = {}

    def run(
        self, engine: Engine, order_ids: Sequence[UUID], work: Callable[[Sequence[UUID]], T]
    ) -> tuple[T, list[UUID]]:
        """What work, a transaction, returns for those of the orders that do not want what is held; and the others.

        Raises engine.Held when something else is held than stock.
        """
        free, left = self._apart(engine, order_ids)
        try:
            return work(free), left
        except Held:
            if not self._found(engine, free):
                raise
        free, left = self._apart(engine, order_ids)
        return work(free), left

    def _apart(self, engine: Engine, order_ids: Sequence[UUID]) -> tuple[Sequence[UUID], list[UUID]]:
        now = time.monotonic()
        self._until = {product: until for product, until in self._until.items() if until > now}
        if not self._until:
            return order_ids, []
        wanting = stock.wanting(engine, order_ids, list(self._until))
        return [each for each in order_ids if each not in wanting], [each for each in order_ids if each in wanting]

    def _found(self, engine: Engine, order_ids: Sequence[UUID]) -> bool:
        until = time.monotonic() + AVOID_SECONDS
        held = stock.held(engine, order_ids)
        self._until |= dict.fromkeys(held, until)
        return bool(held)


def leave(engine: Engine, order_ids: Sequence[UUID]) -> None:
    """Has the watchdog point at the orders again after a pause, however often. What cannot be noted it finds later."""
    if order_ids:
        with suppress(*TRANSIENT):
            watchdog.note_held(engine, order_ids, random.uniform(*PAUSE_SECONDS))  # noqa: S311  # jitter, not a secret

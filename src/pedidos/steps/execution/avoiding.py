"""Avoids stock that another session holds: orders that want it are left for later, and the others continue."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine

from pedidos.errors import Held, Transient
from pedidos.storage.inventory import contention
from pedidos.storage.orders import stalled
from pedidos.storage.session import LOCK_SECONDS

T = TypeVar("T")

AVOID_SECONDS = 1.0
"""Stock that was found held is not checked again for this long."""

LOOKS_SECONDS = (LOCK_SECONDS, 0.03, 0.03)
"""Pauses before the checks, which must all find the stock held. By the first check, a batch that waited for the same
stock as this one has given up, and has released its other stock. A batch that holds stock while it works is unlikely to
be met three times."""

PAUSE_SECONDS = (1.0, 2.0)
"""The shortest and the longest pause before an order that was left is tried again."""


class Avoided:
    """The products whose stock this process found held a moment ago."""

    def __init__(self) -> None:
        self._until: dict[UUID, float] = {}

    def run(
        self, engine: Engine, order_ids: Sequence[UUID], work: Callable[[Sequence[UUID]], T]
    ) -> tuple[T, list[UUID]]:
        """Runs work, a transaction, for the orders that want no held stock. Returns its result, and the other orders.

        Raises Held if something other than stock is held.
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
        """The orders that want no avoided product, and the others."""
        now = time.monotonic()
        due = [product for product, until in self._until.items() if until <= now]
        still = contention.held(engine, due)
        self._until = {product: until for product, until in self._until.items() if until > now}
        self._until |= dict.fromkeys(still, now + AVOID_SECONDS)
        if not self._until:
            return order_ids, []
        wanting = contention.wanting(engine, order_ids, list(self._until))
        return [each for each in order_ids if each not in wanting], [each for each in order_ids if each in wanting]

    def _found(self, engine: Engine, order_ids: Sequence[UUID]) -> bool:
        """Whether stock that the orders want is held. It is avoided from now on."""
        held = contention.wanted(engine, order_ids)
        for pause in LOOKS_SECONDS:
            time.sleep(pause)
            held = contention.held(engine, held)
        self._until |= dict.fromkeys(held, time.monotonic() + AVOID_SECONDS)
        return bool(held)


def leave(engine: Engine, order_ids: Sequence[UUID]) -> None:
    """Makes the watchdog hint the orders again after a pause. If that cannot be recorded, it finds them later."""
    if order_ids:
        with suppress(Transient):
            stalled.note_held(engine, order_ids, random.uniform(*PAUSE_SECONDS))  # noqa: S311  # jitter, not a secret

"""Stock that another session holds: the orders that want it are left for later, and the others go on."""

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
"""How long stock that was found held is not looked at again."""

LOOKS_SECONDS = (LOCK_SECONDS, 0.03, 0.03)
"""The pauses before the looks that must all find stock held. By the first, a batch that waited for the same as this one
has given up, and has let go of other stock; a batch that holds it while it works is hardly met three times."""

PAUSE_SECONDS = (1.0, 2.0)
"""The shortest and the longest pause before an order that was left is looked at again."""


class Avoided:
    """The products whose stock was found held a moment ago, by what one process has seen."""

    def __init__(self) -> None:
        self._until: dict[UUID, float] = {}

    def run(
        self, engine: Engine, order_ids: Sequence[UUID], work: Callable[[Sequence[UUID]], T]
    ) -> tuple[T, list[UUID]]:
        """What work, a transaction, returns for those of the orders that do not want what is held; and the others.

        Raises Held when something else is held than stock.
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
        """The orders that want nothing that is avoided, and the others."""
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
        """Whether stock is held that the orders want; it is avoided from now on."""
        held = contention.wanted(engine, order_ids)
        for pause in LOOKS_SECONDS:
            time.sleep(pause)
            held = contention.held(engine, held)
        self._until |= dict.fromkeys(held, time.monotonic() + AVOID_SECONDS)
        return bool(held)


def leave(engine: Engine, order_ids: Sequence[UUID]) -> None:
    """Has the watchdog point at the orders again after a pause, however often. What cannot be noted it finds later."""
    if order_ids:
        with suppress(Transient):
            stalled.note_held(engine, order_ids, random.uniform(*PAUSE_SECONDS))  # noqa: S311  # jitter, not a secret

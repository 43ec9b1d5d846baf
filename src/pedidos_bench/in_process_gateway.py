"""A payment gateway inside the worker: a charge is one row, as in the systems that this platform is compared with.

The work is the same for every system: no HTTP, no provider, no sleep. The row contains the charge's idempotency key, so
that a repeated request charges once. The ledger compares the platform's orders with these rows.
"""

import time
from collections.abc import Iterator, Sequence

from sqlalchemy import Engine

from pedidos.domain.payment import Answer, Verdict
from pedidos.payments.port import Charge, Group, Undo
from pedidos_bench.sql import charges
from pedidos_drills.ledger.records import BookEntry


class InProcessGateway:
    """Replaces the PaymentProvider. wait_seconds: how long each charge takes, one after the other, as
    in a step that has to wait for something."""

    def __init__(self, engine: Engine, wait_seconds: float = 0.0) -> None:
        self._engine = engine
        self._wait_seconds = wait_seconds

    def charge_many(self, asked: Sequence[Charge], patience_seconds: float) -> Iterator[Group]:  # noqa: ARG002
        """Captures all of them, in one group."""
        if self._wait_seconds:
            time.sleep(self._wait_seconds * len(asked))
        charges.charge(self._engine, {each.key: each.amount_cents for each in asked})
        yield [(each.key, Answer(Verdict.CAPTURED, reference=each.key)) for each in asked]

    def undo_many(self, undos: Sequence[Undo], patience_seconds: float) -> Iterator[Group]:  # noqa: ARG002
        """Refunds what was taken; the rest is void."""
        keys = [undo.key for undo in undos]
        taken = charges.undo(self._engine, keys)
        yield [
            (key, Answer(Verdict.REFUNDED, reference=key) if key in taken else Answer(Verdict.VOIDED)) for key in keys
        ]


def read_book(engine: Engine) -> list[BookEntry]:
    """Every charge since the platform was started."""
    rows = charges.book(engine)
    return [BookEntry(row.key, 1, row.amount_cents, row.amount_cents if row.undone else 0) for row in rows]

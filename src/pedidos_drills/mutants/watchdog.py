"""Finds no orders. Breaks "nothing lost": an order whose hint was lost is never processed again."""

from collections.abc import Iterator, Set
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.payment import PaymentTerms
from pedidos.domain.steps import Step
from pedidos.sentence import Sentence
from pedidos_drills.safeguard import Safeguard


def watch_nothing(
    _engine: Engine,
    _busy: Set[Step],
    *,
    stalled_after_seconds: float,
    terms: PaymentTerms,
    acceptance_seconds: float = 0,
) -> Iterator[tuple[Step, list[UUID]]]:
    del stalled_after_seconds, terms, acceptance_seconds
    return iter(())


SAFEGUARD = Safeguard(
    "watchdog",
    guards="Orders that make no progress, and payments that are due, are found and get another hint.",
    off=Sentence("The watchdog finds nothing."),
    needs="broker-emptied",
    invariant="nothing lost",
    replaced={"pedidos.processes.scheduler.forgotten_work:forgotten_work": watch_nothing},
)

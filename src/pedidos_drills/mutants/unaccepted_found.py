"""Finds no order whose merchant sleeps. Breaks "accepted in time": it waits without end, and its money is kept."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard


def find_nothing(_engine: Engine, _limit_seconds: float, _most: int) -> list[UUID]:
    return []


SAFEGUARD = Safeguard(
    "unaccepted-found",
    guards="The watchdog finds confirmed orders that their merchant has not accepted in time.",
    off=Sentence("It does not look for them."),
    needs=SIMULATION,
    invariant="accepted in time",
    replaced={"pedidos.storage.orders.acceptances:find_overdue": find_nothing},
)

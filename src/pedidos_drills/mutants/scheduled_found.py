"""Finds no order whose time has come. Breaks "nothing stuck": an order for later waits without a limit."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.sentence import Sentence
from pedidos_drills.safeguard import SIMULATION, Safeguard


def find_nothing(_engine: Engine, _most: int) -> list[UUID]:
    return []


SAFEGUARD = Safeguard(
    "scheduled-found",
    guards="The watchdog finds orders for later whose time has come.",
    off=Sentence("It does not look for them."),
    needs=SIMULATION,
    invariant="nothing stuck",
    replaced={"pedidos.storage.orders.scheduled:find_due": find_nothing},
)

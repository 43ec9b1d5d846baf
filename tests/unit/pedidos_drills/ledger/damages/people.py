"""Merchants who accept too late, couriers with an old epoch, and mails that were not written."""

from dataclasses import replace

from pedidos.domain.order import Status
from pedidos_drills.ledger.handed_over import Handed, Told, Turn
from pedidos_drills.ledger.records import Evidence, Waited
from pedidos_drills.ledger.told import Mails
from tests.unit.pedidos_drills.ledger.faithful import DELIVERED_ONE
from tests.unit.pedidos_drills.ledger.invariants import ACCEPTED, HANDED, TOLD, Damages


def with_wait(evidence: Evidence, **changes: object) -> Evidence:
    """One order waited for its merchant; unless changed it was accepted after 10 of 60 seconds."""
    wait = Waited(DELIVERED_ONE, Status.DELIVERED, 100.0, 1000.0, "accepted", accepted_at=110.0)
    return replace(evidence, waits=[replace(wait, **changes)], acceptance_seconds=60.0)  # type: ignore[arg-type]


MISSED = {"outcome": "missed", "accepted_at": None, "missed_at": 161.0, "status": Status.CANCELLED}
WAITING = {"outcome": None, "accepted_at": None, "status": Status.CONFIRMED}

DAMAGES: Damages = {
    # Handed over
    "delivered under an old epoch": (
        {HANDED},
        lambda e: replace(
            e,
            handed=[
                Handed(
                    DELIVERED_ONE,
                    Status.DELIVERED,
                    [Turn(1, "ana", "delivered"), Turn(2, "bia", "lost")],
                    [
                        Told("order.courier_assigned", "courier:ana", 1),
                        Told("order.courier_assigned", "courier:bia", 2),
                        Told("order.delivered", "courier:ana", 1),
                    ],
                )
            ],
        ),
    ),
    # Accepted in time
    "accepted a second too late": ({ACCEPTED}, lambda e: with_wait(e, accepted_at=161.0)),
    "ended before its time": ({ACCEPTED}, lambda e: with_wait(e, **MISSED | {"missed_at": 159.0})),
    "accepted and ended": ({ACCEPTED}, lambda e: with_wait(e, missed_at=161.0)),
    "accepted, and it is not noted": ({ACCEPTED}, lambda e: with_wait(e, outcome=None)),
    "accepted, and noted as missed": ({ACCEPTED}, lambda e: with_wait(e, outcome="missed")),
    "noted as missed, and nothing has ended it": (
        {ACCEPTED},
        lambda e: with_wait(e, **WAITING | {"outcome": "missed"}),
    ),
    "it waits without end": ({ACCEPTED}, lambda e: with_wait(e, **WAITING)),
    "ended, though there is no limit": (
        {ACCEPTED},
        lambda e: replace(with_wait(e, **MISSED), acceptance_seconds=0),
    ),
    # Everybody told
    "no event made its mail": ({TOLD}, lambda e: replace(e, mails=Mails([], [], frozenset(), {}))),
}

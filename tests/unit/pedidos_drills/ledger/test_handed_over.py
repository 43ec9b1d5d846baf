"""The ledger accepts couriers who take turns, and finds one who goes on with an order that another has by now."""

from dataclasses import replace

import pytest

from pedidos.domain.order import Status
from pedidos_drills.ledger.handed_over import Handed, Told, Turn
from tests.unit.pedidos_drills.ledger.faithful import DELIVERED_ONE, FIRST, accused, broken, faithful

ANA, BIA = "courier:ana", "courier:bia"
LOST = Turn(1, "ana", "lost")
DELIVERED = Turn(2, "bia", "delivered")
HAS = Turn(2, "bia", None)

TAKEN = Told("order.courier_assigned", ANA, 1), Told("order.courier_assigned", BIA, 2)
END = Told("order.delivered", BIA, 2)
WELL = Handed(DELIVERED_ONE, Status.DELIVERED, [LOST, DELIVERED], [*TAKEN, END])


@pytest.mark.parametrize(
    "handed",
    [
        WELL,
        Handed(FIRST, Status.PREPARING, [LOST, HAS], TAKEN, wrong_codes=5),
        Handed(FIRST, Status.CANCELLED, [LOST, HAS], TAKEN),
        Handed(
            FIRST, Status.DELIVERED, [LOST, Turn(2, "bia", "withdrawn")], [*TAKEN, Told("order.delivered", "x", None)]
        ),
        Handed(
            FIRST,
            Status.PREPARING,
            [Turn(1, "ana", "given_back")],
            [TAKEN[0], Told("order.courier_left", ANA, 1)],
        ),
    ],
    ids=["delivered", "with a courier", "cancelled", "ended by its merchant", "given back"],
)
def test_turns_that_are_as_they_should_be_are_accepted(handed: Handed) -> None:
    assert broken(replace(faithful(), handed=[handed])) == set()


@pytest.mark.parametrize(
    "handed",
    [
        replace(WELL, turns=[replace(LOST, ending="delivered"), HAS], told=[*TAKEN, Told("order.delivered", ANA, 1)]),
        replace(WELL, told=[*TAKEN, Told("order.delivered", BIA, 1)]),
        replace(WELL, told=[*TAKEN, Told("order.delivered", ANA, 2)]),
        replace(WELL, told=[*TAKEN, END, END]),
        replace(WELL, told=TAKEN),
        replace(WELL, told=[TAKEN[0], END]),
        replace(WELL, told=[TAKEN[1], TAKEN[0], END]),
        replace(WELL, turns=[replace(LOST, ending=None), DELIVERED]),
        replace(WELL, turns=[LOST, replace(DELIVERED, epoch=3)]),
        replace(WELL, turns=[LOST, HAS], told=[*TAKEN, Told("order.delivered", "merchant:x", None)]),
        replace(WELL, turns=[replace(LOST, ending="given_back"), DELIVERED]),
        replace(WELL, wrong_codes=6),
        replace(WELL, turns=[], told=[END]),
    ],
    ids=[
        "by the one before",
        "under an old epoch",
        "by another than its row says",
        "twice",
        "without an event",
        "taken without an event",
        "taken in another order",
        "held by two",
        "an epoch is missing",
        "still held after its end",
        "given back without an event",
        "six wrong codes",
        "without having been taken",
    ],
)
def test_it_finds_each_kind_of_damage(handed: Handed) -> None:
    evidence = replace(faithful(), handed=[handed])
    assert broken(evidence) == {"handed over"}
    assert accused(evidence, "handed over") == {DELIVERED_ONE}

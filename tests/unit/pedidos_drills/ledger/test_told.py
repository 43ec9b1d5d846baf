"""The ledger of mails finds each thing that is wrong, and nothing else."""

from dataclasses import replace

import pytest

from pedidos_drills.ledger.told import Happened, Mails, StoredMail, findings

PLACED, CONFIRMED = Happened("o", 1, "order.placed", "ana"), Happened("o", 6, "order.confirmed", "ana")
TO_ANA, TO_SHOP = (
    StoredMail("o", 1, "order_placed", "k1", True, "sent"),
    StoredMail("o", 6, "new_order", "k2", True, "sent"),
)
GOOD = Mails([TO_ANA, TO_SHOP], ["k1", "k2"], frozenset({"bia"}), {"o": 1})
EVENTS = [PLACED, Happened("o", 2, "order.validated", "ana"), CONFIRMED, Happened("p", 1, "order.placed", "bia")]


def test_what_is_as_it_should_be() -> None:
    assert findings(GOOD, EVENTS) == []
    assert findings(replace(GOOD, arrived=["k1", "k2", "k2"], again=1), EVENTS) == []


@pytest.mark.parametrize(
    ("mails", "said"),
    [
        (replace(GOOD, stored=[TO_ANA]), "order.confirmed made 0 mails new_order, not 1"),
        (replace(GOOD, stored=[TO_ANA, TO_ANA, TO_SHOP]), "order.placed made 2 mails order_placed, not 1"),
        (replace(GOOD, staff={"o": 2}), "order.confirmed made 1 mails new_order, not 2"),
        (replace(GOOD, unconfirmed=frozenset()), "order.placed made 0 mails order_placed, not 1"),
        (replace(GOOD, stored=[replace(TO_ANA, confirmed=False), TO_SHOP]), "not confirmed"),
        (replace(GOOD, stored=[replace(TO_ANA, state="waiting"), TO_SHOP]), "the mail order_placed is waiting"),
        (replace(GOOD, arrived=["k1"]), "was sent, and did not arrive"),
        (replace(GOOD, arrived=["k1", "k2", "k3"]), "a message that was not written: k3"),
        (replace(GOOD, arrived=["k1", "k1", "k2"]), "1 messages arrived again, of which 0 may have"),
        (
            replace(GOOD, stored=[TO_ANA, TO_SHOP, replace(TO_ANA, version=9, key="k9")], arrived=["k1", "k2", "k9"]),
            "reports what did not happen",
        ),
    ],
)
def test_what_is_wrong(mails: Mails, said: str) -> None:
    assert any(said in what for what, _ in findings(mails, EVENTS))


def test_a_missed_order_is_told_to_its_customer_and_its_merchant() -> None:
    events = [Happened("o", 7, "order.cancelled", "ana", "not_accepted")]
    told = [
        StoredMail("o", 7, "order_cancelled", "k1", True, "sent"),
        StoredMail("o", 7, "order_missed", "k2", True, "sent"),
    ]
    assert findings(replace(GOOD, stored=told), events) == []
    assert findings(replace(GOOD, stored=told[:1], arrived=["k1"]), events) == [
        ("order.cancelled made 0 mails order_missed, not 1", "o")
    ]
    by_the_customer = [replace(events[0], cause=None)]
    assert findings(replace(GOOD, stored=told), by_the_customer) == [("order_missed reports what did not happen", "o")]

"""What the lists of a provider with intents say: which intents are charges of ours, and what became of them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from pedidos.domain.reconciling import Charge
from pedidos.payments.intents_pages import IntentsPages
from pedidos.payments.pages import MAX_CENTS, Endless, Wanted

ORDER = UUID("01900000-0000-7000-8000-000000000001")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def intent(**changes: Any) -> dict[str, Any]:
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 500,
        "amount_received": 500,
        "status": "succeeded",
        "latest_charge": {"amount_refunded": 0},
        "metadata": {"charge_key": f"charge:{ORDER}"},
        **changes,
    }


def page(*listed: Any, more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(listed), "has_more": more}


def read(told: Any, wanted: Wanted | None = None) -> list[Charge]:
    pages = IntentsPages()
    return pages.read(told, wanted or pages.first(SINCE)).charges


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "captured"),
        ({"latest_charge": {"amount_refunded": 499}}, "captured"),
        ({"latest_charge": {"amount_refunded": 500}}, "refunded"),
        ({"status": "canceled", "amount_received": 0, "latest_charge": None}, "voided"),
        ({"status": "requires_capture", "amount_received": 0, "latest_charge": None}, "in_progress"),
        ({"status": "processing", "amount_received": 0, "latest_charge": None}, "in_progress"),
        ({"status": "of another year", "amount_received": 0, "latest_charge": None}, "in_progress"),
    ],
)
def test_an_intent_is_a_charge(changes: dict[str, Any], status: str) -> None:
    assert read(page(intent(**changes))) == [Charge(f"charge:{ORDER}", ORDER, status, 500, "pi_1")]


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": {}},
        {"metadata": None},
        {"metadata": {"charge_key": "somebody else's"}},
        {"metadata": {"charge_key": f"refund:{ORDER}"}},
        {"metadata": {"charge_key": f"charge:{{{ORDER}}}"}},
        {"amount": 0},
        {"amount": True},
        {"amount": "500"},
        {"amount": MAX_CENTS + 1},
        {"status": "requires_payment_method"},
        {"status": "requires_confirmation"},
    ],
)
def test_what_is_none_of_ours_or_was_never_paid(changes: dict[str, Any]) -> None:
    assert read(page(intent(**changes))) == []


@pytest.mark.parametrize(
    "told",
    [
        [],
        "list",
        None,
        {"object": "list"},
        page(intent()) | {"object": "event"},
        page(intent()) | {"data": {}},
        page(intent()) | {"has_more": "no"},
        page("pi_1"),
        page(None),
        page(intent(object="charge")),
        page(intent(id=7)),
        page(intent(id="in_1")),
        page(intent(latest_charge="ch_1")),
        page(intent(latest_charge=None)),
        page(intent(latest_charge={"amount_refunded": None})),
        page(more=True),
    ],
)
def test_what_is_not_understood(told: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        read(told)


def test_the_refunds_come_after_the_intents() -> None:
    pages = IntentsPages()
    first = pages.first(SINCE)
    assert (first.path, dict(first.parameters)["created[gte]"]) == ("/v1/payment_intents", str(int(SINCE.timestamp())))
    second = pages.read(page(intent(), more=True), first).following
    assert second is not None
    assert dict(second.parameters)["starting_after"] == "pi_1"
    third = pages.read(page(), second).following
    assert third is not None
    assert third.path == "/v1/refunds"
    assert "starting_after" not in dict(third.parameters)
    earlier = intent(id="pi_0", latest_charge={"amount_refunded": 500})
    refunds = [{"id": "re_1", "payment_intent": intent()}, {"id": "re_2", "payment_intent": earlier}]
    last = pages.read(page(*refunds, {"id": "re_3", "payment_intent": None}), third)
    assert [(charge.reference, charge.status) for charge in last.charges] == [("pi_0", "refunded")]
    assert last.following is None


def test_a_list_that_repeats_itself_does_not_come_to_an_end() -> None:
    pages = IntentsPages()
    second = pages.read(page(intent(), more=True), pages.first(SINCE)).following
    assert second is not None
    with pytest.raises(Endless):
        pages.read(page(intent(), more=True), second)

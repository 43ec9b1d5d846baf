"""What a provider with intents says is believed only if each member that decides about money is as agreed."""

import uuid
from typing import Any

import orjson
import pytest

from pedidos.domain.payment import Answer, Verdict
from pedidos.payments import intents
from pedidos.payments.intents import Wrong
from pedidos.payments.intents_client import KEY_SECONDS, Charging, IntentsClient, Returning, Undoing
from pedidos.payments.lines import Heard, Request
from pedidos.payments.port import Charge, PartRefund, Undo

BASE = "https://pay.example"
KEY = f"charge:{uuid.UUID(int=7)}"
INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 500,
    "amount_received": 0,
    "currency": "brl",
    "status": "requires_payment_method",
    "metadata": {"charge_key": KEY},
}
CAPTURED = {"status": "succeeded", "amount_received": 500}


def said(**changes: Any) -> Heard:
    return Heard(200, "application/json", orjson.dumps(INTENT | changes))


def error(code: str, status: int = 400, about: dict[str, Any] | None = None, **more: Any) -> Heard:
    told = {"type": "invalid_request_error", "code": code, **more}
    if about is not None:
        told["payment_intent"] = INTENT | about
    return Heard(status, "application/json", orjson.dumps({"error": told}))


def path(request: Answer | Request) -> str:
    assert isinstance(request, Request)
    return request.url.removeprefix(BASE)


def confirming() -> Charging:
    """A charge whose intent was created."""
    charge = Charging(BASE, Charge(KEY, 500, "tok_ok"))
    first = charge.first()
    assert path(first) == "/v1/payment_intents"
    assert isinstance(first, Request)
    assert first.headers == (f"Idempotency-Key: {KEY}",)
    assert b"tok_ok" not in (first.body or b""), "an undo asks the same, and knows no token"
    assert path(charge.heard(said())) == "/v1/payment_intents/pi_1/confirm"
    return charge


def test_a_charge_is_created_confirmed_and_captured() -> None:
    charge = confirming()
    assert path(charge.heard(said(status="requires_capture"))) == "/v1/payment_intents/pi_1/capture"
    assert charge.heard(said(**CAPTURED)) == Answer(Verdict.CAPTURED, "pi_1")


def test_a_refusal_is_canceled_before_it_counts() -> None:
    charge = confirming()
    refused = error("card_declined", 402, {}, decline_code="insufficient_funds")
    assert path(charge.heard(refused)) == "/v1/payment_intents/pi_1/cancel"
    gone = said(status="canceled", cancellation_reason="abandoned")
    assert charge.heard(gone) == Answer(Verdict.DECLINED, None, "insufficient_funds")


@pytest.mark.parametrize(
    ("about", "verdict"),
    [
        ({"status": "canceled", "cancellation_reason": "requested_by_customer"}, Verdict.VOIDED),
        ({"status": "canceled", "cancellation_reason": "abandoned"}, Verdict.DECLINED),
        ({"status": "processing"}, Verdict.UNKNOWN),
        ({"status": "requires_action"}, Verdict.UNKNOWN),
        ({"status": "something new"}, Verdict.UNKNOWN),
    ],
)
def test_one_that_another_process_has_finished(about: dict[str, Any], verdict: Verdict) -> None:
    found = confirming().heard(error("payment_intent_unexpected_state", 400, about))
    assert isinstance(found, Answer)
    assert found.verdict is verdict


@pytest.mark.parametrize(("returned", "verdict"), [(0, "captured"), (499, "captured"), (500, "refunded")])
def test_one_that_was_captured_before_is_looked_at(returned: int, verdict: str) -> None:
    charge = confirming()
    look = charge.heard(error("payment_intent_unexpected_state", 400, CAPTURED))
    assert path(look) == "/v1/payment_intents/pi_1?expand[]=latest_charge"
    assert isinstance(look, Request)
    assert look.body is None
    found = charge.heard(said(**CAPTURED, latest_charge={"amount_refunded": returned}))
    assert found == Answer(Verdict(verdict), "pi_1")


def test_it_does_not_ask_for_ever() -> None:
    charge = confirming()
    answer: Answer | Request = charge.heard(error("payment_intent_unexpected_state", 400, CAPTURED))
    for _ in range(9):
        if isinstance(answer, Answer):
            break
        answer = charge.heard(said(**CAPTURED, latest_charge="ch_1"))
    assert isinstance(answer, Answer)
    assert answer.verdict is Verdict.UNKNOWN


NONSENSE = [
    Heard(200, "text/html", b"<html>"),
    Heard(200, "application/json", b"[]"),
    Heard(200, "application/json", b'{"a":1,"a":2}'),
    Heard(200, "application/json", b"[" * 20_000),
    said(object="charge"),
    said(id="pi_2"),
    said(id="../refunds"),
    said(amount=501),
    said(amount=True),
    said(amount="500"),
    said(currency="usd"),
    said(metadata={"charge_key": "charge:another"}),
    said(metadata=None),
    said(status=7),
    said(status="succeeded", amount_received=499),
    said(**CAPTURED, latest_charge={"amount_refunded": "all"}),
    error("", 402),
    error("payment_intent_unexpected_state", 400, {"amount": 1}),
    error("idempotency_error", 400),
    error("lock_timeout", 429, {"status": "succeeded", "amount_received": 500}),
    Heard(402, "application/json", b'{"error":"no"}'),
]


@pytest.mark.parametrize("answer", NONSENSE, ids=range(len(NONSENSE)))
def test_what_is_not_as_agreed_is_an_unknown_outcome(answer: Heard) -> None:
    for conversation in (confirming(), Undoing(BASE, Undo(KEY, 500, "pi_1"))):
        found = conversation.heard(answer)
        assert isinstance(found, Answer)
        assert found.verdict is Verdict.UNKNOWN
        assert found.reason


def test_an_undo_finds_the_intent_by_the_request_that_made_it() -> None:
    undo = Undoing(BASE, Undo(KEY, 500))
    assert undo.first() == Charging(BASE, Charge(KEY, 500, "tok_ok")).first()
    assert path(undo.heard(said())) == "/v1/payment_intents/pi_1/cancel"
    assert undo.heard(said(status="canceled")) == Answer(Verdict.VOIDED)


def test_an_undo_returns_what_was_captured() -> None:
    undo = Undoing(BASE, Undo(KEY, 500, "pi_1"))
    assert path(undo.first()) == "/v1/payment_intents/pi_1/cancel"
    assert path(undo.heard(error("payment_intent_unexpected_state", 400, CAPTURED))) == "/v1/refunds"
    refund = {"id": "re_1", "object": "refund", "amount": 500, "currency": "brl", "payment_intent": "pi_1"}
    assert undo.heard(Heard(200, "application/json", orjson.dumps(refund | {"status": "failed"}))).verdict is (  # type: ignore[union-attr]
        Verdict.UNKNOWN
    )
    assert undo.heard(Heard(200, "application/json", orjson.dumps(refund | {"status": "pending"}))) == Answer(
        Verdict.REFUNDED, "pi_1"
    )
    assert undo.heard(error("charge_already_refunded")) == Answer(Verdict.REFUNDED, "pi_1")


def test_what_the_provider_has_forgotten_or_never_knew_is_not_asked() -> None:
    old = uuid.UUID(int=(1 << 80) | (7 << 76) | (2 << 62))
    assert old.version == 7
    asked = [
        Undoing(BASE, Undo(f"charge:{old}", 500)).first(),
        Undoing(BASE, Undo(KEY, 500, "ch_of_another")).first(),
        Returning(BASE, PartRefund("refund:1:2", KEY, 5, "ch_of_another")).first(),
        Returning(BASE, PartRefund("refund:1:2", KEY, 5)).first(),
    ]
    assert KEY_SECONDS > 0
    assert all(isinstance(each, Answer) and each.verdict is Verdict.UNKNOWN and each.reason for each in asked)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (error("", param="amount"), Verdict.DECLINED),
        (error("charge_already_refunded"), Verdict.DECLINED),
        (error("resource_missing", 404), Verdict.UNKNOWN),
        (error("idempotency_key_in_use", type="idempotency_error"), Verdict.UNKNOWN),
    ],
)
def test_a_part_that_is_refused(answer: Heard, verdict: Verdict) -> None:
    part = Returning(BASE, PartRefund("refund:1:2", KEY, 5, "pi_1"))
    assert path(part.first()) == "/v1/refunds"
    found = part.heard(answer)
    assert isinstance(found, Answer)
    assert found.verdict is verdict


def test_a_refund_of_another_intent_or_amount_is_not_ours() -> None:
    good = {"id": "re_1", "object": "refund", "amount": 5, "currency": "brl", "payment_intent": "pi_1", "status": "x"}
    assert intents.refund(good, "pi_1", 5, 5) == ("re_1", "x")
    for change in ({"amount": 6}, {"payment_intent": "pi_2"}, {"id": "x"}, {"currency": "usd"}, {"object": "charge"}):
        with pytest.raises(Wrong):
            intents.refund(good | change, "pi_1", 5, 5)


def test_a_client_needs_no_connection_to_be_made() -> None:
    client = IntentsClient(f"{BASE}/", 1.0, key="sk_test")
    assert list(client.charge_many([], 1.0)) == []
    client.close()

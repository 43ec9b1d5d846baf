"""Webhooks of the provider: only what it has signed, lately, is believed; and of that, only what is understood."""

import hashlib
import hmac
import uuid
from typing import Any

import orjson
import pytest

from pedidos.payments.intents import Wrong
from pedidos.payments.provider_events import CAPTURED, TOLERANCE_SECONDS, event_in, is_signed, order_of_charge

SECRETS = ("whsec_new", "whsec_old")
NOW = 1_800_000_000
BODY = b'{"id":"evt_1"}'
ORDER = uuid.UUID("018f0000-0000-7000-8000-0000000000ab")


def signed(secret: str = SECRETS[0], at: int = NOW, body: bytes = BODY) -> str:
    made = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def good(header: str, body: bytes = BODY, now: float = NOW) -> bool:
    return is_signed(SECRETS, header, body, now)


def test_each_of_our_secrets_is_accepted_and_no_other() -> None:
    assert good(signed())
    assert good(signed(SECRETS[1]))
    assert good(f"{signed('another')},{signed(SECRETS[1]).partition(',')[2]}"), "one of several signatures"
    assert not good(signed("another"))
    assert not is_signed((), signed(), BODY, NOW)


def test_a_signature_is_of_this_body_and_of_this_time() -> None:
    assert not good(signed(), b'{"id":"evt_2"}')
    header = signed()
    assert not good(header.replace(f"t={NOW}", f"t={NOW + 1}"))
    for age in (TOLERANCE_SECONDS, -TOLERANCE_SECONDS):
        assert good(header, now=NOW + age)
    for age in (TOLERANCE_SECONDS + 1, -TOLERANCE_SECONDS - 1):
        assert not good(header, now=NOW + age)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=",
        "v1=00",
        f"t={NOW}",
        "t=²,v1=00",
        "t=1e9,v1=00",
        f"t=-{NOW},v1=00",
        f"t={'9' * 5000},v1=00",
        f"{signed()},t={NOW}",
        f"t={NOW},v0={signed().rpartition('=')[2]}",
        f"t={NOW},v1={'é' * 64}",
        ",".join([f"t={NOW}", *["v1=00"] * 500]),
        "=" * 1999,
    ],
)
def test_a_header_that_is_nonsense_is_no_signature(header: str) -> None:
    assert not good(header)


def event(**changes: Any) -> dict[str, Any]:
    about = {
        "id": "pi_1",
        "object": "payment_intent",
        "status": "succeeded",
        "amount_received": 500,
        "currency": "brl",
        "metadata": {"charge_key": f"charge:{ORDER}"},
    }
    return {"id": "evt_1", "object": "event", "type": CAPTURED, "data": {"object": about | changes}}


def test_a_capture_says_of_which_order_and_how_much() -> None:
    found = event_in(orjson.dumps(event()))
    assert found.capture is not None
    assert (found.capture.order_id, found.capture.amount_cents, found.capture.reference) == (ORDER, 500, "pi_1")


def test_another_event_says_nothing_about_a_capture() -> None:
    other = event() | {"type": "payment_intent.created"}
    assert event_in(orjson.dumps(other)).capture is None


@pytest.mark.parametrize(
    "key", [None, "", "charge:", "charge:x", f"charge:{ORDER.hex}", f"CHARGE:{ORDER}", f"x:{ORDER}"]
)
def test_a_key_that_is_none_of_ours_names_no_order(key: str | None) -> None:
    assert order_of_charge(key) is None
    metadata = {} if key is None else {"charge_key": key}
    found = event_in(orjson.dumps(event(metadata=metadata)))
    assert found.capture is not None
    assert found.capture.order_id is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 20_000,
        b'{"id":"evt_1","id":"evt_2","object":"event","type":"x","data":{"object":{}}}',
        orjson.dumps(event() | {"object": "charge"}),
        orjson.dumps(event() | {"id": "e" * 201}),
        orjson.dumps(event() | {"id": "a\nb"}),
        orjson.dumps(event() | {"data": []}),
        orjson.dumps(event(status="canceled")),
        orjson.dumps(event(amount_received="500")),
        orjson.dumps(event(amount_received=True)),
        orjson.dumps(event(amount_received=0)),
        orjson.dumps(event(id="../refunds")),
        orjson.dumps(event(currency=None)),
    ],
)
def test_what_is_not_understood_is_refused(body: bytes) -> None:
    with pytest.raises(Wrong):
        event_in(body)

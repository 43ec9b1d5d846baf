"""Signed webhooks of the payment provider, in the shape of Stripe's: is one genuine and recent, and what does it say?

Source: docs.stripe.com, "Webhooks: verify signatures manually": t=TIME,v1=HEX, of HMAC-SHA256 over "TIME.BODY". A
header may have several v1, while a secret is replaced.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pedidos.domain.payment import idempotency_key
from pedidos.domain.texts import printable
from pedidos.payments.intents import INTENT_ID, Wrong, key_of, told_in

SIGNATURE_HEADER = "Stripe-Signature"
TOLERANCE_SECONDS = 300
"""How old, or ahead, the time in a signature may be: an event that somebody has seen cannot be sent again later."""

MOST_SIGNATURES = 8
MOST_OF_HEADER = 2000
MOST_BYTES = 64 * 1024

CAPTURED = "payment_intent.succeeded"
WORRYING = frozenset({"refund.failed", "charge.dispute.created", "charge.dispute.funds_withdrawn"})
"""Events that need a person: money that was to go back has not, or somebody disputes a charge."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A payment that was taken. key: of ours, or of somebody else who uses the same account; None without one.
    order_id: if the key is that of an order's charge."""

    key: str | None
    order_id: UUID | None
    amount_cents: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """capture: what it says was taken; None if it is about something else."""

    id: str
    type: str
    capture: Capture | None


def is_signed(secrets: Sequence[str], header: str, body: bytes, now: float) -> bool:
    """Whether one of the secrets has signed the body at about this time, in seconds since the epoch.

    Each secret is compared with each signature, in constant time, so that the time taken says nothing about either.
    """
    if len(header) > MOST_OF_HEADER:
        return False
    members = [part.partition("=")[::2] for part in header.split(",")]
    times = [value for name, value in members if name.strip() == "t"]
    given = [value for name, value in members if name.strip() == "v1"][:MOST_SIGNATURES]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 12:
        return False
    found = False
    for secret in secrets:
        made = hmac.new(secret.encode(), b"%s.%s" % (times[0].encode(), body), hashlib.sha256).hexdigest()
        for each in given:
            found |= hmac.compare_digest(made.encode(), each.encode("utf-8", "surrogateescape"))
    return found and abs(now - int(times[0])) <= TOLERANCE_SECONDS


def event_in(body: bytes) -> ProviderEvent:
    """What a genuine body says. Raises Wrong."""
    told = told_in(body)
    event_id, kind, data = told.get("id"), told.get("type"), told.get("data")
    if told.get("object") != "event" or not isinstance(event_id, str) or not isinstance(kind, str):
        raise Wrong("it is no event")
    if not 1 <= len(event_id) <= 200 or not event_id.isprintable() or not event_id.isascii():
        raise Wrong("it has no id that can be kept")
    about = data.get("object") if isinstance(data, dict) else None
    if not isinstance(about, dict):
        raise Wrong("it is about nothing")
    return ProviderEvent(event_id, printable(kind, 100), _capture(about) if kind == CAPTURED else None)


def _capture(about: dict[str, object]) -> Capture:
    reference, amount, currency = about.get("id"), about.get("amount_received"), about.get("currency")
    if about.get("object") != "payment_intent" or about.get("status") != "succeeded":
        raise Wrong("it is about no intent that succeeded")
    if not isinstance(reference, str) or not INTENT_ID.fullmatch(reference):
        raise Wrong("there is no reference that can be kept")
    if type(amount) is not int or amount <= 0 or not isinstance(currency, str):
        raise Wrong("it does not say how much was received")
    key = key_of(about)
    return Capture(key, order_of_charge(key), amount, printable(currency, 10), reference)


def order_of_charge(key: str | None) -> UUID | None:
    """The order whose charge has this key; None if it is no such key of ours."""
    try:
        order_id = UUID((key or "").removeprefix("charge:"))
    except ValueError:
        return None
    return order_id if key == idempotency_key(order_id) else None

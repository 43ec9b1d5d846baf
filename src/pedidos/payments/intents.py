"""What a provider with payment intents says: intents, refunds and errors, of which nothing is believed unseen.

The shape is that of Stripe's public API (docs.stripe.com/api: PaymentIntents, Refunds, Errors). What decides about
money (id, status, amount, currency, our key in the metadata) must be as agreed; otherwise the outcome is unknown.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pedidos.domain.texts import printable
from pedidos.payments.answers import MAX_REASON
from pedidos.payments.lines import Heard

CURRENCY = "brl"
VERSION = "2024-06-20"
"""Of the API, in whose shape answers come."""

OUR_KEY = "charge_key"
"""The member of an intent's metadata that has the key of its charge."""

INTENT_ID = re.compile(r"pi_[A-Za-z0-9_]{1,120}")
REFUND_ID = re.compile(r"(?:re|pyr)_[A-Za-z0-9_]{1,120}")


class Wrong(ValueError):
    """It is not as agreed; the message says how."""


@dataclass(frozen=True, slots=True)
class Intent:
    """received_cents: what was captured. abandoned: it was canceled because the payment was refused. reason: why that
    was. returned_cents: of its charge; None if that is not shown."""

    id: str
    status: str
    received_cents: int
    abandoned: bool
    reason: str | None
    returned_cents: int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """An error. about: the intent in it, if there is one. member: of the request that is wrong."""

    kind: str
    code: str
    reason: str
    member: str
    about: Mapping[str, Any] | None


def told(said: Heard) -> Mapping[str, Any]:
    """The object in an answer. Raises Wrong."""
    if said.content_type != "application/json":
        raise Wrong(f"not JSON, but {said.content_type}")
    return told_in(said.body)


def told_in(body: bytes) -> Mapping[str, Any]:
    """The object in a body, in which no member is there twice. Raises Wrong."""
    try:
        found = json.loads(body, object_pairs_hook=_unambiguous)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, Wrong) else Wrong("not JSON") from error
    if not isinstance(found, dict):
        raise Wrong("not an object")
    return found


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise Wrong("a member is there twice")
    return found


def intent(found: Mapping[str, Any], key: str, amount_cents: int, known: str | None = None) -> Intent:
    """The intent of this charge. known: its id, if we know it. Raises Wrong."""
    if found.get("object") != "payment_intent":
        raise Wrong("it is no payment intent")
    intent_id, status = found.get("id"), found.get("status")
    if not isinstance(intent_id, str) or not INTENT_ID.fullmatch(intent_id) or known not in (None, intent_id):
        raise Wrong("it is about another intent")
    if key_of(found) != key:
        raise Wrong("it is about another key")
    if found.get("currency") != CURRENCY:
        raise Wrong("it is about another currency")
    if not _is_amount(found.get("amount")) or found["amount"] != amount_cents:
        raise Wrong(f"the amount is {found.get('amount')!r}, not {amount_cents}")
    if not isinstance(status, str):
        raise Wrong("it has no status")
    received = found.get("amount_received", 0)
    if not _is_amount(received) or received not in (0, amount_cents):
        raise Wrong(f"{received!r} was received, not {amount_cents}")
    return Intent(
        intent_id,
        status,
        received,
        found.get("cancellation_reason") == "abandoned",
        _declined(found.get("last_payment_error")),
        _returned(found.get("latest_charge")),
    )


def key_of(found: Mapping[str, Any]) -> str | None:
    """The key of the charge that an intent, or another object with its metadata, is about."""
    metadata = found.get("metadata")
    key = metadata.get(OUR_KEY) if isinstance(metadata, dict) else None
    return key if isinstance(key, str) else None


def refund(found: Mapping[str, Any], intent_id: str, least_cents: int, most_cents: int) -> tuple[str, str]:
    """The id and the status of a refund of this intent. Raises Wrong."""
    if found.get("object") != "refund" or found.get("payment_intent") != intent_id:
        raise Wrong("it is no refund of this intent")
    refund_id, status, amount = found.get("id"), found.get("status"), found.get("amount")
    if not isinstance(refund_id, str) or not REFUND_ID.fullmatch(refund_id):
        raise Wrong("there is no reference that can be kept")
    if found.get("currency") != CURRENCY:
        raise Wrong("it is about another currency")
    if not isinstance(amount, int) or not _is_amount(amount) or not least_cents <= amount <= most_cents:
        raise Wrong(f"the amount is {amount!r}")
    if not isinstance(status, str):
        raise Wrong("it has no status")
    return refund_id, status


def problem(found: Mapping[str, Any]) -> Problem:
    """The error in an answer. Raises Wrong."""
    error = found.get("error")
    if not isinstance(error, dict):
        raise Wrong("there is no error in it")
    about = error.get("payment_intent")
    return Problem(
        _text(error.get("type")),
        _text(error.get("code")),
        _declined(error) or _text(error.get("message")),
        _text(error.get("param")),
        about if isinstance(about, dict) else None,
    )


def _declined(error: object) -> str | None:
    """Why a payment was refused: the bank's code, or the provider's."""
    if not isinstance(error, dict):
        return None
    return _text(error.get("decline_code")) or _text(error.get("code")) or None


def _returned(charge: object) -> int | None:
    if not isinstance(charge, dict):
        return None
    returned = charge.get("amount_refunded")
    if not isinstance(returned, int) or not _is_amount(returned):
        raise Wrong("its charge does not say what was returned")
    return returned


def _is_amount(found: object) -> bool:
    return type(found) is int and found >= 0


def _text(found: object) -> str:
    return printable(found, MAX_REASON) if isinstance(found, str) else ""

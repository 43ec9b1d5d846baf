"""charge, its part for what the provider says of itself: a capture by webhook settles a charge whose answer was lost.

By the rule of charge.py: a payment is settled once, by who holds its lease, in the transaction that moves its order. So
an event that comes again, before our own answer or long after it, changes nothing twice. What fits nothing that we know
goes to an operator as a dead letter.
"""

from enum import StrEnum
from functools import partial

from sqlalchemy import Engine

from pedidos.domain.payment import PaymentStatus
from pedidos.payments.answers import CURRENCY
from pedidos.payments.provider_events import WORRYING, Capture, ProviderEvent
from pedidos.storage.dead_letters import letters
from pedidos.storage.engine import in_transaction
from pedidos.storage.payments.hearing import Found, hear_captured

SOURCE = "provider"
"""Of the dead letters about events of the provider; the origin is the event's id."""

BY = "payment-provider"
"""Who moved the order, in its timeline."""


class Heard(StrEnum):
    """What became of an event."""

    SETTLED = "settled"
    KNOWN = "known"
    """It says what we know."""
    IGNORED = "ignored"
    """It is of a type that changes nothing here."""
    STRANGE = "strange"
    """An operator has to look at it."""


def hear(engine: Engine, event: ProviderEvent, body: bytes) -> Heard:
    """Acts on an event whose signature is right. body: kept for an operator. Raises Transient: then it has to come
    again."""
    if event.type in WORRYING:
        letters.write(engine, SOURCE, event.id, f"The provider reports {event.type}", payload=body)
        return Heard.STRANGE
    if event.capture is None:
        return Heard.IGNORED
    found, wrong = _settled(engine, event.capture)
    if wrong is None:
        return Heard.SETTLED if found is not None and found.settled else Heard.KNOWN
    letters.write(engine, SOURCE, event.id, wrong, None if found is None else event.capture.order_id, body)
    return Heard.STRANGE


def _settled(engine: Engine, capture: Capture) -> tuple[Found | None, str | None]:
    """The payment afterwards, and why it does not fit what was captured; None if it does."""
    if capture.order_id is None:
        return None, f"The provider captured {capture.amount_cents} cents under a key that is none of ours"
    if capture.currency.upper() != CURRENCY:
        return None, f"The provider captured money in another currency: {capture.currency}"
    work = partial(
        hear_captured,
        order_id=capture.order_id,
        amount_cents=capture.amount_cents,
        reference=capture.reference,
        by=BY,
    )
    found = in_transaction(engine, work)
    return found, _unfit(found, capture)


def _unfit(found: Found | None, capture: Capture) -> str | None:
    if found is None:
        return f"The provider captured {capture.amount_cents} cents for an order that has no payment"
    if found.amount_cents != capture.amount_cents:
        return f"The provider captured {capture.amount_cents} cents, and the charge was {found.amount_cents}"
    if found.reference is not None and found.reference != capture.reference:
        return f"The provider captured a charge twice: {found.reference} and {capture.reference}"
    if found.status in (PaymentStatus.DECLINED, PaymentStatus.VOIDED):
        return f"The provider captured {capture.amount_cents} cents, and the payment is {found.status}"
    return None

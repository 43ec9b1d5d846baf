"""Why an order ended early, or why a part of its money came back.

The sentences are stored in English with the event, and said to each reader in their language."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pedidos.domain.payment import Trouble
from pedidos.sentence import Recogniser, Sentence, Translate

CUSTOMER_INACTIVE = Sentence("The customer's account is not active.")
MERCHANT_INACTIVE = Sentence("The merchant does not take orders.")
MERCHANT_CLOSED = Sentence("The merchant was closed when the order was placed.")
CLOSED_AT_ITS_TIME = Sentence("The merchant is closed at the time for which the order was scheduled.")
NO_LONGER_SOLD = Sentence("No longer sold: {names}.")
SOLD_BY_ANOTHER = Sentence("Sold by another merchant: {names}.")
TOTAL_TOO_HIGH = Sentence("The total is above the limit of {cents} cents.")
SOLD_OUT = Sentence("Sold out: {names}.")
COUPON_USED_UP = Sentence("The coupon is used up.")
COUPON_USED_BY_YOU = Sentence("You have used this coupon as often as one person may.")
SOLD_OUT_TODAY = Sentence("Sold out today: {names}.")
NOT_PAID_IN_TIME = Sentence("The payment was not settled in time.")
NOT_ACCEPTED_IN_TIME = Sentence("The merchant did not accept the order in time.")
ITEMS_MISSING = Sentence("Missing in the order: {names}.")
NOT_AS_ORDERED = Sentence("Something was not as it was ordered.")
CAME_LATE = Sentence("The order came late.")
GOODWILL = Sentence("The shop gives a part of the money back.")

DELAYS: Mapping[Trouble, Sentence] = MappingProxyType(
    {
        Trouble.ERRORS: Sentence("The payment provider answers with errors."),
        Trouble.SILENT: Sentence("The payment provider does not answer."),
        Trouble.AWAY: Sentence("The payment provider cannot be reached."),
    }
)
"""Why the payment of an order is delayed, or a refund."""

recognised = Recogniser(
    CUSTOMER_INACTIVE,
    MERCHANT_INACTIVE,
    MERCHANT_CLOSED,
    CLOSED_AT_ITS_TIME,
    NO_LONGER_SOLD,
    SOLD_BY_ANOTHER,
    TOTAL_TOO_HIGH,
    SOLD_OUT,
    COUPON_USED_UP,
    COUPON_USED_BY_YOU,
    SOLD_OUT_TODAY,
    NOT_PAID_IN_TIME,
    NOT_ACCEPTED_IN_TIME,
    ITEMS_MISSING,
    NOT_AS_ORDERED,
    CAME_LATE,
    GOODWILL,
    *DELAYS.values(),
)
"""Finds the sentence that was stored as a text. None: it is not ours, such as a reason of the payment provider."""


def with_names(reason: Sentence, names: Iterable[str]) -> Sentence:
    """The reason with the names of the products that it is about."""
    return reason.filled(names=", ".join(names))


def said(detail: Mapping[str, Any], translate: Translate) -> Mapping[str, Any]:
    """The detail of an event with its reasons in the language of the reader, as far as they are ours."""
    if "reason" not in detail and "reasons" not in detail:
        return detail
    known: dict[str, Any] = {}
    if isinstance(detail.get("reason"), str):
        known["reason"] = said_one(detail["reason"], translate)
    if "reasons" in detail:
        known["reasons"] = [said_one(reason, translate) for reason in detail["reasons"]]
    return {**detail, **known}


def said_one(reason: str, translate: Translate) -> str:
    """A stored reason in the language of the reader, if it is ours."""
    sentence = recognised(reason)
    return reason if sentence is None else sentence.said(translate)

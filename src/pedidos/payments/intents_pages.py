"""The lists of a provider with payment intents, in the shape of Stripe's API: intents, then refunds, newest first.

Intents are listed by when they were created. What was refunded since then, and created before, is found by its refunds,
each of which comes with its intent (docs.stripe.com/api: Pagination, Expanding Responses).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pedidos.domain.reconciling import Charge
from pedidos.payments.intents import INTENT_ID, VERSION, Wrong, key_of
from pedidos.payments.pages import MAX_CENTS, Endless, Page, Wanted, order_of_ours

INTENTS, REFUNDS = "/v1/payment_intents", "/v1/refunds"
EXPANDED = {INTENTS: "data.latest_charge", REFUNDS: "data.payment_intent.latest_charge"}
AT_ONCE = "100"
"""Entries of a page: the most that the provider gives."""

UNTOUCHED = frozenset({"requires_payment_method", "requires_confirmation"})
"""States of an intent that was created and never paid: no money was ever taken for it."""


class IntentsPages:
    """Pages of a provider with intents."""

    headers: dict[str, str] = {"Stripe-Version": VERSION}  # noqa: RUF012  # never changed

    def __init__(self) -> None:
        self._known: set[str] = set()
        """Intents that were listed: one that was also refunded since then is listed once."""

    def first(self, since: datetime) -> Wanted:
        return _wanted(INTENTS, str(int(since.timestamp())))

    def read(self, told: Any, wanted: Wanted) -> Page:
        if told["object"] != "list" or not isinstance(told["data"], list) or not isinstance(told["has_more"], bool):
            raise TypeError("no list")
        listed: list[dict[str, Any]] = told["data"]
        known = dict(wanted.parameters)
        if any(each["id"] == known.get("starting_after") for each in listed):
            raise Endless
        about = listed if wanted.path == INTENTS else [each["payment_intent"] for each in listed]
        found = [charge for each in about if each is not None and (charge := self._charge(each)) is not None]
        since = known["created[gte]"]
        if told["has_more"]:
            return Page(found, _wanted(wanted.path, since, listed[-1]["id"]))
        return Page(found, _wanted(REFUNDS, since) if wanted.path == INTENTS else None)

    def _charge(self, told: Mapping[str, Any]) -> Charge | None:
        """The charge that an intent is; None if it is not ours, was listed before, or if no money was ever requested
        for it."""
        if told["object"] != "payment_intent":
            raise Wrong("it is no payment intent")
        key, intent_id, amount = key_of(told), told["id"], told["amount"]
        order_id = None if key is None else order_of_ours(key)
        if key is None or order_id is None or type(amount) is not int or not 0 < amount <= MAX_CENTS:
            return None
        if not INTENT_ID.fullmatch(intent_id):
            raise Wrong("there is no reference that can be kept")
        if told["status"] in UNTOUCHED or intent_id in self._known:
            return None
        self._known.add(intent_id)
        return Charge(key, order_id, _status(told), amount, intent_id)


def _status(told: Mapping[str, Any]) -> str:
    """In the words of domain.reconciling. What has not ended may still get the money."""
    if told["status"] == "canceled":
        return "voided"
    if told["status"] != "succeeded":
        return "in_progress"
    returned = told["latest_charge"]["amount_refunded"]
    if type(returned) is not int:
        raise Wrong("its charge does not say what was returned")
    return "refunded" if returned >= told["amount_received"] else "captured"


def _wanted(path: str, since: str, after: str | None = None) -> Wanted:
    parameters = (("created[gte]", since), ("limit", AT_ONCE), ("expand[]", EXPANDED[path]))
    return Wanted(path, parameters if after is None else (*parameters, ("starting_after", after)))

"""The list of a provider with charges, as the demo's simulator has it: by key, a thousand to a page."""

from datetime import datetime
from typing import Any

from pedidos.domain.reconciling import Charge
from pedidos.payments.pages import MAX_CENTS, Endless, Page, Wanted, order_of_ours

PATH = "/v1/charges"


class ChargesPages:
    """Pages of a provider with charges."""

    headers: dict[str, str] = {}  # noqa: RUF012  # none, and never changed

    def first(self, since: datetime) -> Wanted:
        return Wanted(PATH, (("since", str(since.timestamp())), ("after", "")))

    def read(self, told: Any, wanted: Wanted) -> Page:
        listed = told["charges"]
        if not isinstance(listed, list) or not all(
            isinstance(each, dict) and isinstance(each.get("key"), str) for each in listed
        ):
            raise TypeError("no list of charges")
        if not listed:
            return Page([], None)
        since, (_, after) = wanted.parameters
        if listed[-1]["key"] <= after:
            raise Endless
        found = [charge for each in listed if (charge := charge_of(each["key"], each)) is not None]
        return Page(found, Wanted(PATH, (since, ("after", listed[-1]["key"]))))


def charge_of(key: str, told: dict[str, Any]) -> Charge | None:
    """A charge; None if it is not ours, or if no money was ever requested for it."""
    status, amount = told.get("status"), told.get("amount_cents")
    order_id = order_of_ours(key)
    if order_id is None or not isinstance(status, str) or type(amount) is not int or not 0 < amount <= MAX_CENTS:
        return None
    return Charge(key, order_id, status, amount)

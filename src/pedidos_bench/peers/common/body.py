"""The body of a request that places an order."""

from dataclasses import dataclass
from uuid import UUID

MOST_ITEMS = 50
MOST_OF_ONE = 99


class BadBody(Exception):
    """The body is not an order; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    product_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer wants to order."""

    merchant_id: UUID
    items: list[Item]
    payment_token: str


def read(document: object) -> Wish:
    """Returns the order in a parsed JSON document. Raises BadBody."""
    try:
        merchant_id = UUID(document["merchant_id"])
        items = [Item(UUID(item["product_id"]), item["quantity"]) for item in document["items"]]
        payment_token = document["payment_token"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadBody("merchant_id, items and payment_token are required") from error
    if not 1 <= len(items) <= MOST_ITEMS or len({item.product_id for item in items}) != len(items):
        raise BadBody(f"1 to {MOST_ITEMS} items, each of a different product")
    if not all(type(item.quantity) is int and 1 <= item.quantity <= MOST_OF_ONE for item in items):
        raise BadBody(f"a quantity is 1 to {MOST_OF_ONE}")
    if not isinstance(payment_token, str) or not 1 <= len(payment_token) <= 64:
        raise BadBody("a payment_token has 1 to 64 characters")
    return Wish(merchant_id, items, payment_token)

"""The outcome of a request to place an order: it is placed, or refused."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pedidos.errors import PedidosError


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that is durable. replayed: an earlier request with the same idempotency key has placed it."""

    order_id: UUID
    total_cents: int
    created_at: datetime
    replayed: bool


class PlacingRefused(PedidosError):
    """The order was not placed, and nothing was written."""


class UnknownAccount(PlacingRefused):
    """The customer's account does not exist."""


class UnknownMerchant(PlacingRefused):
    """No such merchant."""


class UnknownProducts(PlacingRefused):
    """product_ids: the products that are not in the catalogue."""

    def __init__(self, product_ids: list[UUID]) -> None:
        super().__init__(f"Unknown products: {', '.join(map(str, product_ids))}.")
        self.product_ids = product_ids


class TotalDiffers(PlacingRefused):
    """The total of the order is not the one that the customer expects."""

    def __init__(self, actual_cents: int) -> None:
        super().__init__(f"The order costs {actual_cents} cents.")
        self.actual_cents = actual_cents


class KeyReused(PlacingRefused):
    """The idempotency key belongs to another request of the same customer."""


class RowHeld(PlacingRefused):
    """Another session holds the account, the merchant or a product of the order."""


class KeyInFlight(PlacingRefused):
    """Another request with this idempotency key is in progress."""


Outcome = Placed | PlacingRefused

"""What becomes of an order that a customer asks for: it is placed, or it is refused."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pedidos.errors import PedidosError


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that is durable. replayed: it was so already, under the same idempotency key."""

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
    """product_ids: those that the catalogue does not have."""

    def __init__(self, product_ids: list[UUID]) -> None:
        super().__init__(f"Unknown products: {', '.join(map(str, product_ids))}.")
        self.product_ids = product_ids


class TotalDiffers(PlacingRefused):
    """The order costs something else than the customer expected."""

    def __init__(self, actual_cents: int) -> None:
        super().__init__(f"The order costs {actual_cents} cents.")
        self.actual_cents = actual_cents


class KeyReused(PlacingRefused):
    """The idempotency key belongs to another request of the same customer."""


class RowHeld(PlacingRefused):
    """Another session holds the account, the merchant or a product of the order."""


class KeyInFlight(PlacingRefused):
    """A request with this idempotency key is being handled at this moment."""


Outcome = Placed | PlacingRefused

"""The outcome of a request to place an order: it is placed, or refused."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pedidos.domain.order_limits import Limit
from pedidos.domain.pricing import NoPrice
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


class ChoicesDoNotFit(PlacingRefused):
    """An item has choices that cannot be made, or lacks one that its product needs (domain.options.faults)."""


class HasNoPrice(PlacingRefused):
    """The order asks for something that is not offered. why: what that is."""

    def __init__(self, why: NoPrice) -> None:
        super().__init__(f"The order has no price: {why}.")
        self.why = why


class TotalDiffers(PlacingRefused):
    """The total of the order is not the one that the customer expects."""

    def __init__(self, actual_cents: int) -> None:
        super().__init__(f"The order costs {actual_cents} cents.")
        self.actual_cents = actual_cents


class KeyReused(PlacingRefused):
    """The idempotency key belongs to another request of the same customer."""


class RowHeld(PlacingRefused):
    """Another session holds the account, the merchant or a product of the order."""


class NearLimit(PlacingRefused):
    """The account may be near one of its limits: the order has to be counted."""


class LimitReached(PlacingRefused):
    """With this order, the account would exceed a limit. most: its value. again_seconds: after which the same order may
    be accepted."""

    def __init__(self, limit: Limit, most: int, again_seconds: float) -> None:
        super().__init__(f"The account has reached a limit: {most} {limit}.")
        self.limit = limit
        self.most = most
        self.again_seconds = again_seconds


class TooManyUnits(PlacingRefused):
    """The order is too large: it has more units of these products than an account may have in unpaid orders."""

    def __init__(self, product_ids: list[UUID], most: int) -> None:
        super().__init__(f"More than {most} units: {', '.join(map(str, product_ids))}.")
        self.product_ids = product_ids
        self.most = most


class KeyInFlight(PlacingRefused):
    """Another request with this idempotency key is in progress."""


Outcome = Placed | PlacingRefused

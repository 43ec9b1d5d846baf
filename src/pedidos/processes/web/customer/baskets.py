"""A visitor's basket: which products of one shop, and how many of each.

It is in a cookie, so it survives a reload and needs no account. Prices are not in it: they are those of the catalogue,
each time that it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from pedidos.domain.validation import MAX_LINES, MAX_QUANTITY
from pedidos.storage.catalogue import merchants, products
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.catalogue.products import Product

COOKIE = "__Host-basket"
_DAYS_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Basket:
    """items: how many of each product, in the order in which they were put in. All are of one merchant."""

    merchant_id: UUID | None = None
    items: Mapping[UUID, int] = field(default_factory=dict)

    def with_item(self, merchant_id: UUID, product_id: UUID, quantity: int) -> "Basket":
        """The basket with this many of the product; 0 takes it out. With another merchant, a new basket."""
        items = dict(self.items) if merchant_id == self.merchant_id else {}
        if quantity > 0 and (product_id in items or len(items) < MAX_LINES):
            items[product_id] = min(quantity, MAX_QUANTITY)
        elif quantity <= 0:
            items.pop(product_id, None)
        return Basket(merchant_id, items) if items else Basket()


@dataclass(frozen=True, slots=True)
class Line:
    """short: fewer units are left than wanted."""

    product: Product
    quantity: int

    @property
    def cents(self) -> int:
        return self.product.price_cents * self.quantity

    @property
    def short(self) -> bool:
        return self.product.on_hand < self.quantity


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket as the catalogue has it now. gone: products of it that are not sold any more."""

    merchant: Merchant | None
    lines: list[Line]
    gone: int

    @property
    def total_cents(self) -> int:
        return sum(line.cents for line in self.lines)


def of_visitor() -> Basket:
    """The basket in the cookie of the current request; an empty one if the cookie is not one of ours."""
    return parse(request.cookies.get(COOKIE, ""))


def keep(response: Response, basket: Basket) -> None:
    """Puts the basket into the visitor's cookie."""
    if basket.items:
        response.set_cookie(
            COOKIE, written(basket), _DAYS_SECONDS, secure=True, httponly=True, samesite="Lax", path="/"
        )
    else:
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")


def priced(engine: Engine, basket: Basket) -> PricedBasket:
    """The basket with what its products cost now."""
    merchant = merchants.merchant(engine, basket.merchant_id) if basket.merchant_id else None
    if merchant is None:
        return PricedBasket(None, [], 0)
    sold = {each.id: each for each in products.by_ids(engine, list(basket.items)) if each.active}
    lines = [
        Line(sold[product_id], quantity)
        for product_id, quantity in basket.items.items()
        if product_id in sold and sold[product_id].merchant_id == merchant.id
    ]
    return PricedBasket(merchant, lines, len(basket.items) - len(lines))


def parse(text: str) -> Basket:
    """The basket that `written` wrote. Anything else is an empty one: the cookie belongs to the visitor."""
    merchant, _, rest = text.partition(".")
    try:
        items = {
            UUID(hex=product): int(quantity) for product, _, quantity in (i.partition("x") for i in rest.split("."))
        }
        merchant_id = UUID(hex=merchant)
    except ValueError:
        return Basket()
    if len(items) > MAX_LINES or not all(0 < quantity <= MAX_QUANTITY for quantity in items.values()):
        return Basket()
    return Basket(merchant_id, items)


def written(basket: Basket) -> str:
    """MERCHANT.PRODUCTxQUANTITY.…, at most two thousand characters; an empty text for an empty basket."""
    if basket.merchant_id is None:
        return ""
    items = (f"{product_id.hex}x{quantity}" for product_id, quantity in basket.items.items())
    return ".".join([basket.merchant_id.hex, *items])

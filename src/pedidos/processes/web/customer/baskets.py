"""A visitor's basket: which products of one shop, with which choices, and how many of each.

It is in a cookie, so it survives a reload and needs no account. Prices are not in it: they are those of the catalogue,
each time that it is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from flask import Response, request
from sqlalchemy import Engine

from pedidos.domain.options import MOST_CHOSEN, NO_CHOICES, Choice, Choices, chosen_of, faults
from pedidos.domain.validation import MAX_LINES, MAX_QUANTITY
from pedidos.storage.catalogue import merchants, products
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.catalogue.products import Product

COOKIE = "__Host-basket"
_DAYS_SECONDS = 7 * 24 * 3600
_MOST_TEXT = 3800
"""Characters of a basket in the cookie, of which browsers keep 4096 with its name and attributes."""


class Wanted(NamedTuple):
    """What a line of a basket is about: a product with these choices, which are sorted."""

    product_id: UUID
    choices: tuple[UUID, ...] = ()


def wanted(product_id: UUID, choices: Iterable[UUID] = ()) -> Wanted:
    """The same choices of a product are the same line, in whatever order they were made."""
    return Wanted(product_id, tuple(sorted(set(choices))))


@dataclass(frozen=True, slots=True)
class Basket:
    """items: how many of each, in the order in which they were put in. All are of one merchant."""

    merchant_id: UUID | None = None
    items: Mapping[Wanted, int] = field(default_factory=dict)

    def with_item(self, merchant_id: UUID, item: Wanted, quantity: int) -> "Basket":
        """The basket with this many of the item; 0 takes it out. With another merchant, a new basket. Beyond what an
        order or the cookie can have, the basket stays as it is."""
        items = dict(self.items) if merchant_id == self.merchant_id else {}
        if quantity <= 0:
            items.pop(item, None)
            return Basket(merchant_id, items) if items else Basket()
        if item not in items and len(items) >= MAX_LINES:
            return self
        items[item] = min(quantity, MAX_QUANTITY)
        changed = Basket(merchant_id, items)
        return changed if len(written(changed)) <= _MOST_TEXT else self

    def order_items(self) -> list[tuple[UUID, int]]:
        """The items as an order has them."""
        return [(item.product_id, quantity) for item, quantity in self.items.items()]

    def order_choices(self) -> Choices:
        """Their choices as an order has them."""
        return {index: item.choices for index, item in enumerate(self.items) if item.choices} or NO_CHOICES


@dataclass(frozen=True, slots=True)
class Line:
    """short: fewer units are left than wanted. sold_out: it, or one of its choices, is sold out today."""

    product: Product
    quantity: int
    choices: Sequence[Choice] = ()

    @property
    def item(self) -> Wanted:
        return wanted(self.product.id, (choice.id for choice in self.choices))

    @property
    def cents(self) -> int:
        return (self.product.price_cents + sum(choice.price_cents for choice in self.choices)) * self.quantity

    @property
    def short(self) -> bool:
        return self.product.on_hand < self.quantity

    @property
    def sold_out(self) -> bool:
        return self.product.sold_out_until is not None or any(each.sold_out_until for each in self.choices)


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket as the catalogue has it now. gone: lines of it that are not sold any more, or not with these choices."""

    merchant: Merchant | None
    lines: list[Line]
    gone: int

    @property
    def total_cents(self) -> int:
        return sum(line.cents for line in self.lines)

    @property
    def left(self) -> Basket:
        """The basket without what is gone."""
        return Basket(self.merchant.id if self.merchant else None, {line.item: line.quantity for line in self.lines})


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
    asked = list({item.product_id for item in basket.items})
    sold = {each.id: each for each in products.by_ids(engine, asked) if each.active and each.merchant_id == merchant.id}
    lines = [
        Line(sold[item.product_id], quantity, chosen_of(sold[item.product_id].groups, item.choices))
        for item, quantity in basket.items.items()
        if item.product_id in sold and not faults(sold[item.product_id].groups, item.choices)
    ]
    return PricedBasket(merchant, lines, len(basket.items) - len(lines))


def parse(text: str) -> Basket:
    """The basket that `written` wrote. Anything else is an empty one: the cookie belongs to the visitor."""
    merchant, _, rest = text.partition(".")
    try:
        items = {_item(item): int(quantity) for item, _, quantity in (i.partition("x") for i in rest.split("."))}
        merchant_id = UUID(hex=merchant)
    except ValueError:
        return Basket()
    if len(items) > MAX_LINES or not all(0 < quantity <= MAX_QUANTITY for quantity in items.values()):
        return Basket()
    if any(len(item.choices) > MOST_CHOSEN for item in items):
        return Basket()
    return Basket(merchant_id, items)


def _item(text: str) -> Wanted:
    """Raises ValueError."""
    product_id, *choices = (UUID(hex=each) for each in text.split("-"))
    return wanted(product_id, choices)


def written(basket: Basket) -> str:
    """MERCHANT.PRODUCT-CHOICE-…xQUANTITY.…; an empty text for an empty basket."""
    if basket.merchant_id is None:
        return ""
    items = (
        f"{'-'.join(each.hex for each in (item.product_id, *item.choices))}x{quantity}"
        for item, quantity in basket.items.items()
    )
    return ".".join([basket.merchant_id.hex, *items])

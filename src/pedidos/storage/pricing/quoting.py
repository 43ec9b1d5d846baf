"""Quotes: what an order would cost now, line by line. It locks nothing, and nothing is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import Engine

from pedidos.domain.options import NO_CHOICES, Choices, Chosen
from pedidos.domain.pricing import Line, LineKind, NoPrice
from pedidos.storage.engine import in_statement
from pedidos.storage.orders import extras as order_extras
from pedidos.storage.orders.chosen import chosen_in
from pedidos.storage.orders.extras import Extras
from pedidos.storage.pricing import options
from pedidos.storage.pricing.costs import ASKED, COSTS
from pedidos.storage.sql import Sql


@dataclass(frozen=True, slots=True)
class QuotedItem:
    """An item with the name and the price that the catalogue has now. unit_price_cents: with its choices."""

    product_id: UUID
    name: str
    quantity: int
    unit_price_cents: int
    choices: Sequence[Chosen] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """total_cents: what expected_total_cents of the order would be; without what has no price (no_price)."""

    items: Sequence[QuotedItem]
    lines: Sequence[Line]
    total_cents: int
    no_price: NoPrice | None


@dataclass(frozen=True, slots=True)
class UnknownParts:
    """merchant: whether the merchant is unknown. product_ids: products that are not in the catalogue."""

    merchant: bool
    product_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class MisfitChoices:
    """An item has choices that cannot be made, or lacks one that its product needs (domain.options.faults)."""


_QUOTE = Sql(
    """
with asked as (
    select * from json_to_recordset(%(orders)s::json) as a ({asked})
), wanted as (
    select a.n, i.position, i.product_id, i.quantity, p.name, {price} as price_cents, o.fits, o.told
    from asked a
    cross join rows from {item_rows}
    left join products p on p.id = i.product_id{chosen}
), costs as ({costs})
select exists (select from merchants m where m.id = a.merchant_id) as merchant_known, costs.*,
       coalesce(a.tip, 0) as tip_cents, (select bool_and(fits) from wanted) as fits,
       (select json_agg(json_build_array(product_id, name, quantity, price_cents, told) order by position) from wanted)
           as items
from asked a join costs using (n)
""",
    asked=ASKED,
    costs=COSTS,
    price=options.PRICE_WITH_CHOICES,
    item_rows=options.ITEMS_WITH_CHOICES,
    chosen=options.CHOSEN,
)


def quote(
    engine: Engine,
    customer_id: UUID,
    merchant_id: UUID,
    items: Sequence[tuple[UUID, int]],
    extras: Extras,
    choices: Choices = NO_CHOICES,
) -> Quote | UnknownParts | MisfitChoices:
    """What the order would cost. items: (product, quantity) pairs, at least one. choices: of these items."""
    order = {
        "n": 0,
        "customer_id": customer_id,
        "merchant_id": merchant_id,
        "items": [
            {"product_id": product, "quantity": quantity, "choices": choices.get(index, ())}
            for index, (product, quantity) in enumerate(items)
        ],
        **order_extras.asked(extras),
    }
    order.pop("contact", None)
    values = {"orders": orjson.dumps([order]).decode()}
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_QUOTE.text, values).one())
    if row.unknown or not row.merchant_known:
        return UnknownParts(not row.merchant_known, row.unknown or [])
    if not row.fits:
        return MisfitChoices()
    discount = None if row.coupon_id is None or not row.discount_cents else -row.discount_cents
    lines = [
        Line(kind, cents, label)
        for kind, cents, label in (
            (LineKind.DELIVERY_FEE, row.fee_cents, ""),
            (LineKind.DISCOUNT, discount, extras.coupon or ""),
            (LineKind.TIP, row.tip_cents or None, ""),
        )
        if cents is not None
    ]
    return Quote(
        [
            QuotedItem(UUID(product), name, quantity, price, chosen_in(told))
            for product, name, quantity, price, told in row.items
        ],
        lines,
        row.total_cents,
        NoPrice(row.no_price) if row.no_price else None,
    )

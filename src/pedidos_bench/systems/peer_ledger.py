"""The peers' ledger: checks in a peer's tables what must hold for the orders that the peer accepted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import class_row

MOST_TOLD = 5
"""Maximum number of findings of one kind that are listed; the rest is only counted."""

ORDERS: LiteralString = """
    select orders.id, orders.status, orders.total_cents,
           coalesce(items.price, 0) as price,
           coalesce(paid.times, 0) as payments, coalesce(paid.amount, 0) as paid_cents
    from orders
    left join (select order_id, sum(quantity * unit_price_cents)::bigint as price
               from order_items group by order_id) items on items.order_id = orders.id
    left join (select order_id, count(*) as times, sum(amount_cents)::bigint as amount
               from payments group by order_id) paid on paid.order_id = orders.id
"""

# The units taken must be the units ordered, and all of them are still reserved.
WRONG_STOCK: LiteralString = """
    select stock.product_id, %(stock)s - stock.on_hand as taken, stock.reserved, coalesce(ordered.units, 0) as ordered
    from stock
    left join (select product_id, sum(quantity)::bigint as units from order_items group by product_id) ordered
           on ordered.product_id = stock.product_id
    where %(stock)s - stock.on_hand <> coalesce(ordered.units, 0) or stock.reserved <> coalesce(ordered.units, 0)
"""


@dataclass(frozen=True, slots=True)
class Order:
    id: UUID
    status: str
    total_cents: int
    price: int
    payments: int
    paid_cents: int

    def wrong(self) -> list[str]:
        problems = []
        if self.status != "confirmed":
            problems.append(f"is not confirmed but {self.status}")
        if self.total_cents != self.price:
            problems.append("has a total that is not the price of its items")
        if self.payments != 1:
            problems.append(f"was paid {self.payments} times")
        elif self.paid_cents != self.total_cents:
            problems.append("was paid with an amount that is not its total")
        return problems


def audit(database_url: str, accepted: Sequence[str], stock: int) -> list[str]:
    """What is wrong, as text; empty if nothing is wrong. stock: units of each product at the start."""
    with psycopg.connect(database_url) as connection:
        with connection.cursor(row_factory=class_row(Order)) as cursor:
            orders = cursor.execute(ORDERS).fetchall()
        rows = connection.execute(WRONG_STOCK, {"stock": stock}).fetchall()
    findings: list[tuple[str, str]] = []
    counted = Counter(accepted)
    stored = {str(order.id) for order in orders}
    findings += [("was accepted more than once", order_id) for order_id, times in counted.items() if times > 1]
    findings += [("was accepted, but is not stored", order_id) for order_id in counted if order_id not in stored]
    findings += [("is stored, but no client got an answer", order_id) for order_id in stored - counted.keys()]
    findings += [(problem, str(order.id)) for order in orders for problem in order.wrong()]
    findings += [
        ("has taken other stock than was ordered", f"{product}: {taken} taken, {reserved} reserved, {ordered} ordered")
        for product, taken, reserved, ordered in rows
    ]
    return _told(findings)


def _told(findings: Sequence[tuple[str, str]]) -> list[str]:
    kinds = Counter(problem for problem, _ in findings)
    told = []
    for kind, times in kinds.items():
        named = [subject for problem, subject in findings if problem == kind][:MOST_TOLD]
        more = f" and {times - len(named)} more" if times > len(named) else ""
        told.append(f"{kind}: {', '.join(named)}{more}")
    return told

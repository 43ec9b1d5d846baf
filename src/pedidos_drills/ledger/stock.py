"""Units of products and uses of coupons."""

from collections import Counter, defaultdict

from pedidos.domain.order import (
    StockPart,
    stock_part,
)
from pedidos_drills.ledger import coupons
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.ledger.verdict import Verdict


def stock(evidence: Evidence) -> Verdict:
    """Units only move between the counts: the sum stays, none is negative, and each count matches the orders. So do the
    uses of coupons, and none is used more often than it may be."""
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for order in evidence.orders:
        for line in order.lines:
            held[line.product_id][stock_part(order.status)] += line.quantity
    findings: list[tuple[str, str | None]] = []
    findings += [
        (f"product {product} is gone", None) for product in evidence.start_stock.keys() - evidence.stock.keys()
    ]
    for product, now in evidence.stock.items():
        total = now.on_hand + now.reserved + now.sold
        if total != evidence.start_stock.get(product, 0):
            findings.append(
                (f"product {product}: {total} units, {evidence.start_stock.get(product, 0)} at the start", None)
            )
        if min(now.on_hand, now.reserved, now.sold) < 0:
            findings.append((f"product {product} is below zero", None))
        for part, counted in ((StockPart.RESERVED, now.reserved), (StockPart.SOLD, now.sold)):
            if held[product][part] != counted:
                findings.append((f"product {product}: {counted} {part}, the orders say {held[product][part]}", None))
    holders: dict[str, set[str]] = defaultdict(set)
    for order in evidence.orders:
        if order.coupon is not None and stock_part(order.status) is not StockPart.ON_HAND:
            holders[order.coupon].add(order.id)
    findings += coupons.problems(evidence.coupons, holders)
    return Verdict(
        "stock", {"products": len(evidence.stock), "sold": sum(s.sold for s in evidence.stock.values())}, findings
    )

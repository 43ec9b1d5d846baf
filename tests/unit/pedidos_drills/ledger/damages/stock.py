"""Units that do not add up, and coupons that are used too often."""

from dataclasses import replace

from pedidos_drills.ledger.coupons import StoredCoupon
from pedidos_drills.ledger.records import Evidence, Stock
from tests.unit.pedidos_drills.ledger.changes import order_named
from tests.unit.pedidos_drills.ledger.faithful import (
    CANCELLED_ONE,
    CUSTOMER,
    DELIVERED_ONE,
    FIRST,
    OTHER_CUSTOMER,
    PIZZA,
    changed,
)
from tests.unit.pedidos_drills.ledger.invariants import STOCK, Damages


def with_stock(evidence: Evidence, on_hand: int = 0, reserved: int = 0, sold: int = 0) -> Evidence:
    """Adds these units of the pizza to each part of the stock."""
    now = evidence.stock[PIZZA]
    moved = Stock(now.on_hand + on_hand, now.reserved + reserved, now.sold + sold)
    return replace(evidence, stock={**evidence.stock, PIZZA: moved})


def with_coupon(evidence: Evidence, *, used: int = 1, **changes: object) -> Evidence:
    """The delivered order uses a coupon that one order of a person may use. used: as it is counted."""
    order = order_named(evidence, DELIVERED_ONE)
    coupon = replace(StoredCoupon("c", 1, 1, used, [(order.id, order.customer_id)]), **changes)  # type: ignore[arg-type]
    return replace(changed(evidence, order.id, coupon="c"), coupons=[coupon])


DAMAGES: Damages = {
    "a unit less on hand": ({STOCK}, lambda e: with_stock(e, on_hand=-1)),
    "a unit more on hand": ({STOCK}, lambda e: with_stock(e, on_hand=1)),
    "a unit less reserved, below zero": ({STOCK}, lambda e: with_stock(e, reserved=-1)),
    "a unit more sold": ({STOCK}, lambda e: with_stock(e, sold=1)),
    "a unit less sold": ({STOCK}, lambda e: with_stock(e, sold=-1)),
    "units of an order that was undone are still reserved": ({STOCK}, lambda e: with_stock(e, on_hand=-1, reserved=1)),
    "units of a confirmed order are not sold": ({STOCK}, lambda e: with_stock(e, sold=-1, reserved=1)),
    "units came back that were sold": ({STOCK}, lambda e: with_stock(e, sold=-1, on_hand=1)),
    "below zero": ({STOCK}, lambda e: with_stock(e, on_hand=-e.stock[PIZZA].on_hand - 1)),
    "a coupon is used by more than may": (
        {STOCK},
        lambda e: changed(with_coupon(e), FIRST, coupon="c"),
    ),
    "a coupon is counted twice": ({STOCK}, lambda e: with_coupon(e, used=2)),
    "a coupon was not taken": ({STOCK}, lambda e: with_coupon(e, used=0, uses=[])),
    "a coupon was not given back": (
        {STOCK},
        lambda e: with_coupon(e, used=2, most=2, uses=[(DELIVERED_ONE, CUSTOMER), (CANCELLED_ONE, OTHER_CUSTOMER)]),
    ),
    "a person uses a coupon too often": (
        {STOCK},
        lambda e: changed(
            with_coupon(e, used=2, most=2, uses=[(DELIVERED_ONE, CUSTOMER), (FIRST, CUSTOMER)]), FIRST, coupon="c"
        ),
    ),
    "a product is gone": (
        {STOCK},
        lambda e: replace(e, stock={PIZZA: e.stock[PIZZA]}),
    ),
    "units of a product that was not there": (
        {STOCK},
        lambda e: replace(e, start_stock={PIZZA: e.start_stock[PIZZA]}),
    ),
}

"""What is wrong with an order."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.schedule import Interval
from pedidos.domain.validation import MAX_TOTAL_CENTS, MerchantFacts, OrderFacts, problems

TUESDAY = 2
GOOD = OrderFacts(
    wanted_at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    total_cents=MAX_TOTAL_CENTS,
    customer_active=True,
    merchant=MerchantFacts(True, "America/Sao_Paulo", (Interval(TUESDAY, 0, 1440),)),
    inactive_products=(),
    foreign_products=(),
)
FAULTS: dict[str, dict[str, Any]] = {
    "account": {"customer_active": False},
    "does not take orders": {"merchant": replace(GOOD.merchant, active=False)},
    "was closed": {"merchant": replace(GOOD.merchant, hours=())},
    "No longer sold: Pizza, Pão.": {"inactive_products": ("Pizza", "Pão")},
    "another merchant: Café.": {"foreign_products": ("Café",)},
    "Sold out today: Água (com gás).": {"sold_out_today": ("Água (com gás)",)},
    "above the limit": {"total_cents": MAX_TOTAL_CENTS + 1},
}


def test_a_good_order_has_no_problem() -> None:
    assert problems(GOOD) == []


@given(st.sets(st.sampled_from(sorted(FAULTS))))
def test_every_fault_is_told_and_nothing_else(chosen: set[str]) -> None:
    facts = GOOD
    for fault in sorted(chosen, reverse=True):  # "was closed" first, so that "does not take orders" replaces it
        facts = replace(facts, **FAULTS[fault])
    if {"was closed", "does not take orders"} <= chosen:
        chosen = chosen - {"was closed"}  # of a merchant that takes no orders, hours do not matter
    found = problems(facts)
    assert len(found) == len(chosen)
    assert all(any(fault in problem for problem in found) for fault in chosen)

"""Rows of orders for an operator: each with why it is where it is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pedidos.domain.payment import PaymentTerms
from pedidos.domain.steps import Step
from pedidos.domain.waiting import Why, why
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import merchants
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.orders import looking
from pedidos.storage.orders.reading import OrderSummary
from pedidos.telemetry.catalogue.orders import ENDED_EARLY

STUCK_SECONDS = 15.0
"""An order that has not moved for so long is stuck: the watchdog hints it again then."""
MOST_STUCK = 50
UNTAKEN = "QueueWithoutWorkers"


class Row(NamedTuple):
    """reason: why it ended early, if it did."""

    order: OrderSummary
    shop: Merchant
    why: Why
    reason: str | None


def rows_of(orders: Sequence[OrderSummary]) -> list[Row]:
    """The orders with why. One that has been deleted meanwhile is left out."""
    engine = services().engine
    facts = looking.facts(engine, [order.id for order in orders])
    shops = merchants.by_ids(engine, {order.merchant_id for order in orders})
    reasons = looking.reasons(engine, [order.id for order in orders if order.status in ENDED_EARLY])
    now, missing = datetime.now(UTC), untaken()
    return [
        Row(
            order,
            shops[order.merchant_id],
            why(facts[order.id], now, terms(), missing, services().settings.acceptance_seconds),
            reasons.get(order.id),
        )
        for order in orders
        if order.id in facts
    ]


def stuck() -> list[Row]:
    """The orders that wait for longer than they should, the oldest first."""
    return rows_of(looking.stuck(services().engine, STUCK_SECONDS, MOST_STUCK))


def terms() -> PaymentTerms:
    """When an unpaid order ends."""
    settings = services().settings
    return PaymentTerms(settings.payment_deadline_seconds, settings.payment_limit_seconds)


def untaken() -> frozenset[Step]:
    """The steps from whose queues no worker takes, as far as figures say."""
    seen = services().figures.look()
    if seen is None:
        return frozenset()
    return frozenset(Step(each.values["name"]) for each in seen.findings if each.rule.name == UNTAKEN)

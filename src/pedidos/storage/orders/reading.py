"""Reads an order with its items and its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from pedidos.domain import money
from pedidos.domain.handover import Contact, Method
from pedidos.domain.options import Chosen
from pedidos.domain.order import READY, Status, event_type
from pedidos.domain.payment import Payment, PaymentStatus
from pedidos.domain.pricing import Line
from pedidos.domain.refunds import Cause, Refund, RefundStatus
from pedidos.storage.engine import in_statement
from pedidos.storage.orders.chosen import chosen_in
from pedidos.storage.orders.extras import contact_of, lines_of, method_of


@dataclass(frozen=True, slots=True)
class OrderSummary:
    id: UUID
    customer_id: UUID
    merchant_id: UUID
    status: Status
    version: int
    total_cents: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """A product of an order, with the name and the price that it had when the order was placed. unit_price_cents: of
    the product with its choices."""

    product_id: UUID
    name: str
    quantity: int
    unit_price_cents: int
    choices: Sequence[Chosen] = ()


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    version: int
    type: str
    status: Status
    detail: dict[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """lines: of the total, besides the items. contact: None if the order has none, or none any more; not everybody who
    may see the order may see it (domain.handover.may_read_contact)."""

    summary: OrderSummary
    items: list[Item]
    timeline: list[TimelineEntry]
    lines: list[Line]
    contact: Contact | None
    payment: Payment | None = None
    refunds: Sequence[Refund] = ()
    scheduled_for: datetime | None = None
    """When its customer wants it; None: as soon as possible."""

    @property
    def asked_at(self) -> datetime | None:
        """When the gateway was first asked for its money."""
        return self.payment.asked_at if self.payment else None

    @property
    def money(self) -> list[money.Row]:
        """What was taken, and what came back."""
        paid = event_type(Status.PAID)
        paid_at = next((entry.occurred_at for entry in self.timeline if entry.type == paid), None)
        return list(money.rows(self.payment, self.refunds, paid_at))

    @property
    def method(self) -> Method:
        return method_of(self.lines)

    @property
    def since(self) -> datetime:
        """When it reached its state."""
        kind = event_type(self.summary.status)
        return next((entry.occurred_at for entry in self.timeline if entry.type == kind), self.summary.updated_at)

    @property
    def promised_at(self) -> datetime | None:
        """When its customer has it, as the merchant promised when it accepted the order."""
        told = [entry.detail["promised_at"] for entry in self.timeline if "promised_at" in entry.detail]
        return datetime.fromisoformat(told[-1]) if told else None

    @property
    def ready_at(self) -> datetime | None:
        """When its merchant said that it can be fetched."""
        return next((entry.occurred_at for entry in self.timeline if entry.type == READY), None)


SUMMARY = "id, customer_id, merchant_id, status, version, total_cents, created_at, updated_at"

ITEMS = """(select json_agg(json_build_array(i.product_id, i.name, i.quantity, i.unit_price_cents, i.choices)
                     order by i.position)
     from order_items i where i.order_id = o.id)"""
"""The items of an order (o), for items_of."""

# One statement, so that the row, the items and the timeline are from the same snapshot.
_READ = f"""
select {SUMMARY},
    {ITEMS} as items,
    (select coalesce(json_agg(json_build_array(l.kind, l.amount_cents, l.label)), '[]')
     from order_lines l where l.order_id = o.id) as lines,
    (select c.contact from order_contacts c where c.order_id = o.id) as contact,
    (select coalesce(json_agg(told order by e.version), '[]')
     from order_events e, json_build_array(e.version, e.type, e.status, e.detail, e.occurred_at) as told
     where e.order_id = o.id) as timeline,
    (select json_build_array(p.amount_cents, p.status, p.reference, p.asked_at, p.updated_at)
     from payments p where p.order_id = o.id) as payment,
    (select coalesce(json_agg(told order by r.created_at, r.id), '[]')
     from refunds r, json_build_array(r.id, r.amount_cents, r.cause, r.reason, r.status, r.created_at, r.updated_at,
                                      r.reference) as told
     where r.order_id = o.id) as refunds, scheduled_for
from orders o where id = %(id)s
"""  # noqa: S608  # constants


def read(engine: Engine, order_id: UUID) -> Order | None:
    """The order with its items and its timeline, or None."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_READ, {"id": order_id}).one_or_none())
    if row is None:
        return None
    return Order(
        summary(row),
        items_of(row.items),
        [
            TimelineEntry(version, kind, Status(status), detail, datetime.fromisoformat(at))
            for version, kind, status, detail, at in row.timeline
        ],
        lines_of(row.lines),
        contact_of(row.contact) if row.contact else None,
        _payment(*row.payment) if row.payment else None,
        [_refund(*each) for each in row.refunds],
        row.scheduled_for,
    )


def _payment(amount_cents: int, status: str, reference: str | None, asked_at: str | None, updated_at: str) -> Payment:
    asked = datetime.fromisoformat(asked_at) if asked_at else None
    return Payment(amount_cents, PaymentStatus(status), reference, asked, datetime.fromisoformat(updated_at))


def _refund(
    number: str, cents: int, cause: str, reason: str, status: str, created: str, updated: str, reference: str | None
) -> Refund:
    return Refund(
        UUID(number),
        cents,
        Cause(cause),
        reason,
        RefundStatus(status),
        datetime.fromisoformat(created),
        datetime.fromisoformat(updated),
        reference,
    )


def items_of(stored: Sequence[Sequence[Any]]) -> list[Item]:
    """The items in a column ITEMS."""
    return [
        Item(UUID(product), name, quantity, price, chosen_in(choices))
        for product, name, quantity, price, choices in stored
    ]


def summary(row: Row[Any]) -> OrderSummary:
    """The order in a row with the columns of SUMMARY."""
    return OrderSummary(
        row.id,
        row.customer_id,
        row.merchant_id,
        Status(row.status),
        row.version,
        row.total_cents,
        row.created_at,
        row.updated_at,
    )

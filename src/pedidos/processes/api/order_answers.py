"""Responses with orders, for accounts that may see them."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field

from pedidos.domain import reasons
from pedidos.domain.acceptance import expires_at
from pedidos.domain.access import Identity, Role, scope_of
from pedidos.domain.authors import detail_for
from pedidos.domain.couriers import WITH_A_COURIER
from pedidos.domain.handover import Method, may_read_contact
from pedidos.domain.order import Status
from pedidos.domain.payment import PaymentTerms
from pedidos.http import problems
from pedidos.http.languages import headers_of, translate_to
from pedidos.http.reader import language
from pedidos.processes.api.handover import ContactAnswer, contact_answer
from pedidos.processes.api.money_answers import MoneyRow, money_row
from pedidos.processes.api.option_answers import ChosenAnswer, chosen_answers
from pedidos.processes.api.price_answers import LineAnswer, line_answer
from pedidos.processes.api.request_validation import Path
from pedidos.processes.api.resource import Answer, reply
from pedidos.processes.api.services import services
from pedidos.storage.orders import deliveries, ratings
from pedidos.storage.orders import reading as stored


class OrderPath(Path):
    order_id: UUID = Field(description="Id of the order.")


class OrderLine(Answer):
    """A line of an order, with the name and the price that the product had when the order was placed"""

    product_id: UUID
    name: str
    quantity: int
    unit_price_cents: int = Field(description="Of the product with its choices.")
    choices: list[ChosenAnswer]


class TimelineEntry(Answer):
    """An event in the life of an order"""

    version: int = Field(description="Counts 1, 2, 3 … without gaps.")
    type: str
    status: Status = Field(description="State of the order after the event.")
    detail: dict[str, Any] = Field(
        description="Such as a reason, in the language of the header Accept-Language (English or Portuguese). `by` "
        "says who moved the order: customer, merchant, courier or platform."
    )
    occurred_at: AwareDatetime


class OrderSummary(Answer):
    """An order in a list"""

    id: UUID
    customer_id: UUID
    merchant_id: UUID
    status: Status
    version: int = Field(description="Increases by one with each event of the order.")
    total_cents: int
    created_at: datetime
    updated_at: datetime


class CourierAnswer(Answer):
    """The courier who has an order"""

    epoch: int = Field(description="Grows with each courier that takes the order.")
    taken_at: datetime
    picked_up_at: datetime | None
    code: str | None = Field(
        description="Tell it to the courier who hands the order to you. Only the customer of the order has it."
    )


class RatingAnswer(Answer):
    """What the customer says about an order that was delivered"""

    stars: int
    comment: str
    rated_at: datetime


class OrderAnswer(OrderSummary):
    """An order with its lines and its timeline"""

    expires_at: AwareDatetime | None = Field(
        description="When the platform ends the order if nothing else happens: it is not paid by then, or a confirmed"
        " order is not accepted by its merchant. Null if its state has no time limit."
    )
    scheduled_for: AwareDatetime | None = Field(
        description="When the customer wants the order; null: as soon as possible."
    )
    promised_at: AwareDatetime | None = Field(
        description="When the merchant has promised that the customer has the order; null until it has accepted."
    )
    ready_at: AwareDatetime | None = Field(
        description="When the merchant said that the order can be fetched; null if it did not."
    )
    items: list[OrderLine]
    lines: list[LineAnswer] = Field(description="What the total has besides the items.")
    method: Method
    contact: ContactAnswer | None = Field(
        description="Who gets it, and where. Null if the order was placed without, if it ended some days ago, and for"
        " its merchant once it has ended."
    )
    money: list[MoneyRow] = Field(
        description="What was taken for the order, and what came back, in the order in which it happened."
    )
    courier: CourierAnswer | None = Field(description="Who has the order at the moment; null if it is no courier.")
    rating: RatingAnswer | None = Field(description="Null until the customer has rated the order.")
    timeline: list[TimelineEntry]
    timeline_complete: bool = Field(
        description="False if the order ended so long ago that its timeline is no longer kept."
    )


ETAG = {"ETag": "Changes whenever the answer changes."}


def visible(identity: Identity, order_id: UUID) -> stored.Order:
    """The order, if this identity may see it. Raises NotFound."""
    order = stored.read(services().engine, order_id)
    if order is None or not scope_of(identity).includes(order.summary.customer_id, order.summary.merchant_id):
        raise problems.NotFound
    return order


def full(identity: Identity, order: stored.Order) -> Response:
    """The order as a response to this account, which may see it."""
    locale = language()
    translate = translate_to(locale)
    answer = OrderAnswer(
        **_fields(order.summary),
        expires_at=_expires_at(order),
        scheduled_for=order.scheduled_for,
        promised_at=order.promised_at,
        ready_at=order.ready_at,
        items=[
            OrderLine(
                product_id=item.product_id,
                name=item.name,
                quantity=item.quantity,
                unit_price_cents=item.unit_price_cents,
                choices=chosen_answers(item.choices),
            )
            for item in order.items
        ],
        lines=[line_answer(line) for line in order.lines],
        method=order.method,
        contact=contact_answer(order.contact) if _shows_contact(identity, order) and order.contact else None,
        money=[money_row(row, translate) for row in order.money],
        courier=_courier(identity, order),
        rating=_rating(order),
        timeline=[
            TimelineEntry(
                version=entry.version,
                type=entry.type,
                status=entry.status,
                detail=dict(reasons.said(detail_for(identity.role, entry.detail), translate)),
                occurred_at=entry.occurred_at,
            )
            for entry in order.timeline
        ],
        timeline_complete=len(order.timeline) == order.summary.version,
    )
    response = reply(answer, headers=headers_of(locale))
    response.headers["ETag"] = _etag(response.get_data())
    return response


def _shows_contact(identity: Identity, order: stored.Order) -> bool:
    return may_read_contact(identity.role, order.summary.status)


def _courier(identity: Identity, order: stored.Order) -> CourierAnswer | None:
    if order.summary.status not in WITH_A_COURIER:
        return None
    found = deliveries.in_hand(services().engine, order.summary.id)
    if found is None:
        return None
    return CourierAnswer(
        epoch=found.epoch,
        taken_at=found.taken_at,
        picked_up_at=found.picked_up_at,
        code=found.code if identity.role is Role.CUSTOMER else None,
    )


def _rating(order: stored.Order) -> RatingAnswer | None:
    found = ratings.of_order(services().engine, order.summary.id) if order.summary.status is Status.DELIVERED else None
    return RatingAnswer(stars=found.stars, comment=found.comment, rated_at=found.rated_at) if found else None


def _expires_at(order: stored.Order) -> datetime | None:
    settings = services().settings
    terms = PaymentTerms(settings.payment_deadline_seconds, settings.payment_limit_seconds)
    return expires_at(order.summary.status, order.since, order.asked_at, terms, settings.acceptance_seconds)


def _etag(body: bytes) -> str:
    """A strong entity tag (RFC 9110, 8.8.3). It is a hash of the bytes, because the response can change without a new
    version: the timeline of an old order is removed."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def summary(order: stored.OrderSummary) -> OrderSummary:
    """The order as an element of a list."""
    return OrderSummary(**_fields(order))


def _fields(order: stored.OrderSummary) -> dict[str, Any]:
    return {name: getattr(order, name) for name in OrderSummary.model_fields}

"""Quotes: what an order would cost, line by line, before it is placed."""

from typing import Annotated, Literal
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.access import Identity, Role
from pedidos.domain.handover import Location, Method
from pedidos.domain.pricing import NoPrice
from pedidos.domain.validation import MAX_LINES
from pedidos.http import problems
from pedidos.http.contact_fields import CouponCode, TipCents
from pedidos.http.roles import allow
from pedidos.processes.api import price_answers
from pedidos.processes.api.handover import Place
from pedidos.processes.api.option_answers import ChosenAnswer, chosen_answers
from pedidos.processes.api.place_order import OrderItem, choices_of
from pedidos.processes.api.placing_refusals import misfit_choices, unknown_parts
from pedidos.processes.api.price_answers import LineAnswer
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.storage.orders.extras import Extras
from pedidos.storage.pricing.quoting import MisfitChoices, UnknownParts, quote

FIELDS = {
    NoPrice.NO_DELIVERY: "handover.method",
    NoPrice.LOCATION_NEEDED: "handover.location",
    NoPrice.TOO_FAR: "handover.location",
    **price_answers.COUPON_FIELDS,
}


class QuotedHandover(Body):
    """Delivery or pick-up. Of an address, only its location matters to the price."""

    method: Literal["delivery", "pick_up"]
    location: Place | None = Field(None, description="Needed where the fee depends on the distance.")


class QuoteRequest(Body):
    """What would be ordered. Nothing says who asks for whom: a quote needs no name and no address."""

    merchant_id: UUID = Field(examples=["01900000-0000-7000-8000-000000000001"])
    items: Annotated[list[OrderItem], Field(min_length=1, max_length=MAX_LINES)]
    handover: QuotedHandover | None = Field(None, description="Without it, the order would be picked up.")
    tip_cents: TipCents = 0
    coupon: CouponCode | None = None

    def extras(self) -> Extras:
        """What the quote is for, besides the items."""
        place = self.handover.location if self.handover else None
        return Extras(
            Method(self.handover.method) if self.handover else Method.PICK_UP,
            location=Location(place.latitude, place.longitude) if place else None,
            tip_cents=self.tip_cents,
            coupon=self.coupon,
        )


class QuotedItemAnswer(Answer):
    """An item with its name and price of now"""

    product_id: UUID
    name: str
    quantity: int
    unit_price_cents: int = Field(description="Of the product with its choices.")
    amount_cents: int
    choices: list[ChosenAnswer]


class QuoteAnswer(Answer):
    """What the order costs now"""

    items: list[QuotedItemAnswer]
    lines: list[LineAnswer]
    total_cents: int = Field(description="To be sent as expected_total_cents of the order.")


resource = Resource("Quotes", "/v1/quotes", "What an order would cost, line by line.")


@resource.operation("post", "", answers={200: QuoteAnswer})
@allow(Role.CUSTOMER)
def quote_order(identity: Identity, body: QuoteRequest) -> Response:
    """Ask what an order would cost. Nothing is ordered, and nothing is held for you"""
    items = [(item.product_id, item.quantity) for item in body.items]
    choices = choices_of(body.items)
    found = quote(services().engine, identity.account_id, body.merchant_id, items, body.extras(), choices)
    if isinstance(found, UnknownParts):
        raise problems.InvalidFields(errors=unknown_parts(items, found.product_ids, merchant=found.merchant))
    if isinstance(found, MisfitChoices):
        raise misfit_choices(items, choices)
    if found.no_price is not None:
        raise price_answers.no_price(found.no_price, FIELDS)
    return reply(
        QuoteAnswer(
            items=[
                QuotedItemAnswer(
                    product_id=item.product_id,
                    name=item.name,
                    quantity=item.quantity,
                    unit_price_cents=item.unit_price_cents,
                    amount_cents=item.quantity * item.unit_price_cents,
                    choices=chosen_answers(item.choices),
                )
                for item in found.items
            ],
            lines=[price_answers.line_answer(line) for line in found.lines],
            total_cents=found.total_cents,
        )
    )

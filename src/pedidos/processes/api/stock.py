"""The stock of products, as their merchants change it: counts and deliveries, with their history."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from flask import Response
from pydantic import Field, StringConstraints

from pedidos.domain.access import Identity, Role, merchant_of, product_scope_of
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import Reason, Units, UnitsThatCame
from pedidos.http.problems import FieldError, Problem
from pedidos.http.roles import allow
from pedidos.processes.api import cursors, products
from pedidos.processes.api.merchants import PageQuery
from pedidos.processes.api.place_order import KEY_PATTERN
from pedidos.processes.api.products import ProductAnswer, ProductPath, found
from pedidos.processes.api.request_validation import Body, Headers
from pedidos.processes.api.resource import Answer, reply
from pedidos.processes.api.services import services
from pedidos.storage.catalogue import products as catalogue
from pedidos.storage.inventory import counting, history

resource = products.resource  # the same paths


class StockCount(Body):
    """Counted units in stock, without those that belong to orders."""

    on_hand: Units
    reason: Reason = ""


class StockDelivery(Body):
    """Units that came, to be added to those in stock."""

    units: UnitsThatCame
    reason: Reason = ""


class DeliveryHeaders(Headers):
    """As for orders."""

    refusal: ClassVar[type[Problem]] = problems.IdempotencyKeyMissing

    idempotency_key: Annotated[str, StringConstraints(pattern=KEY_PATTERN)] = Field(
        alias="Idempotency-Key",
        description="A new key for each delivery; the same key when you repeat a request: it adds nothing then.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    )


class ChangeAnswer(Answer):
    """A change of the stock, made by its merchant"""

    id: UUID
    kind: counting.Kind
    former: int = Field(description="Units on hand before.")
    on_hand: int = Field(description="Units on hand afterwards.")
    reason: str
    account_id: UUID | None = Field(description="Who made it; null if no account did.")
    at: datetime


class ChangePage(Answer):
    """A page of changes, newest first"""

    items: list[ChangeAnswer]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last page.")


@resource.operation(
    "put", "/products/<uuid:product_id>/stock", answers={200: ProductAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT)
def count_stock(identity: Identity, path: ProductPath, body: StockCount) -> Response:
    """Set how many units of your product are in stock"""
    counted = counting.count_stock(
        services().engine, merchant_of(identity), path.product_id, body.on_hand, who(), reason=body.reason
    )
    return found(counted)


@resource.operation(
    "post",
    "/products/<uuid:product_id>/stock/deliveries",
    answers={200: ProductAnswer},
    refuses=[problems.OutcomeUnknown],
)
@allow(Role.MERCHANT)
def receive_stock(identity: Identity, path: ProductPath, header: DeliveryHeaders, body: StockDelivery) -> Response:
    """Add units of your product that came to those in stock"""
    try:
        received = counting.receive_stock(
            services().engine,
            merchant_of(identity),
            path.product_id,
            body.units,
            who(),
            reason=body.reason,
            key=header.idempotency_key.strip('"'),
        )
    except counting.TooManyOnHand as error:
        raise problems.InvalidFields(errors=[FieldError("units", error.reason)]) from error
    return found(received)


@resource.operation("get", "/products/<uuid:product_id>/stock/changes", answers={200: ChangePage})
@allow(Role.MERCHANT)
def list_stock_changes(identity: Identity, path: ProductPath, query: PageQuery) -> Response:
    """List the counts and deliveries of your product"""
    engine = services().engine
    merchant_id = merchant_of(identity)
    made = history.changes(engine, merchant_id, path.product_id, cursors.decode(query.cursor), query.limit + 1)
    if not made:
        product = catalogue.product(engine, product_scope_of(identity), path.product_id)
        if product is None or product.merchant_id != merchant_id:
            raise problems.NotFound
    page, more = cursors.split(made, query.limit)
    items = [
        ChangeAnswer(
            id=each.id,
            kind=each.kind,
            former=each.former,
            on_hand=each.on_hand,
            reason=each.reason,
            account_id=each.account_id,
            at=each.at,
        )
        for each in page
    ]
    return reply(ChangePage(items=items, next_cursor=cursors.encode(page[-1].id) if more else None))

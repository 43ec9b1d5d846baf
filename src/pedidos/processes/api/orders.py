"""Orders that were placed: reading one with its timeline, listing them, and moving one forward."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import Field

from pedidos.domain.acceptance import MOST_MINUTES, USUAL_MINUTES, Promise
from pedidos.domain.access import SEE_ORDERS, Identity, Role, scope_of
from pedidos.domain.audit import Action, Entry
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import WHOLE, Moment
from pedidos.http.languages import VARY
from pedidos.http.roles import allow
from pedidos.processes.api import cursors, place_order
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.merchants import PageQuery
from pedidos.processes.api.order_answers import ETAG, OrderAnswer, OrderPath, OrderSummary, full, summary, visible
from pedidos.processes.api.request_validation import Body, Headers
from pedidos.processes.api.resource import Answer, reply
from pedidos.processes.api.services import services
from pedidos.steps import cancel, fulfil
from pedidos.storage.audit_log import writing
from pedidos.storage.orders import lists

resource = place_order.resource  # the same paths; placing is the hot path and has its own module


class OrderHeaders(Headers):
    if_none_match: str | None = Field(None, alias="If-None-Match", description="ETag of the order that you have.")


class OrderQuery(PageQuery):
    status: Status | None = None
    created_from: Moment | None = Field(None, description="Only orders placed at this time or later (RFC 3339).")
    created_to: Moment | None = Field(None, description="Only orders placed before this time (RFC 3339).")


class Acceptance(Body):
    """What the merchant promises."""

    minutes: Annotated[
        int,
        Field(
            ge=1,
            le=MOST_MINUTES,
            examples=[USUAL_MINUTES],
            description="Minutes from now until the customer has the order.",
        ),
        WHOLE,
    ]


class OrderPage(Answer):
    """A page of orders, newest first"""

    items: list[OrderSummary]
    next_cursor: str | None = Field(description="Cursor of the next page; null on the last page.")


@resource.operation("get", "/<uuid:order_id>", answers={200: OrderAnswer, 304: None}, sends=ETAG)
@allow(*SEE_ORDERS)
def read_order(identity: Identity, path: OrderPath, header: OrderHeaders) -> Response:
    """Read an order with its timeline"""
    order = visible(identity, path.order_id)
    answer = full(identity, order)
    _note_reading(identity, Action.ORDER_READ, str(path.order_id), {"contact": True} if order.contact else {})
    tag = answer.headers["ETag"]
    known = {tag.strip().removeprefix("W/") for tag in (header.if_none_match or "").split(",")}
    return Response(status=304, headers={"ETag": tag, "Vary": VARY}) if known & {tag, "*"} else answer


@resource.operation("get", "", answers={200: OrderPage}, kind=Kind.LISTS)
@allow(*SEE_ORDERS)
def list_orders(identity: Identity, query: OrderQuery) -> Response:
    """List the orders that you may see: your own as a customer or a merchant, all as an operator"""
    wanted = lists.OrderFilter(
        scope_of(identity),
        status=query.status,
        created_from=query.created_from,
        created_to=query.created_to,
    )
    found = lists.page(services().engines.lists, wanted, cursors.decode(query.cursor), query.limit + 1)
    page, more = cursors.split(found, query.limit)
    _note_reading(identity, Action.ORDER_LISTED)
    return reply(
        OrderPage(items=[summary(order) for order in page], next_cursor=cursors.encode(page[-1].id) if more else None)
    )


@resource.operation(
    "post",
    "/<uuid:order_id>/cancel",
    answers={200: OrderAnswer},
    refuses=[problems.MoveRefused, problems.OutcomeUnknown],
    sends=ETAG,
)
@allow(Role.CUSTOMER, Role.MERCHANT)
def cancel_order(identity: Identity, path: OrderPath) -> Response:
    """Cancel an order: as its customer until it is being prepared, as its merchant until it is on its way"""
    return _moved(
        identity, path.order_id, lambda by: cancel.cancel(services().engine, path.order_id, Actor(identity.role), by)
    )


@resource.operation(
    "post",
    "/<uuid:order_id>/accept",
    answers={200: OrderAnswer},
    refuses=[problems.MoveRefused, problems.OutcomeUnknown],
    sends=ETAG,
)
@allow(Role.MERCHANT)
def accept_order(identity: Identity, path: OrderPath, body: Acceptance) -> Response:
    """Accept a confirmed order until its `expires_at`, with a promised time, and start to prepare it"""
    return _accepted(identity, path.order_id, Promise(body.minutes))


@resource.operation(
    "post",
    "/<uuid:order_id>/prepare",
    answers={200: OrderAnswer},
    refuses=[problems.MoveRefused, problems.OutcomeUnknown],
    sends=ETAG,
)
@allow(Role.MERCHANT)
def prepare_order(identity: Identity, path: OrderPath) -> Response:
    """Accept a confirmed order with the usual promise of 40 minutes"""
    return _accepted(identity, path.order_id, Promise())


@resource.operation(
    "post",
    "/<uuid:order_id>/ready",
    answers={200: OrderAnswer},
    refuses=[problems.MoveRefused, problems.OutcomeUnknown],
    sends=ETAG,
)
@allow(Role.MERCHANT)
def ready_order(identity: Identity, path: OrderPath) -> Response:
    """Say that an order is ready: a courier, or its customer, can fetch it"""
    return _moved(identity, path.order_id, lambda by: fulfil.make_ready(services().engine, path.order_id, by))


@resource.operation(
    "post",
    "/<uuid:order_id>/dispatch",
    answers={200: OrderAnswer},
    refuses=[problems.MoveRefused, problems.OutcomeUnknown],
    sends=ETAG,
)
@allow(Role.MERCHANT)
def dispatch_order(identity: Identity, path: OrderPath) -> Response:
    """Send a prepared order on its way"""
    return _advanced(identity, path.order_id, Status.ON_ITS_WAY)


@resource.operation(
    "post",
    "/<uuid:order_id>/deliver",
    answers={200: OrderAnswer},
    refuses=[problems.MoveRefused, problems.OutcomeUnknown],
    sends=ETAG,
)
@allow(Role.MERCHANT)
def deliver_order(identity: Identity, path: OrderPath) -> Response:
    """Mark an order as delivered"""
    return _advanced(identity, path.order_id, Status.DELIVERED)


def _note_reading(
    identity: Identity, action: Action, order_id: str | None = None, detail: Mapping[str, bool] = MappingProxyType({})
) -> None:
    """An operator sees the orders of others, and the audit log says so. detail: whether a contact was among it."""
    if identity.role is Role.OPERATOR:
        writing.record(services().engine, Entry(action, who(), order_id, detail=dict(detail)))


def _accepted(identity: Identity, order_id: UUID, promise: Promise) -> Response:
    limit = services().settings.acceptance_seconds
    return _moved(identity, order_id, lambda by: fulfil.accept(services().engine, order_id, by, limit, promise))


def _advanced(identity: Identity, order_id: UUID, target: Status) -> Response:
    return _moved(identity, order_id, lambda by: fulfil.advance(services().engine, order_id, target, by))


def _moved(identity: Identity, order_id: UUID, move: Callable[[str], Status | Refusal]) -> Response:
    """Moves an order that this identity may see, and returns it. The rules in domain decide whether it may move."""
    visible(identity, order_id)
    outcome: Any = move(f"{identity.role}:{identity.account_id}")
    if isinstance(outcome, Refusal):
        raise problems.MoveRefused(outcome.reason)
    return full(identity, visible(identity, order_id))

"""Placing an order, the hot path: one statement, one commit, one response."""

import hashlib
import hmac
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import orjson
from flask import Response, request
from pydantic import ConfigDict, Field, StringConstraints
from sqlalchemy import Engine

from pedidos.crash_points import CrashPoint, reach
from pedidos.domain.access import Identity, Role
from pedidos.domain.handover import Method
from pedidos.domain.options import MOST_CHOSEN, NO_CHOICES, Choices
from pedidos.domain.order import Status
from pedidos.domain.order_limits import OrderLimiter
from pedidos.domain.scheduling import Schedule
from pedidos.domain.validation import MAX_LINES, MAX_QUANTITY
from pedidos.http import problems, wsgi
from pedidos.http.contact_fields import CouponCode, TipCents
from pedidos.http.fields import WHOLE, MomentInBody
from pedidos.http.invalid_values import form
from pedidos.http.problems import FieldError, Problem
from pedidos.http.roles import allow
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.handover import Handover
from pedidos.processes.api.placing_refusals import problem_of
from pedidos.processes.api.request_validation import Body, Headers
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.storage.orders.extras import NO_EXTRAS, Extras
from pedidos.storage.orders.placed import Outcome, Placed, PlacingRefused
from pedidos.storage.orders.placing import NewOrder, place_many, repeated
from pedidos.storage.orders.scheduled import schedule_for
from pedidos.telemetry import attributes, traces
from pedidos.telemetry.catalogue import orders as metrics

TRACE_KEY = "HTTP_PEDIDOS_TRACE_KEY"
"""The header Pedidos-Trace-Key, with which the command line and drills have their orders traced. Only the platform's
operator knows the key: spans cost more than an order, and a stranger must not be able to ask for them."""

MOST_AT_ONCE = 100
"""Maximum number of orders in one commit."""

_KEY = r"[A-Za-z0-9._~:+/=-]{1,128}"
KEY_PATTERN = form(
    f'^({_KEY}|"{_KEY}")$', Sentence("Must be 1 to 128 letters, digits or characters of . _ ~ : + / = -")
)
"""Of the header Idempotency-Key, with or without quotes."""


class PlaceHeaders(Headers):
    """As the IETF's draft-ietf-httpapi-idempotency-key-header has it; the double quotes may be left out."""

    refusal: ClassVar[type[Problem]] = problems.IdempotencyKeyMissing

    idempotency_key: Annotated[str, StringConstraints(pattern=KEY_PATTERN)] = Field(
        alias="Idempotency-Key",
        description="A new key for each order; the same key when you repeat a request.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    )


class OrderItem(Body):
    """A product and its quantity."""

    product_id: UUID = Field(examples=["01900000-0000-7000-8000-000000000101"])
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY, examples=[2]), WHOLE]
    choices: list[UUID] = Field(
        default=[], max_length=MOST_CHOSEN, description="Ids of choices of the product, each at most once."
    )


def choices_of(items: Sequence[OrderItem]) -> Choices:
    """The choices of the items, as orders and quotes take them."""
    return {index: item.choices for index, item in enumerate(items) if item.choices} or NO_CHOICES


class OrderRequest(Body):
    """An order to place. The prices are those of the catalogue."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "merchant_id": "01900000-0000-7000-8000-000000000001",
                    "items": [{"product_id": "01900000-0000-7000-8000-000000000101", "quantity": 2}],
                    "payment_token": "tok_ok",
                }
            ]
        }
    )

    merchant_id: UUID = Field(examples=["01900000-0000-7000-8000-000000000001"])
    items: list[OrderItem] = Field(min_length=1, max_length=MAX_LINES)
    payment_token: str = Field(
        pattern=form(r"^[A-Za-z0-9_-]{1,64}$", Sentence("Must be 1 to 64 letters, digits, - or _.")),
        description="Token of the payment provider. The simulator accepts tok_ok, tok_declined and others.",
        examples=["tok_ok"],
    )
    expected_total_cents: Annotated[int, Field(ge=1, le=2**53), WHOLE] | None = Field(
        None, description="If given, the order is refused unless it costs exactly this."
    )
    handover: Handover | None = None
    tip_cents: TipCents = 0
    coupon: CouponCode | None = Field(
        None, description="Of the merchant. Its last uses are given out as the last units of a product are."
    )
    scheduled_for: MomentInBody | None = Field(
        None,
        description="For later: a time within the merchant's opening hours, 45 minutes to 7 days ahead. Nothing is"
        " checked, reserved or charged before it is released, about 45 minutes before its time. The prices are those of"
        " now. Until then it can be cancelled.",
        examples=["2030-05-02T12:00:00-03:00"],
    )

    def extras(self) -> Extras:
        """What the order has besides its products. Raises InvalidFields."""
        if self.handover is None:
            plain = not self.tip_cents and self.coupon is None
            return NO_EXTRAS if plain else Extras(tip_cents=self.tip_cents, coupon=self.coupon)
        contact = self.handover.contact()
        location = contact.address.location if contact.address else None
        return Extras(Method(self.handover.method), contact, location, self.tip_cents, self.coupon)


_LATER = ("handover", "tip_cents", "coupon", "scheduled_for")


class OrderLinks(Answer):
    """Related addresses"""

    self: str
    events: str


class OrderAccepted(Answer):
    """The order is stored durably and is processed in the background"""

    id: UUID
    status: Literal[Status.RECEIVED, Status.SCHEDULED] = Status.RECEIVED
    total_cents: int
    created_at: datetime
    links: OrderLinks


PATH = "/v1/orders"

resource = Resource("Orders", PATH, "Place, list, read and change orders.")


@resource.operation(
    "post",
    "",
    answers={202: OrderAccepted},
    kind=Kind.PLACING,
    refuses=[
        problems.AddressNotConfirmed,
        problems.TotalDiffers,
        problems.RequestInFlight,
        problems.IdempotencyKeyReused,
        problems.OrderLimitReached,
    ],
    sends={
        "Location": "Address of the order.",
        "Idempotency-Replayed": "true if an earlier request with the same key placed the order.",
    },
)
@allow(Role.CUSTOMER)
def place_order(identity: Identity, header: PlaceHeaders, body: OrderRequest) -> Response:
    """Place an order"""
    if not identity.verified and services().settings.require_verified:
        raise problems.AddressNotConfirmed
    schedule = _schedule(body)
    order = NewOrder(
        customer_id=identity.account_id,
        merchant_id=body.merchant_id,
        items=[(item.product_id, item.quantity) for item in body.items],
        payment_token=body.payment_token,
        idempotency_key=header.idempotency_key.strip('"'),
        request_hash=_hash(body),
        expected_total_cents=body.expected_total_cents,
        traceparent=wsgi.traceparent(),
        traced=_is_watched(request.environ.get(TRACE_KEY)),
        extras=body.extras(),
        choices=choices_of(body.items),
        schedule=schedule if isinstance(schedule, Schedule) else None,
    )
    placed = _placed_before(order, schedule) if isinstance(schedule, Sentence) else _place(order)
    wsgi.current().order_id = placed.order_id
    answer = _accepted(placed, Status.SCHEDULED if schedule else Status.RECEIVED)
    if traces.sampled(placed.order_id) and not placed.replayed:
        about: traces.Attributes = {attributes.ROUTE: PATH, attributes.STATUS: answer.status_code}
        traces.accepted(placed.order_id, wsgi.current().began_ns, order.traceparent, about)
    metrics.ORDERS_ACCEPT_SECONDS.observe(time.perf_counter() - wsgi.current().began)
    return answer


def place_together(engine: Engine, orders: Sequence[NewOrder], kept_hours: int, limiter: OrderLimiter) -> list[Outcome]:
    """Places the orders of concurrent requests in one commit. Raises DatabaseUnavailable, Held."""
    reach(CrashPoint.API_BEFORE_COMMIT)
    began_ns = time.time_ns()
    outcomes = place_many(engine, orders, kept_hours, limiter)
    placed = traces.chosen(each.order_id for each in outcomes if isinstance(each, Placed) and not each.replayed)
    with traces.batch("commit", placed, len(orders), {}, began_ns):
        pass  # its end: the orders are known only now
    repeated = [outcome.replayed for outcome in outcomes if isinstance(outcome, Placed)]
    new = repeated.count(False)
    if new:
        reach(CrashPoint.API_AFTER_COMMIT)
        metrics.ORDERS_ACCEPTED.inc(new)
        metrics.ORDERS_PER_COMMIT.observe(new)
    if new < len(repeated):
        metrics.ORDERS_REPEATED.inc(len(repeated) - new)
    return outcomes


def _is_watched(key: str | None) -> bool:
    """Whether the client may have its order traced, and asks for it with the key of this platform."""
    own = services().settings.trace_key if key else None
    return own is not None and hmac.compare_digest(own.encode(), str(key).encode())


def _schedule(body: OrderRequest) -> Schedule | Sentence | None:
    """When the order is released if it is for later, or why it cannot be for that time."""
    return schedule_for(services().engine, body.merchant_id, body.scheduled_for) if body.scheduled_for else None


def _placed_before(order: NewOrder, why: Sentence) -> Placed:
    """The order that an earlier request placed, while its time was far enough ahead. Raises InvalidFields: there was
    none."""
    outcome = repeated(services().engine, order)
    if outcome is None:
        raise problems.InvalidFields(errors=[FieldError("scheduled_for", why)])
    if isinstance(outcome, PlacingRefused):
        raise problem_of(outcome, order)
    metrics.ORDERS_REPEATED.inc()
    return outcome


def _place(order: NewOrder) -> Placed:
    outcome = services().placing.ask(order)
    if isinstance(outcome, PlacingRefused):
        raise problem_of(outcome, order)
    return outcome


def _accepted(placed: Placed, status: Literal[Status.RECEIVED, Status.SCHEDULED]) -> Response:
    address = f"/v1/orders/{placed.order_id}"
    answer = OrderAccepted(
        id=placed.order_id,
        status=status,
        total_cents=placed.total_cents,
        created_at=placed.created_at,
        links=OrderLinks(self=address, events=f"{address}/events"),
    )
    headers = {"Location": address}
    if placed.replayed:
        headers["Idempotency-Replayed"] = "true"
    return reply(answer, 202, headers)


def _hash(body: OrderRequest) -> bytes:
    """The SHA-256 of the parsed request: spaces and the order of members make no difference. Members that were added
    later count only if they say something, so that a request can be repeated after an upgrade."""
    left_out: dict[str, Any] = {
        name: True for name in _LATER if getattr(body, name) == OrderRequest.model_fields[name].default
    }
    if not any(item.choices for item in body.items):
        left_out["items"] = {"__all__": {"choices"}}
    return hashlib.sha256(orjson.dumps(body.model_dump(exclude=left_out))).digest()

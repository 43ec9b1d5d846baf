"""The checkout: what the order will cost, line by line, and one button that cannot order twice.

The form contains what it shows: the products, the total, and a key that is new each time that the form is made. So a
stale tab orders what it shows or nothing, and a form that is sent twice makes one order.
"""

import hashlib
import math
import time
import uuid
from uuid import UUID

import orjson
from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos.http.wsgi import current, traceparent
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer import baskets
from pedidos.processes.web.customer.baskets import Basket
from pedidos.processes.web.customer.shops import opening_of
from pedidos.processes.web.formats import money
from pedidos.processes.web.services import services
from pedidos.storage.orders.placed import (
    KeyInFlight,
    KeyReused,
    LimitReached,
    Placed,
    PlacingRefused,
    RowHeld,
    TooManyUnits,
    TotalDiffers,
    UnknownAccount,
    UnknownMerchant,
    UnknownProducts,
)
from pedidos.storage.orders.placing import NewOrder
from pedidos.telemetry import attributes, traces
from pedidos.telemetry import catalogue as metrics

PAYMENTS = {
    "tok_ok": lazy_gettext("Test card that pays"),
    "tok_declined": lazy_gettext("Test card that is declined"),
    "tok_slow": lazy_gettext("Test card that takes five seconds"),
}
"""Tokens of the payment simulator. A real provider's script would put one of its own into the form."""

MOST_CENTS = 2**53
"""As in the API."""

pages = Blueprint("checkout", __name__)


@pages.get("/checkout")
@allow(Role.CUSTOMER)
def checkout() -> Response:
    """What the basket costs now, and the form that orders it."""
    return _form(baskets.of_visitor())


@pages.post("/checkout")
@allow(Role.CUSTOMER)
def order() -> Response:
    """Places the order that the form shows, or shows the form again with what is different now."""
    wanted = _wanted()
    if not _may_order():
        return _form(_basket_of(wanted), status=403)
    try:
        placed = services().placing.place(wanted)
    except PlacingRefused as refusal:
        return _refused(refusal, wanted)
    response = redirect_within(f"/orders/{placed.order_id}")
    _note(placed, wanted.traceparent, response.status_code)
    if baskets.of_visitor() == _basket_of(wanted):  # and not the basket of another tab
        baskets.keep(response, Basket())
    return response


def _form(basket: Basket, notice: str = "", status: int = 200) -> Response:
    """notice: what is different from the form before."""
    priced = baskets.priced(services().engine, basket)
    text = render_template(
        "customer/checkout.html",
        basket=priced,
        written=baskets.written(Basket(basket.merchant_id, {line.product.id: line.quantity for line in priced.lines})),
        opening=priced.merchant and opening_of(priced.merchant),
        key=uuid.uuid4(),
        payments=PAYMENTS,
        notice=notice,
        may_order=_may_order(),
    )
    return make_response(text, status)


def _may_order() -> bool:
    """Whether the visitor's address is confirmed, or need not be."""
    return visitors.identity().verified or not services().settings.require_verified


def _note(placed: Placed, caller: str | None, status: int) -> None:
    """For the metrics, the log and the trace of the order."""
    current().order_id = placed.order_id
    if placed.replayed:
        metrics.ORDERS_REPEATED.inc()
    else:
        metrics.ORDERS_ACCEPTED.inc()
        traces.accepted(
            placed.order_id,
            current().began_ns,
            caller,
            {attributes.ROUTE: "/checkout", attributes.STATUS: status},
        )
    metrics.ORDERS_ACCEPT_SECONDS.observe(time.perf_counter() - current().began)


def _wanted() -> NewOrder:
    """What the form says. Raises BadRequest if it is not a form of ours."""
    basket = baskets.parse(request.form.get("basket", ""))
    payment = request.form.get("payment", "")
    try:
        key = UUID(request.form.get("key", ""))
        expected = int(request.form.get("expected_total_cents", ""))
    except ValueError as error:
        raise BadRequest from error
    if basket.merchant_id is None or payment not in PAYMENTS or not 0 < expected <= MOST_CENTS:
        raise BadRequest
    shown = [basket.merchant_id, list(basket.items.items()), payment, expected]
    return NewOrder(
        customer_id=visitors.identity().account_id,
        merchant_id=basket.merchant_id,
        items=list(basket.items.items()),
        payment_token=payment,
        idempotency_key=f"web:{key}",
        request_hash=hashlib.sha256(orjson.dumps(shown)).digest(),
        expected_total_cents=expected,
        traceparent=traceparent(),
        traced=True,  # somebody watches it
    )


def _refused(refusal: PlacingRefused, wanted: NewOrder) -> Response:
    """The form again, with what the reader has to know; nothing was ordered."""
    match refusal:
        case TotalDiffers():
            before, now = money(wanted.expected_total_cents or 0), money(refusal.actual_cents)
            said = _("A price has changed: this order cost %(before)s, and costs %(now)s now.", before=before, now=now)
        case KeyReused():
            said = _("This form was sent before, with other contents. Look at your orders before you send it again.")
        case KeyInFlight():
            said = _("This order is being placed already. Look at your orders.")
        case RowHeld():
            raise problems.Held
        case UnknownAccount():
            raise problems.Unauthenticated
        case UnknownMerchant() | UnknownProducts():
            said = _("Something in this order is not sold any more. Here is what is left.")
        case LimitReached():
            raise _limit_reached(refusal)
        case TooManyUnits():
            said = _("An order can have at most %(most)s of each product.", most=refusal.most)
        case _:
            said = _("This order cannot be placed at the moment. Try again later.")
    return _form(_basket_of(wanted), said, 409)


def _limit_reached(refusal: LimitReached) -> problems.OrderLimitReached:
    again = str(max(1, math.ceil(refusal.again_seconds)))
    return problems.OrderLimitReached(limit=refusal.limit, most=refusal.most, headers={"Retry-After": again})


def _basket_of(order: NewOrder) -> Basket:
    return Basket(order.merchant_id, dict(order.items))

"""A customer's orders: each with what is happening now, and all of them."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import TypeAdapter, ValidationError
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role, scope_of
from pedidos.domain.couriers import WITH_A_COURIER
from pedidos.domain.order import Actor, Refusal, Status
from pedidos.domain.rating import FEWEST_STARS, MOST_CHARACTERS, MOST_STARS
from pedidos.http import problems
from pedidos.http.contact_fields import Comment
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.account import demo
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer import baskets
from pedidos.processes.web.customer.baskets import Basket
from pedidos.processes.web.customer.order_view import OrderView, view_of
from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.customer.price_words import LINES
from pedidos.processes.web.sent_values import row_id
from pedidos.processes.web.services import services
from pedidos.steps.cancel import cancel
from pedidos.storage.catalogue import merchants
from pedidos.storage.orders import deliveries, lists, ratings, reading
from pedidos.storage.orders.lists import OrderFilter
from pedidos.storage.payments import reading as payments

PAGE = 20
STARS = [str(number) for number in range(FEWEST_STARS, MOST_STARS + 1)]

_COMMENT: TypeAdapter[str] = TypeAdapter(Comment)

pages = Blueprint("orders", __name__)


@pages.get("/orders")
@allow(Role.CUSTOMER)
def history() -> str:
    """The visitor's orders, newest first, page by page."""
    engine = services().engine
    found = lists.page(engine, OrderFilter(scope_of(visitors.identity())), row_id("before"), PAGE + 1)
    shops = merchants.by_ids(engine, {order.merchant_id for order in found})
    return render_template(
        "customer/orders.html",
        orders=found[:PAGE],
        shops=shops,
        states=STATES,
        more=found[PAGE - 1].id if len(found) > PAGE else None,
    )


@pages.get("/orders/<uuid:order_id>")
@allow(Role.CUSTOMER)
def order(order_id: UUID) -> str:
    """One order."""
    return _page(_visible(order_id))


@pages.get("/orders/<uuid:order_id>/now")
@allow(Role.CUSTOMER)
def now(order_id: UUID) -> str:
    """The part of the page of an order that changes with its events."""
    return render_template("customer/order_now.html", order=_visible(order_id), fetched=True)


@pages.post("/orders/<uuid:order_id>/cancel")
@allow(Role.CUSTOMER)
def cancel_order(order_id: UUID) -> Response:
    """Cancels an order while it may be cancelled."""
    _visible(order_id)
    by = f"{Role.CUSTOMER}:{visitors.identity().account_id}"
    outcome = cancel(services().engine, order_id, Actor.CUSTOMER, by)
    if isinstance(outcome, Refusal):
        said = _("It was too late to cancel this order: it had gone further meanwhile.")
        return make_response(_page(_visible(order_id), notice=said), 409)
    return redirect_within(f"/orders/{order_id}")


@pages.post("/orders/<uuid:order_id>/again")
@allow(Role.CUSTOMER)
def order_again(order_id: UUID) -> Response:
    """Puts the products of an order into the basket, in place of what is there."""
    stored = _visible(order_id).order
    response = redirect_within(f"/shops/{stored.summary.merchant_id}#basket")
    basket = Basket()
    for item in stored.items:
        wanted = baskets.wanted(item.product_id, (choice.id for choice in item.choices))
        quantity = basket.items.get(wanted, 0) + item.quantity
        basket = basket.with_item(stored.summary.merchant_id, wanted, quantity)
    baskets.keep(response, basket)
    return response


@pages.post("/orders/<uuid:order_id>/rating")
@allow(Role.CUSTOMER)
def rate(order_id: UUID) -> Response:
    """Rates an order that was delivered, once. A form that is sent twice, or another tab, changes nothing."""
    _visible(order_id)
    stars, comment = request.form.get("stars", ""), request.form.get("comment", "").strip()
    if stars not in STARS:
        raise BadRequest
    try:
        words = _COMMENT.validate_python(comment)
    except ValidationError:
        said = _("Write at most %(most)s characters, in one line.", most=MOST_CHARACTERS)
        return make_response(_page(_visible(order_id), comment_error=said, comment=comment, stars=stars), 422)
    ratings.rate(services().engine, order_id, visitors.identity().account_id, int(stars), words)
    return redirect_within(f"/orders/{order_id}")


def _page(order: OrderView, **more: str) -> str:
    return render_template(
        "customer/order.html", order=order, has_map=demo.is_offered(), line_names=LINES, star_numbers=STARS, **more
    )


def _visible(order_id: UUID) -> OrderView:
    """The order, if it is the visitor's. Raises NotFound."""
    engine = services().engine
    stored = reading.read(engine, order_id)
    scope = scope_of(visitors.identity())
    if stored is None or not scope.includes(stored.summary.customer_id, stored.summary.merchant_id):
        raise problems.NotFound
    shop = merchants.merchant(engine, stored.summary.merchant_id)
    if shop is None:
        raise problems.NotFound
    settings = services().settings
    payment = payments.of_order(engine, order_id)
    courier = deliveries.in_hand(engine, order_id) if stored.summary.status in WITH_A_COURIER else None
    rating = ratings.of_order(engine, order_id) if stored.summary.status is Status.DELIVERED else None
    return view_of(
        stored, shop, payment, courier, rating, settings.payment_deadline_seconds, settings.acceptance_seconds
    )

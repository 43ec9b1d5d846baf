"""The checkout: what the order will cost, line by line, and one button that cannot order twice.

The form contains what it shows: the products, the total, and a key that is new each time that the form is made. So a
stale tab orders what it shows or nothing, and a form that is sent twice makes one order.
"""

import math
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.domain.access import Role
from pedidos.domain.handover import Contact
from pedidos.domain.order_limits import Limit
from pedidos.domain.pricing import LineKind
from pedidos.domain.scheduling import FARTHEST, LEAD, TOO_MANY, Schedule
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos.http.wsgi import current
from pedidos.processes.web import visitors
from pedidos.processes.web.account.overview import own
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer import baskets, checkout_form
from pedidos.processes.web.customer.baskets import Basket, PricedBasket
from pedidos.processes.web.customer.checkout_form import NEW, PAYMENTS, Wishes, price_change
from pedidos.processes.web.customer.price_words import LINES, NO_PRICE
from pedidos.processes.web.customer.shops import opening_of
from pedidos.processes.web.services import services
from pedidos.storage.accounts import addresses
from pedidos.storage.accounts.addresses import SavedAddress, TooManyAddresses
from pedidos.storage.catalogue import delivery_terms, merchants
from pedidos.storage.coupons import vips
from pedidos.storage.orders.placed import (
    ChoicesDoNotFit,
    HasNoPrice,
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
from pedidos.storage.orders.placing import NewOrder, repeated
from pedidos.storage.orders.scheduled import schedule_for
from pedidos.storage.pricing.quoting import Quote, quote
from pedidos.telemetry import attributes, traces
from pedidos.telemetry.catalogue import orders as metrics

pages = Blueprint("checkout", __name__)


@pages.get("/checkout")
@allow(Role.CUSTOMER)
def checkout() -> Response:
    """What the basket costs now, and the form that orders it."""
    return _form(baskets.of_visitor())


@pages.post("/checkout/quote")
@allow(Role.CUSTOMER)
def quoted() -> Response:
    """What the form would order costs now: the part of the page if a script asks, otherwise the page."""
    saved = _saved()
    return _form(checkout_form.basket(), checkout_form.wishes(saved), only_cost="HX-Request" in request.headers)


@pages.post("/checkout")
@allow(Role.CUSTOMER)
def order() -> Response:
    """Places the order that the form shows, or shows the form again with what is different now."""
    shown = checkout_form.basket()
    wishes = checkout_form.wishes(_saved())
    schedule = _schedule(shown)
    wanted = checkout_form.order(shown, wishes.extras, schedule if isinstance(schedule, Schedule) else None)
    if isinstance(schedule, str):
        before = repeated(services().engine, wanted)  # while its time was far enough ahead, or the shop was open
        if isinstance(before, Placed):
            return redirect_within(f"/orders/{before.order_id}")
        wishes = replace(wishes, errors={**wishes.errors, "when": schedule})
    if not _may_order():
        return _form(shown, wishes, status=403)
    if wishes.errors:
        return _form(shown, wishes, status=422)
    try:
        placed = services().placing.place(wanted)
    except PlacingRefused as refusal:
        return _refused(refusal, wanted, wishes)
    response = redirect_within(f"/orders/{placed.order_id}")
    _note(placed, wanted.traceparent, response.status_code)
    if baskets.of_visitor() == shown:  # and not the basket of another tab
        baskets.keep(response, Basket())
    if wishes.save and wanted.extras.contact is not None:
        _save(wanted.extras.contact, UUID(request.form["key"]))
    return response


def _form(
    basket: Basket, wishes: Wishes | None = None, notice: str = "", status: int = 200, *, only_cost: bool = False
) -> Response:
    """notice: what is different from the form before. only_cost: only the part with the total and the button."""
    engine = services().engine
    priced = baskets.priced(engine, basket)
    saved = _saved()
    terms = delivery_terms.of_merchant(engine, priced.merchant.id) if priced.merchant else None
    wished = wishes or _first_wishes(priced, saved, delivers=terms is not None)
    text = render_template(
        "customer/cost.html" if only_cost else "customer/checkout.html",
        basket=priced,
        only_cost=only_cost,
        quote=_quote(priced, wished),
        written=baskets.written(priced.left),
        opening=priced.merchant and opening_of(priced.merchant),
        when=request.form.get("when", "")[:40],
        days_ahead=FARTHEST.days,
        lead_minutes=int(LEAD.total_seconds() // 60),
        key=uuid.uuid4(),
        payments=PAYMENTS,
        payment=request.form.get("payment") or next(iter(PAYMENTS)),
        notice=notice,
        may_order=_may_order(),
        saved=saved,
        can_save=len(saved) < addresses.MOST,
        terms=terms,
        wishes=wished,
        errors=wished.errors,
        NEW=NEW,
        line_names=LINES,
        no_price=NO_PRICE,
    )
    return make_response(text, status)


def _first_wishes(basket: PricedBasket, saved: Sequence[SavedAddress], *, delivers: bool) -> Wishes:
    """What the form shows at first: to a VIP of the shop with the coupon for VIPs, if it applies to the basket."""
    name, coupon = own().name, None
    if basket.merchant is not None:
        coupon = vips.coupon_for(services().engine, basket.merchant.id, visitors.identity().account_id)
    if coupon is not None:
        wishes = checkout_form.first_wishes(saved, delivers=delivers, name=name, coupon=coupon)
        quoted = _quote(basket, wishes)
        if quoted is not None and any(line.kind is LineKind.DISCOUNT for line in quoted.lines):
            return wishes
    return checkout_form.first_wishes(saved, delivers=delivers, name=name)


def _schedule(shown: Basket) -> Schedule | str | None:
    """When the order is released, if the form wants it for later; or what is wrong with that time."""
    shop = merchants.merchant(services().engine, shown.merchant_id) if shown.merchant_id else None
    if shop is None:
        return None
    try:
        at = checkout_form.wanted_at(shop.time_zone)
    except ValueError:
        return _("Enter a day and a time.")
    if at is None:
        return None if opening_of(shop).is_open else _("This shop is closed now: choose a time for later.")
    found = schedule_for(services().engine, shop.id, at)
    return found if isinstance(found, Schedule) else found.said(_)


def _quote(basket: PricedBasket, wishes: Wishes) -> Quote | None:
    """None if there is nothing to order."""
    if basket.merchant is None or not basket.lines:
        return None
    left, account_id = basket.left, visitors.identity().account_id
    found = quote(
        services().engine, account_id, basket.merchant.id, left.order_items(), wishes.extras, left.order_choices()
    )
    return found if isinstance(found, Quote) else None


def _saved() -> list[SavedAddress]:
    return list(addresses.of_account(services().engine, visitors.identity().account_id))


def _save(contact: Contact, address_id: UUID) -> None:
    """Saves the address of the order, under the key of the form, so that a second sending saves nothing more."""
    if contact.address is None:
        return
    label = f"{contact.address.street}, {contact.address.number}"[:40]
    known = Contact(contact.recipient, contact.phone, contact.address)
    with suppress(TooManyAddresses):  # another tab has saved the last one: the order is placed all the same
        addresses.save(services().engine, visitors.identity().account_id, SavedAddress(address_id, label, known))


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


def _refused(refusal: PlacingRefused, wanted: NewOrder, wishes: Wishes) -> Response:
    """The form again, with what the reader has to know; nothing was ordered."""
    match refusal:
        case TotalDiffers():
            said = price_change(wanted.expected_total_cents or 0, refusal.actual_cents)
        case HasNoPrice():
            said = str(NO_PRICE[refusal.why])
        case KeyReused():
            said = _("This form was sent before, with other contents. Look at your orders before you send it again.")
        case KeyInFlight():
            said = _("This order is being placed already. Look at your orders.")
        case RowHeld():
            raise problems.Held
        case UnknownAccount():
            raise problems.Unauthenticated
        case UnknownMerchant() | UnknownProducts() | ChoicesDoNotFit():
            said = _("Something in this order is not sold any more. Here is what is left.")
        case LimitReached(limit=Limit.SCHEDULED_ORDERS):
            too_many = replace(wishes, errors={**wishes.errors, "when": TOO_MANY.said(_)})
            return _form(_basket_of(wanted), too_many, status=422)
        case LimitReached():
            raise _limit_reached(refusal)
        case TooManyUnits():
            said = _("An order can have at most %(most)s of each product.", most=refusal.most)
        case _:
            said = _("This order cannot be placed at the moment. Try again later.")
    return _form(_basket_of(wanted), wishes, said, 409)


def _limit_reached(refusal: LimitReached) -> problems.OrderLimitReached:
    again = str(max(1, math.ceil(refusal.again_seconds)))
    return problems.OrderLimitReached(limit=refusal.limit, most=refusal.most, headers={"Retry-After": again})


def _basket_of(order: NewOrder) -> Basket:
    items = {
        baskets.wanted(product_id, order.choices.get(index, ())): quantity
        for index, (product_id, quantity) in enumerate(order.items)
    }
    return Basket(order.merchant_id, items)

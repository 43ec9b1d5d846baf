"""Giving a part of an order's money back: what was missing, or an amount. Each form has a key, and works once."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID, uuid4

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role
from pedidos.domain.money import RowKind, RowStatus
from pedidos.domain.order import Refusal
from pedidos.domain.refunds import REFUNDABLE, Cause, Missing, TooMuch, Wish, left_of
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer.order_words import STATES, translated
from pedidos.processes.web.merchant import numbers, own
from pedidos.processes.web.sent_values import form_key
from pedidos.processes.web.services import services
from pedidos.steps.refund import refund
from pedidos.storage.orders import board, reading
from pedidos.storage.payments import refunds
from pedidos.storage.payments.refunds import KeyReused

MOST = 50
"""Delivered orders that are listed."""

CAUSES: Mapping[Cause, LazyString] = MappingProxyType(
    {
        Cause.NOT_AS_ORDERED: lazy_gettext("Something was not as it was ordered"),
        Cause.LATE: lazy_gettext("The order came late"),
        Cause.GOODWILL: lazy_gettext("As a gesture"),
    }
)
"""Those with an amount."""

KINDS: Mapping[RowKind, LazyString] = MappingProxyType(
    {
        RowKind.CHARGE: lazy_gettext("Taken for the order"),
        RowKind.REFUND: lazy_gettext("Given back in part"),
        RowKind.REST: lazy_gettext("The rest, given back"),
    }
)

OUTCOMES: Mapping[RowStatus, LazyString] = MappingProxyType(
    {
        RowStatus.PENDING: lazy_gettext("in progress"),
        RowStatus.DONE: lazy_gettext("done"),
        RowStatus.REFUSED: lazy_gettext("refused by the payment provider"),
        RowStatus.VOID: lazy_gettext("nothing was taken"),
    }
)

pages = Blueprint("refunds", __name__, url_prefix="/board")


@pages.get("/delivered")
@allow(Role.MERCHANT, owner=True)
def delivered() -> str:
    """The orders that were delivered last, each with a way to give a part of it back."""
    found = board.delivered(services().engine, own.merchant_id(), MOST)
    return render_template("merchant/delivered.html", tickets=found, zone=own.merchant().time_zone)


@pages.get("/<uuid:order_id>/refund")
@allow(Role.MERCHANT, owner=True)
def form(order_id: UUID) -> Response:
    """What was taken and came back, and the two forms."""
    return _page(order_id)


@pages.post("/<uuid:order_id>/refund")
@allow(Role.MERCHANT, owner=True)
def give_back(order_id: UUID) -> Response:
    """Gives a part back, or shows the forms again with what is wrong."""
    _own(order_id)
    errors: dict[str, str] = {}
    wish = _missing(errors) if request.form.get("cause") == Cause.ITEMS_MISSING else _amount(errors)
    if wish is None or errors:
        return _page(order_id, errors, 422)
    try:
        made = refund(services().engine, order_id, wish, f"web:{form_key()}", visitors.identity().account_id, who())
    except KeyReused:
        return _page(
            order_id,
            notice=_("This form was sent before, with something else in it. Look at what came back."),
            status=409,
        )
    if isinstance(made, Refusal):
        return _page(
            order_id, notice=_("Nothing can be given back of this order in the state in which it is."), status=409
        )
    if isinstance(made, TooMuch):
        field = "missing" if wish.cause is Cause.ITEMS_MISSING else "amount"
        return _page(order_id, {field: _("There is less left of the order than that.")}, 422)
    return redirect_within(f"/board/{order_id}/refund")


def _missing(errors: dict[str, str]) -> Wish | None:
    wanted = []
    for name, text in request.form.items():
        if name.startswith("missing-") and text != "0":
            units = numbers.units(text, 1)
            if units is None:
                raise BadRequest
            wanted.append(Missing(_uuid(name.removeprefix("missing-")), units))
    if not wanted:
        errors["missing"] = _("Say how many were missing.")
        return None
    return Wish(Cause.ITEMS_MISSING, missing=wanted)


def _amount(errors: dict[str, str]) -> Wish | None:
    cause = request.form.get("cause", "")
    if cause not in CAUSES:
        raise BadRequest
    cents = numbers.cents(request.form.get("amount", ""))
    if cents is None:
        errors["amount"] = _("Enter an amount such as %(example)s.", example=numbers.price_text(500))
        return None
    return Wish(Cause(cause), cents)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadRequest from error


def _own(order_id: UUID) -> reading.Order:
    """An order of the visitor's merchant. Raises NotFound."""
    found = reading.read(services().engine, order_id)
    if found is None or found.summary.merchant_id != own.merchant_id():
        raise problems.NotFound
    return found


def _page(order_id: UUID, errors: Mapping[str, str] | None = None, status: int = 200, notice: str = "") -> Response:
    found = _own(order_id)
    paid = refunds.paid(services().engine, order_id)
    products = {line.product_id: line.name for line in paid.items}
    text = render_template(
        "merchant/refund.html",
        number=found.summary.id.hex[-5:].upper(),
        order=found,
        left_cents=paid.left_cents if found.summary.status in REFUNDABLE else 0,
        products=[(each, name, left_of(each, (), paid)) for each, name in products.items()],
        state=STATES[found.summary.status],
        causes=CAUSES,
        kinds=KINDS,
        outcomes=OUTCOMES,
        translated=translated,
        zone=own.merchant().time_zone,
        key=uuid4(),
        errors=errors or {},
        fields=request.form,
        notice=notice,
    )
    return make_response(text, status)

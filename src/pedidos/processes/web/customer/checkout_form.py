"""The form of the checkout: what it orders, how that gets to the customer, and what is wrong with it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import BadRequest

from pedidos.domain.handover import Contact, Method
from pedidos.domain.pricing import MAX_TIP_CENTS
from pedidos.domain.scheduling import Schedule
from pedidos.http.wsgi import traceparent
from pedidos.processes.web import contact_form, visitors
from pedidos.processes.web.customer import baskets
from pedidos.processes.web.customer.baskets import Basket
from pedidos.processes.web.formats import money
from pedidos.processes.web.merchant import numbers
from pedidos.storage.accounts.addresses import SavedAddress
from pedidos.storage.orders.extras import NO_EXTRAS, Extras, asked
from pedidos.storage.orders.placing import NewOrder

PAYMENTS = {
    "tok_ok": lazy_gettext("Test card that pays"),
    "tok_declined": lazy_gettext("Test card that is declined"),
    "tok_slow": lazy_gettext("Test card that takes five seconds"),
}
"""Tokens of the payment simulator. A real provider's script would put one of its own into the form."""

NEW = "new"
"""The choice of an address that is not saved."""

CODE = re.compile(r"[A-Z0-9-]{3,32}")
"""Of a coupon."""

MOST_CENTS = 2**53
"""As in the API."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the order is to get to its customer. fields: of the form, to be shown again. errors: by field; with errors,
    extras say no more than the price needs."""

    method: Method
    choice: str
    fields: Mapping[str, str]
    extras: Extras
    errors: Mapping[str, str] = field(default_factory=dict)
    save: bool = False


def first_wishes(saved: Sequence[SavedAddress], *, delivers: bool, name: str, coupon: str | None = None) -> Wishes:
    """What the form shows at first: delivery to the first saved address, if there is one. coupon: that the customer has
    without entering it."""
    fields = dict.fromkeys((*contact_form.FIELDS, "tip"), "") | {"recipient": name, "coupon": coupon or ""}
    if delivers and saved:
        chosen = saved[0]
        contact = chosen.contact
        location = contact.address.location if contact.address else None
        extras = Extras(Method.DELIVERY, contact, location, coupon=coupon)
        return Wishes(Method.DELIVERY, str(chosen.id), fields, extras)
    extras = Extras(coupon=coupon) if coupon else NO_EXTRAS
    return Wishes(Method.PICK_UP, str(saved[0].id) if saved else NEW, fields, extras)


def wishes(saved: Sequence[SavedAddress]) -> Wishes:
    """What the form of the current request says. saved: the addresses to choose from."""
    form = request.form
    method = Method.DELIVERY if form.get("method") == Method.DELIVERY else Method.PICK_UP
    fields = contact_form.given(form) | {
        "tip": form.get("tip", "").strip(),
        "coupon": form.get("coupon", "").strip().upper(),
    }
    chosen = next((each for each in saved if str(each.id) == form.get("address")), None)
    errors: dict[str, str] = {}
    tip = _tip(fields["tip"])
    if tip is None:
        errors["tip"] = _("Enter an amount such as %(example)s.", example=numbers.price_text(500))
    coupon = fields["coupon"] or None
    if coupon is not None and not CODE.fullmatch(coupon):
        errors["coupon"] = _("A coupon has 3 to 32 letters, digits or hyphens.")
        coupon = None
    contact: Contact | None = None
    if method is Method.DELIVERY and chosen is not None:
        note = fields["note"] or chosen.contact.note
        errors |= {name: said for name, said in contact_form.errors(fields, address=False).items() if name == "note"}
        contact = Contact(chosen.contact.recipient, chosen.contact.phone, chosen.contact.address, note)
    elif method is Method.DELIVERY:
        errors |= contact_form.errors(fields, address=True)
        contact = None if errors else contact_form.contact(fields, address=True)
    elif fields["phone"] or fields["note"]:  # the name alone is filled in by us
        errors |= contact_form.errors(fields, address=False)
        contact = None if errors else contact_form.contact(fields, address=False)
    if contact is not None and contact.address is not None:
        location = contact.address.location
    else:
        location = contact_form.location(fields["location"]) if method is Method.DELIVERY else None
    plain = method is Method.PICK_UP and contact is None and not tip and coupon is None
    extras = NO_EXTRAS if plain else Extras(method, contact, location, tip or 0, coupon)
    choice = str(chosen.id) if chosen else NEW
    return Wishes(method, choice, fields, extras, errors, save="save" in form and chosen is None)


def basket() -> Basket:
    """The basket that the form shows. Raises BadRequest if it is not a form of ours."""
    found = baskets.parse(request.form.get("basket", ""))
    if found.merchant_id is None:
        raise BadRequest
    return found


def wanted_at(time_zone: str) -> datetime | None:
    """When the form wants the order, in the zone of the shop; None: as soon as possible. Raises ValueError if the field
    has no time."""
    text = request.form.get("when", "").strip()
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=ZoneInfo(time_zone)) if at.tzinfo is None else at


def order(shown: Basket, extras: Extras, schedule: Schedule | None = None) -> NewOrder:
    """The order that the form asks for. Raises BadRequest if it is not a form of ours."""
    payment = request.form.get("payment", "")
    try:
        key = UUID(request.form.get("key", ""))
        expected = int(request.form.get("expected_total_cents", ""))
    except ValueError as error:
        raise BadRequest from error
    if shown.merchant_id is None or payment not in PAYMENTS or not 0 < expected <= MOST_CENTS:
        raise BadRequest
    items, choices = shown.order_items(), shown.order_choices()
    said: list[object] = [shown.merchant_id, items, payment, expected]
    if choices:
        said.append({"choices": sorted(choices.items())})
    if extras is not NO_EXTRAS:
        said.append(asked(extras))
    if when := request.form.get("when", "").strip():
        said.append({"when": when})
    return NewOrder(
        customer_id=visitors.identity().account_id,
        merchant_id=shown.merchant_id,
        items=items,
        payment_token=payment,
        idempotency_key=f"web:{key}",
        request_hash=hashlib.sha256(orjson.dumps(said)).digest(),
        expected_total_cents=expected,
        traceparent=traceparent(),
        traced=True,  # somebody watches it
        extras=extras,
        choices=choices,
        schedule=schedule,
    )


def _tip(text: str) -> int | None:
    """The tip in cents; None if the text is no amount."""
    if not text:
        return 0
    cents = numbers.cents(text)
    return cents if cents is not None and cents <= MAX_TIP_CENTS else None


def price_change(before: int, now: int) -> str:
    """What to tell a customer whose order costs something else now."""
    return _(
        "The total has changed: this order cost %(before)s, and costs %(now)s now.",
        before=money(before),
        now=money(now),
    )

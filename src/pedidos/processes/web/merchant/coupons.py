"""The merchant's coupons: the list with how often each is used, a form for a new one, and ending one."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import numbers, own
from pedidos.processes.web.services import services
from pedidos.storage.coupons import coupons, vips
from pedidos.storage.coupons.coupons import CouponTerms

CODE = re.compile(r"[A-Z0-9-]{3,32}")
FIELDS = ("code", "kind", "percent", "amount", "minimum", "ends", "most", "most_per_person", "vips_only")
MOST_PERCENT = 100
MOST_VIPS = 100
"""That are listed."""

pages = Blueprint("coupons", __name__)


@pages.get("/coupons")
@allow(Role.MERCHANT, owner=True)
def listed() -> Response:
    """All of them, and the form."""
    return _page(dict.fromkeys(FIELDS, "") | {"kind": "percent", "most_per_person": "1"})


@pages.post("/coupons")
@allow(Role.MERCHANT, owner=True)
def add() -> Response:
    """Makes a coupon. The code makes a form that is sent twice harmless."""
    fields = {name: request.form.get(name, "").strip() for name in FIELDS}
    fields["code"] = fields["code"].upper()
    errors: dict[str, str] = {}
    terms = _terms(fields, errors)
    if errors:
        return _page(fields, errors, status=422)
    try:
        coupons.add(services().engine, own.merchant_id(), terms, who())
    except coupons.CodeTaken:
        errors["code"] = _("You have, or had, another coupon with this code. Choose another one.")
        return _page(fields, errors, status=409)
    except coupons.TooManyCoupons:
        said = _("You have %(most)s coupons already. End one first.", most=coupons.MOST_ACTIVE)
        return _page(fields, notice=said, status=409)
    return redirect_within("/coupons")


@pages.post("/coupons/<uuid:coupon_id>/end")
@allow(Role.MERCHANT, owner=True)
def end(coupon_id: UUID) -> Response:
    """Ends a coupon; one that has ended stays so."""
    coupons.end(services().engine, own.merchant_id(), coupon_id, who())
    return redirect_within("/coupons")


def _terms(fields: Mapping[str, str], errors: dict[str, str]) -> CouponTerms:
    """The coupon of the form; notes what is wrong with each field in errors."""
    if fields["kind"] not in ("percent", "amount"):
        raise BadRequest
    if not CODE.fullmatch(fields["code"]):
        errors["code"] = _("Enter 3 to 32 letters without accents, digits or hyphens.")
    percent = numbers.units(fields["percent"], 1) if fields["kind"] == "percent" else None
    if fields["kind"] == "percent" and (percent is None or percent > MOST_PERCENT):
        errors["percent"] = _("Enter a whole number from 1 to 100.")
    amount = numbers.cents(fields["amount"]) if fields["kind"] == "amount" else None
    if fields["kind"] == "amount" and amount is None:
        errors["amount"] = _("Enter an amount such as %(example)s.", example=numbers.price_text(1000))
    minimum = numbers.cents(fields["minimum"]) if fields["minimum"] else 0
    if minimum is None:
        errors["minimum"] = _("Enter an amount such as %(example)s.", example=numbers.price_text(5000))
    limits = {}
    for name in ("most", "most_per_person"):
        limits[name] = numbers.units(fields[name], 1) if fields[name] else None
        if fields[name] and limits[name] is None:
            errors[name] = _("Enter a whole number, or leave it empty for no limit.")
    ends = _end_of(fields["ends"], errors)
    vips_only = fields["vips_only"] == "yes"
    return CouponTerms(fields["code"], percent, amount, minimum or 0, None, ends, **limits, vips_only=vips_only)


def _end_of(text: str, errors: dict[str, str]) -> datetime | None:
    """The end of the day, in the merchant's time zone."""
    if not text:
        return None
    zone = ZoneInfo(own.merchant().time_zone)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not datetime.now(zone).date() <= day < date(9000, 1, 1):
        errors["ends"] = _("Enter a day that is not over, or leave it empty.")
        return None
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def _page(
    fields: Mapping[str, str], errors: Mapping[str, str] | None = None, notice: str = "", status: int = 200
) -> Response:
    found = coupons.of_merchant(services().engine, own.merchant_id())
    text = render_template(
        "merchant/coupons.html",
        coupons=found,
        running=sum(each.active for each in found),
        vips=vips.of_merchant(services().engine, own.merchant_id(), None, MOST_VIPS),
        fields=fields,
        errors=errors or {},
        notice=notice,
        zone=own.merchant().time_zone,
        now=datetime.now(UTC),
    )
    return make_response(text, status)

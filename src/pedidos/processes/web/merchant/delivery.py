"""What the merchant asks for a delivery: nothing is delivered, a flat fee, or one by distance."""

from collections.abc import Mapping
from itertools import pairwise

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role
from pedidos.domain.handover import Location
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web import contact_form
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import numbers, own
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import delivery_terms
from pedidos.storage.catalogue.delivery_terms import Band, DeliveryTerms

BANDS = 5
"""Bands that the form has room for, beyond those that are stored."""
MAX_FEE_CENTS = 100_000
MAX_METRES = 100_000

KINDS = ("none", "flat", "bands")

pages = Blueprint("delivery", __name__)


@pages.get("/delivery")
@allow(Role.MERCHANT, owner=True)
def delivery() -> Response:
    """The whole page."""
    return _page(_fields(delivery_terms.of_merchant(services().engine, own.merchant_id())))


@pages.post("/delivery")
@allow(Role.MERCHANT, owner=True)
def set_delivery() -> Response:
    """Replaces what the merchant asks for a delivery."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise BadRequest
    fields = {name: value.strip() for name, value in request.form.items()}
    errors: dict[str, str] = {}
    terms = None if kind == "none" else _terms(kind, fields, errors)
    if errors:
        return _page(fields, errors, 422)
    delivery_terms.set_terms(services().engine, own.merchant_id(), terms, who())
    return redirect_within("/delivery?done=1")


def _terms(kind: str, fields: Mapping[str, str], errors: dict[str, str]) -> DeliveryTerms | None:
    """The terms of the form; notes what is wrong with each field in errors."""
    free_from = numbers.cents(fields["free_from"]) if fields.get("free_from") else None
    if fields.get("free_from") and free_from is None:
        errors["free_from"] = _("Enter an amount such as %(example)s.", example=numbers.price_text(8000))
    if kind == "flat":
        flat = _fee(fields.get("flat", ""))
        if flat is None:
            errors["flat"] = _fee_wrong()
        return DeliveryTerms(flat, (), free_from, None)
    location = contact_form.location(fields.get("location", ""))
    if location is None:
        errors["location"] = _("Distances count from your shop: enter its latitude and longitude.")
    return DeliveryTerms(None, _bands(fields, errors), free_from, location)


def _bands(fields: Mapping[str, str], errors: dict[str, str]) -> list[Band]:
    bands = []
    for number in range(delivery_terms.MOST_BANDS):
        metres, fee = fields.get(f"metres-{number}", ""), fields.get(f"fee-{number}", "")
        if not metres and not fee:
            continue
        far, cents = numbers.units(metres, 1), _fee(fee)
        if far is None or far > MAX_METRES or cents is None:
            errors["bands"] = _(
                "Each band needs a distance in metres, up to 100000, and a fee such as %(example)s.",
                example=numbers.price_text(700),
            )
            continue
        bands.append(Band(far, cents))
    if any(near.metres >= far.metres for near, far in pairwise(bands)):
        errors["bands"] = _("Each band must reach farther than the one before.")
    if not bands and "bands" not in errors:
        errors["bands"] = _("Enter at least one band.")
    return bands


def _fee(text: str) -> int | None:
    """A fee in cents, which may be nothing; None if the text is none."""
    if text.strip(" 0.,") == "" and any(each == "0" for each in text):
        return 0
    cents = numbers.cents(text)
    return cents if cents is not None and cents <= MAX_FEE_CENTS else None


def _fee_wrong() -> str:
    return _("Enter a fee such as %(example)s, at most a thousand.", example=numbers.price_text(700))


def _fields(terms: DeliveryTerms | None) -> dict[str, str]:
    """The form that makes these terms."""
    if terms is None:
        return {"kind": "none"}
    fields = {
        "kind": "bands" if terms.bands else "flat",
        "flat": "" if terms.flat_cents is None else numbers.price_text(terms.flat_cents),
        "free_from": "" if terms.free_from_cents is None else numbers.price_text(terms.free_from_cents),
        "location": _written(terms.location),
    }
    for number, band in enumerate(terms.bands):
        fields |= {f"metres-{number}": str(band.metres), f"fee-{number}": numbers.price_text(band.cents)}
    return fields


def _written(location: Location | None) -> str:
    return f"{location.latitude}, {location.longitude}" if location else ""


def _page(fields: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
    stored = sum(name.startswith("metres-") and bool(value) for name, value in fields.items())
    text = render_template(
        "merchant/delivery.html",
        fields=fields,
        errors=errors or {},
        terms=delivery_terms.of_merchant(services().engine, own.merchant_id()),
        bands=range(min(delivery_terms.MOST_BANDS, stored + BANDS)),
        done="done" in request.args,
    )
    return make_response(text, status)

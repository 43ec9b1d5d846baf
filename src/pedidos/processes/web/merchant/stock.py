"""The stock of a product: counting it, and adding what came. Each form has a key, and is carried out once."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from pydantic import TypeAdapter

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import Reason
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import numbers, own
from pedidos.processes.web.merchant.product_page import product_page
from pedidos.processes.web.sent_values import fits, form_key
from pedidos.processes.web.services import services
from pedidos.storage.catalogue.products import Product
from pedidos.storage.inventory import counting

pages = Blueprint("stock", __name__)

_REASON: TypeAdapter[str] = TypeAdapter(Reason)


class Wanted(NamedTuple):
    """A form that is right. key: of the form."""

    units: int
    reason: str
    key: str


@pages.post("/products/<uuid:product_id>/stock/count")
@allow(Role.MERCHANT)
def count(product_id: UUID) -> Response:
    """Sets the units on hand."""

    def store(wanted: Wanted) -> Product | None:
        engine, merchant_id = services().engine, own.merchant_id()
        return counting.count_stock(
            engine, merchant_id, product_id, wanted.units, who(), reason=wanted.reason, key=wanted.key
        )

    return _carried_out(product_id, "counted", 0, store)


@pages.post("/products/<uuid:product_id>/stock/receive")
@allow(Role.MERCHANT)
def receive(product_id: UUID) -> Response:
    """Adds units to those on hand."""

    def store(wanted: Wanted) -> Product | None:
        engine, merchant_id = services().engine, own.merchant_id()
        return counting.receive_stock(
            engine, merchant_id, product_id, wanted.units, who(), reason=wanted.reason, key=wanted.key
        )

    return _carried_out(product_id, "received", 1, store)


def _carried_out(product_id: UUID, field: str, least: int, store: Callable[[Wanted], Product | None]) -> Response:
    """field: the name of the number in the form. least: the smallest number that makes sense."""
    product = own.product(product_id)
    reason = request.form.get("reason", "").strip()
    units = numbers.units(request.form.get(field, ""), least)
    errors = {}
    if units is None:
        errors[field] = _("Enter a whole number of units, such as 12.")
    if not fits(_REASON, reason):
        errors[f"{field}_reason"] = _("Enter at most 200 characters in one line.")
    if units is None or errors:
        return product_page(product, errors=errors, status=422)
    try:
        stored = store(Wanted(units, reason, f"web:{form_key()}"))
    except counting.TooManyOnHand:
        errors[field] = _("There would be more units than can be counted here.")
        return product_page(product, errors=errors, status=422)
    if stored is None:
        raise problems.NotFound
    return redirect_within(f"/products/{product_id}#stock")

"""What the merchant sells: the list, a new product, and the fields of one.

A form names what it was made from: a key that is new each time, or when the product was last changed. So a form that is
sent twice is carried out once, and a stale tab overwrites nothing.
"""

import uuid
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import TypeAdapter
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import ProductScope, Role
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import Category, Description, Name
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import numbers, own
from pedidos.processes.web.merchant.product_page import product_page
from pedidos.processes.web.sent_values import fits, form_key, form_seen, row_id
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import products
from pedidos.storage.catalogue.products import Product, ProductChange

PAGE = 100

pages = Blueprint("menu", __name__)

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_DESCRIPTION: TypeAdapter[str] = TypeAdapter(Description)
_CATEGORY: TypeAdapter[str] = TypeAdapter(Category)


class Wanted(NamedTuple):
    """The fields of a form that are right."""

    name: str
    description: str
    price_cents: int
    category: str


@pages.get("/products")
@allow(Role.MERCHANT)
def listed() -> str:
    """The products on sale, or those withdrawn, page by page."""
    withdrawn = request.args.get("show") == "withdrawn"
    merchant_id = own.merchant_id()
    found = products.products(
        services().engine, ProductScope(merchant_id), merchant_id, not withdrawn, row_id("after"), PAGE + 1
    )
    return render_template(
        "merchant/products.html",
        products=found[:PAGE],
        withdrawn=withdrawn,
        sold_out=sum(not each.orderable for each in found[:PAGE]),
        more=found[PAGE - 1].id if len(found) > PAGE else None,
    )


@pages.get("/products/new")
@allow(Role.MERCHANT, owner=True)
def form() -> str:
    """The form of a new product."""
    return _form({}, {}, str(uuid.uuid4()))


@pages.post("/products/new")
@allow(Role.MERCHANT, owner=True)
def add() -> Response:
    """Adds a product, and leads to its page."""
    given = _given() | {"on_hand": request.form.get("on_hand", "")}
    key = str(form_key())
    wanted, errors = _checked(given)
    on_hand = numbers.units(given["on_hand"] or "0", 0)
    if on_hand is None:
        errors["on_hand"] = _("Enter a whole number of units, such as 12.")
    if wanted is None or on_hand is None:
        return make_response(_form(given, errors, key), 422)
    added = products.add_product(
        services().engine, own.merchant_id(), who(), active=True, on_hand=on_hand, key=f"web:{key}", **wanted._asdict()
    )
    return redirect_within(f"/products/{added.id}")


@pages.get("/products/<uuid:product_id>")
@allow(Role.MERCHANT)
def product(product_id: UUID) -> Response:
    """One product, its stock and the history of it."""
    return product_page(own.product(product_id))


@pages.post("/products/<uuid:product_id>")
@allow(Role.MERCHANT, owner=True)
def change(product_id: UUID) -> Response:
    """Changes the fields of a product, unless it has changed since the form was made."""
    before = own.product(product_id)
    given, seen = _given(), form_seen()
    wanted, errors = _checked(given)
    if wanted is None:
        return product_page(before, given=given, errors=errors, status=422)
    asked = ProductChange(**wanted._asdict())
    changed = products.change_product(services().engine, own.merchant_id(), product_id, asked, who(), seen)
    if changed is not None:
        return redirect_within(f"/products/{product_id}")
    now = own.product(product_id)
    if _is_as(now, wanted):  # the form was sent twice
        return redirect_within(f"/products/{product_id}")
    said = _("This product was changed meanwhile. Here is how it is now; your change was not stored.")
    return product_page(now, notice=said, status=409)


@pages.post("/products/<uuid:product_id>/sale")
@allow(Role.MERCHANT, owner=True)
def offer_or_withdraw(product_id: UUID) -> Response:
    """Puts a product on sale, or withdraws it: `active` is 1 or 0."""
    active = {"1": True, "0": False}.get(request.form.get("active", ""))
    if active is None:
        raise BadRequest
    asked = ProductChange(active=active)
    if products.change_product(services().engine, own.merchant_id(), product_id, asked, who()) is None:
        raise problems.NotFound
    return redirect_within(f"/products/{product_id}")


def _form(given: Mapping[str, str], errors: Mapping[str, str], key: str) -> str:
    return render_template("merchant/new_product.html", given=given, errors=errors, key=key)


def _given() -> dict[str, str]:
    # A browser sends the ends of lines as CR LF.
    form = {name: request.form.get(name, "") for name in ("name", "category", "description", "price")}
    lines = {name: form[name].strip() for name in ("name", "category")}
    return form | lines | {"description": form["description"].replace("\r\n", "\n").strip()}


def _checked(given: Mapping[str, str]) -> tuple[Wanted | None, dict[str, str]]:
    """The fields if all are right, and otherwise what is wrong with each."""
    errors = {}
    if not fits(_NAME, given["name"]):
        errors["name"] = _("Enter a name of up to 120 characters.")
    if not fits(_DESCRIPTION, given["description"]):
        errors["description"] = _("Enter at most 2000 characters.")
    if not fits(_CATEGORY, given["category"]):
        errors["category"] = _("Enter at most 60 characters in one line.")
    price = numbers.cents(given["price"])
    if price is None:
        example = numbers.price_text(4990)
        errors["price"] = _("Enter a price such as %(example)s, up to a million.", example=example)
    if errors or price is None:
        return None, errors
    return Wanted(given["name"], given["description"], price, given["category"]), {}


def _is_as(product: Product, wanted: Wanted) -> bool:
    return (product.name, product.description, product.price_cents, product.category) == wanted

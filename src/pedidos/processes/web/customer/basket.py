"""Puts products into the basket and takes them out."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import ProductScope
from pedidos.domain.options import MOST_CHOSEN, chosen_of, faults
from pedidos.domain.validation import MAX_QUANTITY
from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer import baskets
from pedidos.processes.web.customer.baskets import Basket
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import products
from pedidos.storage.catalogue.products import Product

ON_SALE = ProductScope()

CHOICE = "choice"
"""The fields of a form that name choices begin with it: the choices of each group are fields of one name."""

pages = Blueprint("basket", __name__)


class Instead(NamedTuple):
    """What a visitor wants who has products of another shop in the basket."""

    product: Product
    choices: Sequence[UUID] = ()


@pages.post("/basket/<uuid:product_id>")
@public
def put(product_id: UUID) -> Response:
    """Puts one more of a product into the basket (`add`), or sets how many (`quantity`).

    The products of another shop make room for it only if the visitor says so (`replace`).
    """
    product = products.product(services().engine, ON_SALE, product_id)
    if product is None:
        raise problems.NotFound
    basket = baskets.of_visitor()
    choices = _choices()
    item = baskets.wanted(product_id, choices)
    before = basket.items.get(item, 0)
    quantity = before + 1 if "add" in request.form else _quantity()
    wrong = faults(product.groups, choices) if quantity > before else []
    if wrong:
        said = " ".join(each.reason.said(_) for each in wrong)
        return _answered(basket, product, said=said, address=f"/shops/{product.merchant_id}?choose={product_id}#basket")
    if basket.merchant_id not in (None, product.merchant_id) and quantity > 0 and "replace" not in request.form:
        chosen = [choice.id for choice in chosen_of(product.groups, choices)]
        query = urlencode({"instead": product_id, CHOICE: chosen}, doseq=True)
        address = f"/shops/{product.merchant_id}?{query}#basket"
        return _answered(basket, product, instead=Instead(product, chosen), address=address)
    changed = basket.with_item(product.merchant_id, item, quantity)
    full = quantity > 0 and item not in changed.items
    return _answered(changed, product, said=_("The basket is full: order what is in it first.") if full else "")


def _answered(
    basket: Basket, product: Product, *, instead: Instead | None = None, said: str = "", address: str = ""
) -> Response:
    """The part of the page if a script asked for it, otherwise the way back to the shop, or to this address.

    instead: asks whether the basket may be emptied for it. said: why nothing was put in.
    """
    if "HX-Request" not in request.headers:
        response = redirect_within(address or f"/shops/{product.merchant_id}#basket")
    else:
        priced = baskets.priced(services().engine, basket)
        text = render_template("customer/basket.html", basket=priced, instead=instead, said=said)
        response = make_response(text, 422 if said else 200)
    baskets.keep(response, basket)
    return response


def _choices() -> list[UUID]:
    """Raises BadRequest if the form is not one of ours."""
    given = [value for name, value in request.form.items(multi=True) if name.startswith(CHOICE)]
    if len(given) > MOST_CHOSEN * 2:
        raise BadRequest
    try:
        return [UUID(each) for each in given]
    except ValueError as error:
        raise BadRequest from error


def _quantity() -> int:
    try:
        return min(max(int(request.form.get("quantity", "")), 0), MAX_QUANTITY)
    except ValueError as error:
        raise BadRequest from error

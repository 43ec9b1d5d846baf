"""Puts products into the basket and takes them out."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import ProductScope
from pedidos.domain.validation import MAX_QUANTITY
from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer import baskets
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import products
from pedidos.storage.catalogue.products import Product

ON_SALE = ProductScope()

pages = Blueprint("basket", __name__)


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
    quantity = basket.items.get(product_id, 0) + 1 if "add" in request.form else _quantity()
    foreign = basket.merchant_id not in (None, product.merchant_id)
    if foreign and quantity > 0 and "replace" not in request.form:
        return _answered(basket, product, asks=True)
    return _answered(basket.with_item(product.merchant_id, product_id, quantity), product)


def _answered(basket: baskets.Basket, product: Product, *, asks: bool = False) -> Response:
    """The part of the page if a script asked for it, otherwise the way back to the shop.

    asks: whether to ask if the basket may be emptied for the product.
    """
    if "HX-Request" not in request.headers:
        query = f"?instead={product.id}" if asks else ""
        response = redirect_within(f"/shops/{product.merchant_id}{query}#basket")
    else:
        priced = baskets.priced(services().engine, basket)
        instead = product if asks else None
        response = make_response(render_template("customer/basket.html", basket=priced, instead=instead))
    baskets.keep(response, basket)
    return response


def _quantity() -> int:
    try:
        return min(max(int(request.form.get("quantity", "")), 0), MAX_QUANTITY)
    except ValueError as error:
        raise BadRequest from error

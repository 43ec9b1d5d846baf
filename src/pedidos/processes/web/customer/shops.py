"""The shops, which of them are open, and what each sells."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from pedidos.domain.schedule import Opening, opening_at
from pedidos.domain.texts import printable
from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.processes.web.customer import baskets
from pedidos.processes.web.customer.basket import CHOICE, Instead
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import merchants, products
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.catalogue.products import Product

MOST_SHOPS = 100
MOST_PRODUCTS = 200
MOST_FOUND = 50
"""Products of all shops that a search shows."""
MOST_SEARCHED = 80
"""Characters of a search."""

pages = Blueprint("shops", __name__)


class Shop(NamedTuple):
    merchant: Merchant
    opening: Opening


@pages.get("/")
@public
def shops() -> str:
    """The shops that take orders: those that are open now come first. Or what matches a search: shops and products."""
    engine, wanted = services().engine, _wanted()
    found = [_shop(each) for each in merchants.merchants(engine, None, MOST_SHOPS, wanted)]
    found.sort(key=lambda shop: (not shop.opening.is_open, shop.merchant.name))
    sold = products.search(engine, wanted, None, MOST_FOUND) if wanted else []
    return render_template(
        "customer/shops.html",
        shops=found,
        open=sum(shop.opening.is_open for shop in found),
        wanted=wanted,
        products=sold,
        sellers=merchants.by_ids(engine, {product.merchant_id for product in sold}) if sold else {},
    )


@pages.get("/shops/<uuid:merchant_id>")
@public
def menu(merchant_id: UUID) -> str:
    """What a shop sells, or those of its products that match what was searched for; and the basket."""
    engine = services().engine
    merchant = merchants.merchant(engine, merchant_id)
    if merchant is None or not merchant.active:
        raise problems.NotFound
    wanted = _wanted()
    found = products.menu(engine, merchant_id, wanted, MOST_PRODUCTS)
    return render_template(
        "customer/menu.html",
        shop=_shop(merchant),
        products=found,
        wanted=wanted,
        basket=baskets.priced(engine, baskets.of_visitor()),
        instead=_instead(found),
        choose=request.args.get("choose"),
        said=_("Some choices are missing, or cannot be made together.") if "choose" in request.args else "",
    )


def _wanted() -> str:
    """What was searched for; empty if nothing was."""
    return printable(request.args.get("q", ""), MOST_SEARCHED).strip()


def _instead(found: Sequence[Product]) -> Instead | None:
    """What the visitor wants instead of the products of another shop."""
    product = next((each for each in found if str(each.id) == request.args.get("instead")), None)
    if product is None:
        return None
    chosen = request.args.getlist(CHOICE)
    return Instead(product, [each.id for group in product.groups for each in group.choices if str(each.id) in chosen])


def opening_of(merchant: Merchant) -> Opening:
    """Whether the shop is open now, and until when."""
    return opening_at(merchant.hours, merchant.time_zone, datetime.now(UTC), merchant.closures)


def _shop(merchant: Merchant) -> Shop:
    return Shop(merchant, opening_of(merchant))

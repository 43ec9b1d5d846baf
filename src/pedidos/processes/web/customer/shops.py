"""The shops, which of them are open, and what each sells."""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, render_template, request

from pedidos.domain.schedule import Opening, opening_at
from pedidos.domain.texts import printable
from pedidos.http import problems
from pedidos.http.roles import public
from pedidos.processes.web.customer import baskets
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import merchants, products
from pedidos.storage.catalogue.merchants import Merchant

MOST_SHOPS = 100
MOST_PRODUCTS = 200
MOST_SEARCHED = 80
"""Characters of a search."""

pages = Blueprint("shops", __name__)


class Shop(NamedTuple):
    merchant: Merchant
    opening: Opening


@pages.get("/")
@public
def shops() -> str:
    """The shops that take orders: those that are open now come first."""
    found = [_shop(each) for each in merchants.merchants(services().engine, None, MOST_SHOPS)]
    found.sort(key=lambda shop: (not shop.opening.is_open, shop.merchant.name))
    return render_template("customer/shops.html", shops=found, open=sum(shop.opening.is_open for shop in found))


@pages.get("/shops/<uuid:merchant_id>")
@public
def menu(merchant_id: UUID) -> str:
    """What a shop sells, or those of its products whose name contains what was searched for; and the basket."""
    engine = services().engine
    merchant = merchants.merchant(engine, merchant_id)
    if merchant is None or not merchant.active:
        raise problems.NotFound
    wanted = printable(request.args.get("q", ""), MOST_SEARCHED).strip()
    found = products.search(engine, merchant_id, wanted, MOST_PRODUCTS)
    return render_template(
        "customer/menu.html",
        shop=_shop(merchant),
        products=found,
        wanted=wanted,
        basket=baskets.priced(engine, baskets.of_visitor()),
        instead=next((each for each in found if str(each.id) == request.args.get("instead")), None),
    )


def opening_of(merchant: Merchant) -> Opening:
    """Whether the shop is open now, and until when."""
    return opening_at(merchant.hours, merchant.time_zone, datetime.now(UTC), merchant.closures)


def _shop(merchant: Merchant) -> Shop:
    return Shop(merchant, opening_of(merchant))

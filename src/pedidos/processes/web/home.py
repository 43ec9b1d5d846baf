"""The first page: the shops, and which of them are open."""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, render_template

from pedidos.domain.schedule import Opening, opening_at
from pedidos.http.roles import public
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import merchants
from pedidos.storage.catalogue.merchants import Merchant

MOST_SHOPS = 100

pages = Blueprint("home", __name__)


class Shop(NamedTuple):
    merchant: Merchant
    opening: Opening


@pages.get("/")
@public
def shops() -> str:
    """The shops that take orders: those that are open now come first."""
    now = datetime.now(UTC)
    found = [
        Shop(each, opening_at(each.hours, each.time_zone, now))
        for each in merchants.merchants(services().engine, None, MOST_SHOPS)
    ]
    found.sort(key=lambda shop: (not shop.opening.is_open, shop.merchant.name))
    return render_template("home.html", shops=found, open=sum(shop.opening.is_open for shop in found))

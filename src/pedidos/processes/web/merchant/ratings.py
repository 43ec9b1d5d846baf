"""What customers say about the orders of the shop, newest first."""

from flask import Blueprint, render_template

from pedidos.domain.access import Role
from pedidos.http.roles import allow
from pedidos.processes.web.merchant import own
from pedidos.processes.web.sent_values import row_id
from pedidos.processes.web.services import services
from pedidos.storage.orders import ratings

PAGE = 50

pages = Blueprint("ratings", __name__)


@pages.get("/ratings")
@allow(Role.MERCHANT)
def listed() -> str:
    """The average, and the ratings page by page."""
    merchant = own.merchant()
    found = ratings.of_merchant(services().engine, merchant.id, row_id("before"), PAGE + 1)
    return render_template(
        "merchant/ratings.html",
        average=merchant.rating,
        ratings=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        zone=merchant.time_zone,
    )

"""Making the customer of an order a VIP, and ending it. Both can be sent twice."""

from uuid import UUID

from flask import Blueprint, Response

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import own
from pedidos.processes.web.services import services
from pedidos.storage.coupons import vips

pages = Blueprint("vips", __name__)


@pages.post("/board/<uuid:order_id>/vip")
@allow(Role.MERCHANT, owner=True)
def mark(order_id: UUID) -> Response:
    """Makes the customer of an order a VIP, and shows all of them."""
    if vips.mark(services().engine, own.merchant_id(), order_id, who()) is None:
        raise problems.NotFound
    return redirect_within("/coupons#vips")


@pages.post("/coupons/vips/<uuid:customer_id>/end")
@allow(Role.MERCHANT, owner=True)
def unmark(customer_id: UUID) -> Response:
    """Ends it. One who is no VIP any more is no error: another tab has ended it."""
    vips.unmark(services().engine, own.merchant_id(), customer_id, who())
    return redirect_within("/coupons#vips")

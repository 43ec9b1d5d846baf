"""The map of a customer's own order, on a demo: the drawing, without what only those who run the platform need."""

from uuid import UUID

from flask import Blueprint, render_template

from pedidos.domain.access import Role, scope_of
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.account import demo
from pedidos.processes.web.operator.order_map.context import context
from pedidos.processes.web.operator.order_map.view import is_traced, read, view_of
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import merchants

pages = Blueprint("customer_map", __name__, url_prefix="/orders/<uuid:order_id>/map")


@pages.get("")
@allow(Role.CUSTOMER)
def map_of(order_id: UUID) -> str:
    """The map of an order."""
    return render_template("customer/map.html", **_context(order_id))


@pages.get("/now")
@allow(Role.CUSTOMER)
def now(order_id: UUID) -> str:
    """The parts of the map that change."""
    return render_template("operator/map/now.html", **_context(order_id))


def _context(order_id: UUID) -> dict[str, object]:
    """Raises NotFound unless the order is the visitor's, on a demo."""
    engine = services().engine
    known = read(engine, order_id) if demo.is_offered() else None
    if known is None:
        raise problems.NotFound
    found, spans = known
    shop = merchants.merchant(engine, found.summary.merchant_id)
    if shop is None or not scope_of(visitors.identity()).includes(found.summary.customer_id, shop.id):
        raise problems.NotFound
    traced = is_traced(services().settings, order_id)
    return context(view_of(found, spans, shop.time_zone, traced=traced, internal=False), shop, internal=False)

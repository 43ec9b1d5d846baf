"""The orders of all customers, newest first, by state."""

from uuid import UUID

from flask import Blueprint, render_template, request

from pedidos.domain.access import ALL_ORDERS, Role
from pedidos.domain.audit import Action, Entry
from pedidos.domain.order import Status
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.operator.zone import with_zone
from pedidos.processes.web.services import services
from pedidos.storage.audit_log import writing
from pedidos.storage.catalogue import merchants
from pedidos.storage.orders import lists
from pedidos.storage.orders.lists import OrderFilter

PAGE = 50

pages = Blueprint("operator_orders", __name__, url_prefix="/operator/orders")
pages.context_processor(with_zone)


@pages.get("")
@allow(Role.OPERATOR)
def orders() -> str:
    """A page of the orders that match the address."""
    engine = services().engine
    status = next((each for each in Status if each == request.args.get("state")), None)
    found = lists.page(engine, OrderFilter(ALL_ORDERS, status), _before(), PAGE + 1)
    writing.record(engine, Entry(Action.ORDER_LISTED, who()))
    return render_template(
        "operator/orders.html",
        orders=found[:PAGE],
        shops=merchants.by_ids(engine, {order.merchant_id for order in found}),
        states=STATES,
        state=status,
        more=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def _before() -> UUID | None:
    """The id of the last order of the page before."""
    try:
        return UUID(request.args["before"])
    except (KeyError, ValueError):
        return None

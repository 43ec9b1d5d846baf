"""The orders of all customers: those that wait too long, and a search."""

from flask import Blueprint, Response, make_response, render_template, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.operator.order_rows import MOST_STUCK, rows_of, stuck
from pedidos.processes.web.operator.order_search import AGES, Search, find, search_of, uuid_of
from pedidos.processes.web.operator.why_words import KINDS, MODES, sentence
from pedidos.processes.web.services import services
from pedidos.storage.audit_log import writing
from pedidos.storage.catalogue import merchants
from pedidos.storage.orders import reading

MOST_SHOPS = 500
"""Shops that can be chosen. A link to the orders of another shop works too."""

pages = Blueprint("operator_orders", __name__, url_prefix="/operator/orders")
pages.context_processor(lambda: {"states": STATES, "modes": MODES, "kinds": KINDS, "sentence": sentence})


@pages.get("")
@allow(Role.OPERATOR)
def orders() -> Response:
    """A page of the orders that match the address. An order's id leads to that order."""
    engine = services().engine
    wanted = request.args.get("order", "").strip()
    order_id = uuid_of(wanted)
    if order_id and reading.read(engine, order_id):
        return redirect_within(f"/operator/orders/{order_id}")
    search = search_of(request.args)
    found = find(engine, search)
    standing = [] if search.before or search.is_filtered else stuck()
    writing.record(engine, Entry(Action.ORDER_LISTED, who()))
    text = render_template(
        "operator/orders.html",
        search=search,
        wanted=wanted,
        found=found,
        rows=rows_of(found.orders),
        stuck=standing,
        most_stuck=MOST_STUCK,
        ages=AGES,
        shops=_shops(search),
    )
    return make_response(text)


def _shops(search: Search) -> dict[str, str]:
    """The names of the shops that can be chosen, by their ids."""
    engine = services().engine
    found = {str(each.id): each.name for each in merchants.merchants(engine, None, MOST_SHOPS)}
    if search.merchant and str(search.merchant) not in found:
        found |= {str(each.id): each.name for each in merchants.by_ids(engine, [search.merchant]).values()}
    return dict(sorted(found.items(), key=lambda shop: shop[1].casefold()))

"""Marks a product, or one of its choices, as sold out until the end of the shop's day, or ends the mark."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role
from pedidos.domain.schedule import end_of_day
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import own
from pedidos.processes.web.services import services
from pedidos.storage.catalogue import sold_out

pages = Blueprint("sold_out", __name__)


@pages.post("/products/<uuid:product_id>/sold-out")
@allow(Role.MERCHANT)
def mark(product_id: UUID) -> Response:
    """`today` is 1: it is sold out; 0: it is there again. `choice`: which of its choices, if it is about one.
    `listed`: the form is in the list of the products."""
    shop = own.merchant()
    sold = {"1": True, "0": False}.get(request.form.get("today", ""))
    if sold is None:
        raise BadRequest
    until = end_of_day(shop.hours, shop.time_zone, datetime.now(UTC), shop.closures) if sold else None
    if sold_out.mark(services().engine, shop.id, product_id, until, who(), choice_id=_choice()) is None:
        raise problems.NotFound
    if "listed" in request.form:
        return redirect_within("/products")
    return redirect_within(f"/products/{product_id}" + ("#options" if _choice() else ""))


def _choice() -> UUID | None:
    """Raises BadRequest if the form is not one of ours."""
    try:
        return UUID(request.form["choice"]) if "choice" in request.form else None
    except ValueError as error:
        raise BadRequest from error

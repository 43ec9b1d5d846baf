"""A courier's page: what waits for a courier, and what the courier has; and taking, picking up and delivering."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from pedidos.domain.access import Role, merchant_of
from pedidos.domain.couriers import MOST_TRIES, Courier
from pedidos.domain.order import Refusal
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import own
from pedidos.processes.web.services import services
from pedidos.steps import deliver
from pedidos.storage.orders import deliveries as stored

MAX_CODE = 12
"""Characters of a code that are read."""

pages = Blueprint("deliveries", __name__, url_prefix="/deliveries")


@pages.get("")
@allow(Role.COURIER)
def overview() -> Response:
    """The whole page."""
    return _page("courier/deliveries.html")


@pages.get("/now")
@allow(Role.COURIER)
def now() -> Response:
    """The part of the page that changes."""
    return _page("courier/deliveries_now.html")


@pages.post("/<uuid:order_id>/take")
@allow(Role.COURIER)
def take(order_id: UUID) -> Response:
    """Takes an order, or has it for some time more."""
    courier = _courier()
    lease = services().settings.courier_lease_seconds
    return _moved(lambda: deliver.take(services().engine, order_id, courier, lease))


@pages.post("/<uuid:order_id>/give-back")
@allow(Role.COURIER)
def give_back(order_id: UUID) -> Response:
    """Gives an order back."""
    courier, epoch = _courier(), _epoch()
    return _moved(lambda: deliver.give_back(services().engine, order_id, courier, epoch))


@pages.post("/<uuid:order_id>/pick-up")
@allow(Role.COURIER)
def pick_up(order_id: UUID) -> Response:
    """Picks an order up at the shop."""
    courier, epoch = _courier(), _epoch()
    lease = services().settings.courier_lease_seconds
    return _moved(lambda: deliver.pick_up(services().engine, order_id, courier, epoch, lease))


@pages.post("/<uuid:order_id>/deliver")
@allow(Role.COURIER)
def hand_over(order_id: UUID) -> Response:
    """Delivers an order with its customer's code."""
    courier, epoch = _courier(), _epoch()
    code = request.form.get("code", "").strip()[:MAX_CODE]
    return _moved(lambda: deliver.deliver(services().engine, order_id, courier, epoch, code))


def _moved(move: Callable[[], int | Refusal | None]) -> Response:
    try:
        outcome = move()
    except LookupError as error:
        raise problems.NotFound from error
    if isinstance(outcome, Refusal):
        return _page("courier/deliveries.html", outcome.reason.said(_), 409)
    return redirect_within("/deliveries")


def _page(template: str, notice: str = "", status: int = 200) -> Response:
    text = render_template(
        template,
        shop=own.merchant(),
        deliveries=stored.of_courier(services().engine, _courier()),
        most=stored.MOST,
        most_tries=MOST_TRIES,
        at=datetime.now(UTC),
        notice=notice,
    )
    return make_response(text, status)


def _courier() -> Courier:
    visitor = visitors.identity()
    return Courier(visitor.account_id, merchant_of(visitor))


def _epoch() -> int:
    """Raises BadRequest if the form was not made by our pages."""
    given = request.form.get("epoch", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 10):
        raise BadRequest
    return int(given)

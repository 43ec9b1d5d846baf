"""The board: the orders that wait, are prepared and are on their way, and moving one of them.

A move names the state that is wanted. So a form that is sent twice, or from two tablets, moves an order once; a form of
a stale tab moves nothing and says so.
"""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from pedidos.domain.acceptance import USUAL_MINUTES, Promise, accept_by
from pedidos.domain.access import Role
from pedidos.domain.couriers import MOST_TRIES
from pedidos.domain.lateness import PATIENCE, lateness
from pedidos.domain.order import Actor, Refusal, Status, may_move
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.merchant import own
from pedidos.processes.web.merchant.board_words import CANCELLING, COLUMNS, LATENESS, MINUTES, PAYMENTS, STOCK
from pedidos.processes.web.services import services
from pedidos.steps.cancel import cancel
from pedidos.steps.fulfil import accept, advance, make_ready
from pedidos.storage.orders import board as stored
from pedidos.storage.orders.board import Ticket

MOST = 60
"""Orders in a column."""

UNDO_SECONDS = 5
"""How long a move can be undone: the page sends it only afterwards."""

TARGETS = frozenset(column.target for column in COLUMNS.values()) | {Status.CANCELLED}

pages = Blueprint("board", __name__)


@pages.get("/board")
@allow(Role.MERCHANT)
def board() -> Response:
    """The whole page."""
    return _board("merchant/board.html")


@pages.get("/board/now")
@allow(Role.MERCHANT)
def now() -> Response:
    """The part of the page that changes."""
    return _board("merchant/board_now.html")


@pages.post("/board/<uuid:order_id>/move")
@allow(Role.MERCHANT)
def move(order_id: UUID) -> Response:
    """Moves an order to the state `to`."""
    target = _target()
    engine = services().engine
    if stored.ticket(engine, own.merchant_id(), order_id) is None:
        raise problems.NotFound
    by = f"{Role.MERCHANT}:{visitors.identity().account_id}"
    if target is Status.CANCELLED:
        outcome = cancel(engine, order_id, Actor.MERCHANT, by)
    elif target is Status.PREPARING:
        outcome = accept(engine, order_id, by, services().settings.acceptance_seconds, _promise())
    else:
        outcome = advance(engine, order_id, target, by)
    by_script = "HX-Request" in request.headers
    if isinstance(outcome, Refusal):
        return _refused(order_id, by_script=by_script)
    return _board("merchant/board_now.html") if by_script else redirect_within(_address())


@pages.post("/board/<uuid:order_id>/ready")
@allow(Role.MERCHANT)
def ready(order_id: UUID) -> Response:
    """Says that an order can be fetched."""
    engine = services().engine
    if stored.ticket(engine, own.merchant_id(), order_id) is None:
        raise problems.NotFound
    outcome = make_ready(engine, order_id, f"{Role.MERCHANT}:{visitors.identity().account_id}")
    if isinstance(outcome, Refusal):
        found = stored.ticket(engine, own.merchant_id(), order_id)
        return _board("merchant/board.html", _meanwhile(found) if found else "", 409)
    return redirect_within(_address())


@pages.get("/board/print")
@allow(Role.MERCHANT)
def print_new() -> str:
    """The tickets of all new orders, to print."""
    found = stored.board(services().engine, own.merchant_id(), MOST).columns[Status.CONFIRMED]
    return _printed(found)


@pages.get("/board/<uuid:order_id>/print")
@allow(Role.MERCHANT)
def print_one(order_id: UUID) -> str:
    """The ticket of one order, to print."""
    found = stored.ticket(services().engine, own.merchant_id(), order_id)
    if found is None:
        raise problems.NotFound
    return _printed([found])


def _board(template: str, notice: str = "", status: int = 200) -> Response:
    newest = _newest_first()
    at = datetime.now(UTC)
    text = render_template(
        template,
        board=stored.board(services().engine, own.merchant_id(), MOST, newest_first=newest),
        shop=own.merchant(),
        newest=newest,
        at=at,
        lateness=lateness,
        patience=PATIENCE,
        columns=COLUMNS,
        lateness_words=LATENESS,
        payments=PAYMENTS,
        stock=STOCK,
        states=STATES,
        cancelling=CANCELLING,
        may_cancel=lambda status: may_move(status, Status.CANCELLED, Actor.MERCHANT) is None,
        undo_seconds=UNDO_SECONDS,
        minutes=MINUTES,
        usual_minutes=USUAL_MINUTES,
        accept_by=_accept_by,
        most=MOST,
        most_counted=stored.MOST_COUNTED,
        most_tries=MOST_TRIES,
        notice=notice,
    )
    return make_response(text, status)


def _refused(order_id: UUID, *, by_script: bool) -> Response:
    """The board as it is now, with what has happened to the order meanwhile."""
    found = stored.ticket(services().engine, own.merchant_id(), order_id)
    if found is None:
        raise problems.NotFound
    if found.is_held(datetime.now(UTC)):
        said = _(
            "%(name)s has order %(number)s: go on without it when its time is over.",
            name=found.courier,
            number=found.number,
        )
    elif found.status is Status.CONFIRMED:
        said = _("The time to accept order %(number)s is over: its customer gets the money back.", number=found.number)
    else:
        said = _meanwhile(found)
    return _board("merchant/board_now.html" if by_script else "merchant/board.html", said, 409)


def _meanwhile(ticket: Ticket) -> str:
    return _(
        "Order %(number)s is “%(state)s” meanwhile: your move was not carried out.",
        number=ticket.number,
        state=STATES[ticket.status],
    )


def _printed(tickets: object) -> str:
    return render_template(
        "merchant/tickets.html", tickets=tickets, shop=own.merchant(), states=STATES, payments=PAYMENTS
    )


def _target() -> Status:
    """Raises BadRequest if the form was not made by our pages."""
    wanted = request.form.get("to", "")
    if wanted not in TARGETS:
        raise BadRequest
    return Status(wanted)


def _accept_by(ticket: Ticket) -> datetime | None:
    return accept_by(ticket.confirmed_at, services().settings.acceptance_seconds) if ticket.confirmed_at else None


def _promise() -> Promise:
    """Raises BadRequest if the form was not made by our pages. A page of the version before names no time."""
    minutes = request.form.get("minutes", str(USUAL_MINUTES))
    if minutes not in {str(each) for each in (*MINUTES, USUAL_MINUTES)}:
        raise BadRequest
    return Promise(int(minutes))


def _newest_first() -> bool:
    return request.args.get("sort") == "newest"


def _address() -> str:
    return "/board?sort=newest" if _newest_first() else "/board"

"""One order for an operator: its facts, why it is where it is, and what can be done about it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.domain.order import Actor, Refusal, Status, accepted_at, may_move, stock_part
from pedidos.domain.payment import PaymentStatus, idempotency_key
from pedidos.domain.refunds import RefundStatus
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.customer.order_words import STATES
from pedidos.processes.web.customer.price_words import LINES
from pedidos.processes.web.operator.order_rows import Row, rows_of
from pedidos.processes.web.operator.why_words import KINDS, MODES, sentence
from pedidos.processes.web.services import services
from pedidos.steps.cancel import cancel
from pedidos.storage.audit_log import writing
from pedidos.storage.orders import hinting, looking, reading
from pedidos.storage.orders.reading import Order
from pedidos.telemetry import traces

OWING = (PaymentStatus.PENDING, PaymentStatus.UNDOING)

pages = Blueprint("operator_order", __name__, url_prefix="/operator/orders")
pages.context_processor(
    lambda: {"states": STATES, "modes": MODES, "kinds": KINDS, "sentence": sentence, "line_names": LINES}
)


@pages.get("/<uuid:order_id>")
@allow(Role.OPERATOR)
def order(order_id: UUID) -> str:
    """The whole page. That an operator reads it is noted in the audit log."""
    values = _values(order_id)
    detail = {"contact": True} if values["order"].contact else {}
    writing.record(services().engine, Entry(Action.ORDER_READ, who(), str(order_id), detail=detail))
    return render_template("operator/order.html", **values)


@pages.get("/<uuid:order_id>/now")
@allow(Role.OPERATOR)
def now(order_id: UUID) -> str:
    """The part of the page that changes; it belongs to a reading that was noted."""
    return render_template("operator/order_now.html", **_values(order_id))


@pages.post("/<uuid:order_id>/hint")
@allow(Role.OPERATOR)
def hint(order_id: UUID) -> Response:
    """Has the order tried again at once, without waiting for the next attempt."""
    try:
        due = hinting.hint(services().engine, order_id, who())
    except LookupError as error:
        raise problems.NotFound from error
    if not due:
        return _again(order_id, _("There is nothing to try: no step waits for this order."))
    return redirect_within(f"/operator/orders/{order_id}?done=hint")


@pages.post("/<uuid:order_id>/cancel")
@allow(Role.OPERATOR)
def cancel_order(order_id: UUID) -> Response:
    """Cancels the order and has its money given back, as its shop could; once, however often it is sent."""
    order = _read(order_id)
    if order.summary.status is not Status.CANCELLED and request.form.get("version") != str(order.summary.version):
        return _again(order_id, _("The order has moved since you opened this page. Look again, and decide again."))
    account = visitors.identity().account_id
    entry = Entry(Action.ORDER_CANCELLED, who(), str(order_id), detail={"status": order.summary.status})
    outcome = cancel(services().engine, order_id, Actor.MERCHANT, f"{Role.OPERATOR}:{account}", entry)
    if isinstance(outcome, Refusal):
        return _again(order_id, _("It is too late to cancel this order."))
    return redirect_within(f"/operator/orders/{order_id}?done=cancel")


def _again(order_id: UUID, notice: str) -> Response:
    return make_response(render_template("operator/order.html", **_values(order_id), notice=notice), 409)


def _read(order_id: UUID) -> Order:
    found = reading.read(services().engine, order_id)
    if found is None:
        raise problems.NotFound
    return found


def _values(order_id: UUID) -> dict[str, Any]:
    """For the templates. Raises NotFound."""
    engine = services().engine
    found = _read(order_id)
    rows = rows_of([found.summary])
    if not rows:
        raise problems.NotFound
    row: Row = rows[0]
    status = found.summary.status
    payment = looking.payment(engine, order_id)
    return {
        "order": found,
        "row": row,
        "payment": payment,
        "letters": looking.letters(engine, order_id),
        "units": stock_part(status),
        "accepted": accepted_at(order_id),
        "key": idempotency_key(order_id),
        "traced": traces.sampled(order_id),
        "can_hint": row.why.step is not None
        or (payment is not None and payment.status in OWING)
        or any(each.status is RefundStatus.PENDING for each in found.refunds),
        "can_cancel": may_move(status, Status.CANCELLED, Actor.MERCHANT) is None,
        "done": request.args.get("done"),
    }

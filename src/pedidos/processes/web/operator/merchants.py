"""Shops: those that ask to sell here, and those that do, each with what an operator can decide about it."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from pydantic import TypeAdapter, ValidationError

from pedidos.domain import tax_number
from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import Because
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.merchant import week
from pedidos.processes.web.operator.order_search import uuid_of
from pedidos.processes.web.services import services
from pedidos.storage.merchants import applications, suspending

PAGE = 50
MOST_WAITING = 50

_BECAUSE: TypeAdapter[str] = TypeAdapter(Because)

pages = Blueprint("operator_merchants", __name__, url_prefix="/operator/merchants")


@pages.get("")
@allow(Role.OPERATOR)
def overview() -> Response:
    """The applications that wait, the oldest first, and the shops, page by page."""
    return _page()


@pages.post("/applications/<uuid:application_id>/approve")
@allow(Role.OPERATOR)
def approve(application_id: UUID) -> Response:
    """Makes the shop. Sent twice, it is one."""
    try:
        applications.approve(services().engine, application_id, who())
    except LookupError as error:
        raise problems.NotFound from error
    except applications.AlreadyDecided:
        return _page(_("Somebody has refused this application meanwhile."), 409)
    except applications.NotACustomer:
        return _page(_("The account that applied is disabled, or no longer a customer's."), 409)
    return redirect_within("/operator/merchants")


@pages.post("/applications/<uuid:application_id>/refuse")
@allow(Role.OPERATOR)
def refuse(application_id: UUID) -> Response:
    """Refuses, with the reason of the form."""
    reason = _reason()
    if reason is None:
        return _page(_without_reason(), 422)
    try:
        applications.refuse(services().engine, application_id, reason, who())
    except LookupError as error:
        raise problems.NotFound from error
    except applications.AlreadyDecided:
        return _page(_("Somebody has approved this application meanwhile."), 409)
    return redirect_within("/operator/merchants")


@pages.post("/<uuid:merchant_id>/suspend")
@allow(Role.OPERATOR)
def suspend(merchant_id: UUID) -> Response:
    """Suspends the shop, with the reason of the form."""
    reason = _reason()
    if reason is None:
        return _page(_without_reason(), 422)
    try:
        suspending.suspend(services().engine, merchant_id, reason, who())
    except LookupError as error:
        raise problems.NotFound from error
    return redirect_within("/operator/merchants")


@pages.post("/<uuid:merchant_id>/resume")
@allow(Role.OPERATOR)
def resume(merchant_id: UUID) -> Response:
    """Ends the suspension."""
    try:
        suspending.resume(services().engine, merchant_id, who())
    except LookupError as error:
        raise problems.NotFound from error
    return redirect_within("/operator/merchants")


def _page(notice: str = "", status: int = 200) -> Response:
    engine = services().engine
    found = suspending.standings(engine, uuid_of(request.args.get("after", "")), PAGE + 1)
    text = render_template(
        "operator/merchants.html",
        waiting=applications.waiting(engine, MOST_WAITING),
        most=MOST_WAITING,
        shops=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        days=week.DAYS,
        number_of=lambda digits: tax_number.parse(digits) or digits,
        notice=notice,
    )
    return make_response(text, status)


def _reason() -> str | None:
    try:
        return _BECAUSE.validate_python(request.form.get("reason", "").strip())
    except ValidationError:
        return None


def _without_reason() -> str:
    return _("Enter a reason of up to 500 characters in one line: the shop reads it.")

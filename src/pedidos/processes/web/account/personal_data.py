"""A copy of what is stored about the visitor, and its erasure."""

from collections.abc import Iterator

import orjson
from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import ngettext

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.limits import limited
from pedidos.http.roles import allow, signed_in
from pedidos.processes.web import visitors
from pedidos.processes.web.account import password, sessions
from pedidos.processes.web.account.overview import own
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.security.passwords import MAX_SENT
from pedidos.storage.accounts import erasing, exporting
from pedidos.storage.accounts.accounts import Account
from pedidos.storage.audit_log import writing

pages = Blueprint("personal_data", __name__)


@pages.get("/account/export")
@signed_in
@limited
def export() -> Response:
    """The copy, as a JSON file. Its orders are read page by page while it is sent."""
    account = own()
    writing.record(services().engine, Entry(Action.ACCOUNT_EXPORTED, who(), str(account.id)))
    headers = {"Content-Disposition": 'attachment; filename="pedidos.json"'}
    return Response(_document(account), content_type="application/json", headers=headers)


@pages.get("/account/erasure")
@allow(Role.CUSTOMER)
def erasure() -> Response:
    """The form, and what will happen."""
    return _page()


@pages.post("/account/erasure")
@allow(Role.CUSTOMER)
@limited
def erase() -> Response:
    """Erases the account, or says why that is not possible."""
    try:
        services().password_check.asked_again(visitors.identity(), request.form.get("password", "")[:MAX_SENT])
        erasing.erase(services().engine, visitors.identity().account_id, who())
    except problems.WrongCredentials:
        return _page(password.wrong(), status=401)
    except erasing.OrdersUnfinished as error:
        said = ngettext(
            "%(num)d of your orders has not ended yet, or its money is on its way back.",
            "%(num)d of your orders have not ended yet, or their money is on its way back.",
            error.count,
        )
        return _page(notice=said, status=409)
    return sessions.ended(redirect_within("/"))


def _page(error: str = "", notice: str = "", status: int = 200) -> Response:
    return make_response(render_template("account/erasure.html", error=error, notice=notice), status)


def _document(account: Account) -> Iterator[bytes]:
    engine = services().engine
    known = {
        "account": {
            "id": account.id,
            "email": account.email,
            "name": account.name,
            "role": account.role,
            "merchant_id": account.merchant_id,
            "created_at": account.created_at,
            "verified_at": account.verified_at,
        },
        **exporting.all_but_orders(engine, account.id),
    }
    orders = exporting.every_order(engine, account.id)

    def parts() -> Iterator[bytes]:
        yield orjson.dumps(known)[:-1] + b', "orders": ['
        for number, order in enumerate(orders):
            yield (b",\n" if number else b"\n") + orjson.dumps(order)
        yield b"\n]}\n"

    return parts()

"""The page on which the reader of a mail refuses further mails that are not owed.

A mail program may do it with one click (RFC 8058): it sends the form, from somewhere else.
"""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.roles import public, signed_in
from pedidos.processes.web import visitors
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.same_origin import from_anywhere
from pedidos.processes.web.services import services
from pedidos.storage.mails import refusals

pages = Blueprint("refusing", __name__)


@pages.get("/unsubscribe")
@public
def ask() -> str:
    """The form: programs that look through mailboxes follow links, and must not refuse anything."""
    account_id = _account()
    return render_template(
        "account/refusing.html", token=_token(), done=refusals.refuses(services().engine, account_id)
    )


@pages.post("/unsubscribe")
@public
@from_anywhere
def refuse() -> ResponseReturnValue:
    """The token is all that it takes, and allows nothing else. A mail program sends
    List-Unsubscribe=One-Click."""
    refusals.refuse(services().engine, _account(), who())
    return render_template("account/refusing.html", token=_token(), done=True)


@pages.post("/account/mails")
@signed_in
def choose() -> ResponseReturnValue:
    """The switch on the page of the account."""
    change = refusals.accept if request.form.get("wanted") == "yes" else refusals.refuse
    change(services().engine, visitors.identity().account_id, who())
    return redirect_within("/account")


def _account() -> UUID:
    """Whose token it is. Raises InvalidLink."""
    account_id = services().account_keys.refused_by(_token())
    if account_id is None:
        raise problems.InvalidLink
    return account_id


def _token() -> str:
    return request.args.get("token", "")

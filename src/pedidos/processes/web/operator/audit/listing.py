"""Who did what: on pages, through the API and with commands."""

from flask import Blueprint, render_template, request

from pedidos.domain.access import Role
from pedidos.domain.audit import Action, Entry, Outcome
from pedidos.http.acting import who
from pedidos.http.roles import allow
from pedidos.processes.web.operator.audit.filters import KINDS, Shown
from pedidos.processes.web.services import services
from pedidos.processes.web.zones import zone
from pedidos.storage.accounts import accounts
from pedidos.storage.audit_log import searching, writing

PAGE = 50

pages = Blueprint("audit", __name__, url_prefix="/operator/audit")


@pages.get("")
@allow(Role.OPERATOR)
def listing() -> str:
    """A page of the entries that match the address. Reading it is an entry too."""
    engine = services().engine
    shown = Shown.of(request.args)
    found = searching.search(engine, shown.search(engine, zone()), _before(), PAGE)
    writing.record(engine, Entry(Action.AUDIT_READ, who()))
    people = accounts.emails(engine, {entry.account_id for entry in found.entries if entry.account_id})
    return render_template(
        "operator/audit/list.html",
        shown=shown,
        entries=found.entries,
        go_on=found.go_on,
        looked_at=searching.LOOKED_AT,
        people=people,
        kinds=KINDS,
        outcomes=tuple(Outcome),
    )


def _before() -> int | None:
    """The number of the last entry of the page before."""
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None

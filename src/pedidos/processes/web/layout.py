"""What every page shows: the menu, the languages, and the headers that browsers obey."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import Flask, Response, current_app, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos import texts
from pedidos.domain.access import Role
from pedidos.domain.picture import MOST_BYTES
from pedidos.http import picture_addresses, static_files
from pedidos.processes.web import languages, visitors
from pedidos.processes.web.zones import zone

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Content-Security-Policy of every page: no script and no style outside our files, no frame around a page."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    # With no-referrer, browsers send forms with Origin: null.
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie, Accept-Language",
}


class Entry(NamedTuple):
    """An entry of the menu. Pages whose addresses continue its own belong to it."""

    title: LazyString
    address: str
    owner: bool = False
    """Whether it is not for the staff of a shop."""


_SHOPS = Entry(_("Shops"), "/")

MENUS: Mapping[Role | None, Sequence[Entry]] = {
    None: (_SHOPS,),
    Role.CUSTOMER: (_SHOPS, Entry(_("Your orders"), "/orders")),
    Role.MERCHANT: (
        Entry(_("Orders"), "/board"),
        Entry(_("Products"), "/products"),
        Entry(_("Hours"), "/hours", owner=True),
        Entry(_("Delivery"), "/delivery", owner=True),
        Entry(_("Coupons"), "/coupons", owner=True),
        Entry(_("Ratings"), "/ratings"),
        Entry(_("Figures"), "/figures", owner=True),
        Entry(_("People"), "/people", owner=True),
        _SHOPS,
    ),
    Role.COURIER: (Entry(_("Deliveries"), "/deliveries"),),
    Role.OPERATOR: (
        Entry(_("Overview"), "/operator"),
        Entry(_("Orders"), "/operator/orders"),
        Entry(_("Dead letters"), "/operator/dead-letters"),
        Entry(_("Kafka"), "/operator/kafka"),
        Entry(_("Tasks"), "/operator/tasks"),
        Entry(_("Audit"), "/operator/audit"),
        Entry(_("Merchants"), "/operator/merchants"),
        Entry(_("Operators"), "/operator/people"),
    ),
}
"""The menu of each kind of person, and of someone who is not signed in."""

ROLES: Mapping[Role, LazyString] = {
    Role.CUSTOMER: _("customer"),
    Role.MERCHANT: _("shop"),
    Role.OPERATOR: _("operator"),
    Role.COURIER: _("courier"),
}
"""The name of each role on a page."""

CLASSROOM = "classroom"
"""The blueprint on whose platforms things may be broken on purpose. It stands beside the product."""

_MORE = "pedidos.more_menu"

LANGUAGE_NAMES = {texts.ENGLISH: ("EN", "English"), texts.PORTUGUESE: ("PT", "Português")}
"""For each locale the short and the full name, in the language itself."""


def install(app: Flask, more: Mapping[Role | None, Sequence[Entry]]) -> None:
    """Gives the templates of the app what the layout needs, and pages their headers. more: entries of the menu."""
    app.extensions[_MORE] = more
    app.context_processor(_context)
    app.after_request(_with_headers)


def _context() -> dict[str, object]:
    visitor = visitors.current()
    kind = visitor.role if visitor else None
    own = [each for each in MENUS[kind] if not (each.owner and visitor is not None and visitor.staff)]
    menu = (*own, *current_app.extensions[_MORE].get(kind, ()))
    return {
        "asset": static_files.address,
        "language_tag": languages.language_tag(),
        "chosen_language": languages.chosen(),
        "language_names": LANGUAGE_NAMES,
        "menu": menu,
        "entry_here": entry_of(menu, request.path),
        "classroom": CLASSROOM in current_app.blueprints,
        "visitor": visitor,
        "role": ROLES[visitor.role] if visitor else None,
        "here": _here(),
        "picture_address": picture_addresses.of_product,
        "most_picture_bytes": MOST_BYTES,
        "zone": zone(),
    }


def entry_of(menu: Sequence[Entry], path: str) -> Entry | None:
    """The entry to which the page at this path belongs: the one that says most of its address."""
    fitting = [entry for entry in menu if path == entry.address or path.startswith(f"{entry.address}/")]
    return max(fitting, key=lambda entry: len(entry.address), default=None)


def _here() -> str:
    """The address of this page, to return to it; the first page if it was a form, or an address of no page."""
    return request.full_path.rstrip("?") if request.method == "GET" and request.url_rule is not None else "/"


def _with_headers(response: Response) -> Response:
    if response.mimetype == "text/html":
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response

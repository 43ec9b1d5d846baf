"""A customer's saved addresses: the list, and a form for one more. Each form has a key, and is carried out once."""

import uuid
from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.domain.access import Role
from pedidos.http.roles import allow
from pedidos.processes.web import contact_form, visitors
from pedidos.processes.web.account.overview import own
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.sent_values import form_key
from pedidos.processes.web.services import services
from pedidos.storage.accounts import addresses
from pedidos.storage.accounts.addresses import SavedAddress

LONGEST_LABEL = 40

pages = Blueprint("saved_addresses", __name__)


@pages.get("/account/addresses")
@allow(Role.CUSTOMER)
def listed() -> Response:
    """All of them, and the form; with ?change=ID, the form has that one."""
    changed = next((each for each in _all() if str(each.id) == request.args.get("change")), None)
    if changed is None:
        return _page({"label": "", **dict.fromkeys(contact_form.FIELDS, ""), "recipient": own().name})
    return _page({"label": changed.label, **contact_form.fields_of(changed.contact)}, key=changed.id)


@pages.post("/account/addresses")
@allow(Role.CUSTOMER)
def save() -> Response:
    """Saves the address of the form, under the key of the form."""
    fields = contact_form.given(request.form) | {"label": request.form.get("label", "").strip()}
    errors = contact_form.errors(fields, address=True)
    if not 1 <= len(fields["label"]) <= LONGEST_LABEL or not fields["label"].isprintable():
        errors["label"] = _("Enter a name of up to 40 characters, such as Home.")
    key = form_key()
    if errors:
        return _page(fields, errors, key=key, status=422)
    address = SavedAddress(key, fields["label"], contact_form.contact(fields, address=True))
    try:
        addresses.save(services().engine, visitors.identity().account_id, address)
    except addresses.TooManyAddresses:
        said = _("You have %(most)s addresses already. Remove one first.", most=addresses.MOST)
        return _page(fields, notice=said, key=key, status=409)
    return redirect_within("/account/addresses")


@pages.post("/account/addresses/<uuid:address_id>/remove")
@allow(Role.CUSTOMER)
def remove(address_id: UUID) -> Response:
    """Removes an address. One that is gone already is no error: another tab has removed it."""
    addresses.forget(services().engine, visitors.identity().account_id, address_id)
    return redirect_within("/account/addresses")


def _page(
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    *,
    key: UUID | None = None,
    status: int = 200,
) -> Response:
    found = _all()
    text = render_template(
        "account/addresses.html",
        addresses=found,
        fields=fields,
        errors=errors or {},
        notice=notice,
        key=key or uuid.uuid4(),
        changes=any(each.id == key for each in found),
        may_add=len(found) < addresses.MOST,
    )
    return make_response(text, status)


def _all() -> list[SavedAddress]:
    return list(addresses.of_account(services().engine, visitors.identity().account_id))

"""Endpoints: where events of orders are sent, and what of them."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from pedidos.domain import webhook_addresses
from pedidos.domain.access import Role
from pedidos.domain.webhooks import EVENT_TYPES, MOST_ENDPOINTS, sample_event
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.languages import translate_to
from pedidos.http.roles import allow
from pedidos.processes.web import languages
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.services import services
from pedidos.processes.web.webhooks import own
from pedidos.storage.webhooks import deliveries, endpoints
from pedidos.storage.webhooks.endpoints import Changes

MOST_URL, MOST_DESCRIPTION = 2000, 200

pages = Blueprint("webhook_endpoints", __name__, url_prefix="/webhooks")


@pages.get("")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def overview() -> Response:
    """The endpoints, and the form that adds one."""
    return _list({}, [], {})


@pages.post("")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def add() -> Response:
    """Adds an endpoint and leads to it, or shows the form again with what is wrong."""
    given, types, errors = _entered()
    if errors:
        return _list(given, types, errors, 422)
    endpoint_id = uuid.uuid4()
    sealed = own.sealed_secrets(endpoint_id)
    try:
        endpoints.add(
            services().engine, own.owner(), endpoint_id, given["url"], types, given["description"], sealed, who()
        )
    except endpoints.TooManyEndpoints:
        errors["url"] = _("There are %(most)s endpoints, as many as there can be. Remove one.", most=MOST_ENDPOINTS)
        return _list(given, types, errors, 409)
    return redirect_within(f"/webhooks/{endpoint_id}")


@pages.get("/<uuid:endpoint_id>")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def endpoint(endpoint_id: UUID) -> Response:
    """One endpoint, with the secrets that sign and the newest deliveries."""
    found = own.endpoint(endpoint_id)
    return _one(endpoint_id, {"url": found.url, "description": found.description}, list(found.types), {})


@pages.post("/<uuid:endpoint_id>")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def change(endpoint_id: UUID) -> Response:
    """Changes its address, description and types. What waits for it is tried at once."""
    given, types, errors = _entered()
    if errors:
        return _one(endpoint_id, given, types, errors, 422)
    _changed(endpoint_id, Changes(given["url"], types, given["description"]))
    return redirect_within(f"/webhooks/{endpoint_id}?done=changed")


@pages.post("/<uuid:endpoint_id>/state")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def switch(endpoint_id: UUID) -> Response:
    """Switches it on or off."""
    state = request.form.get("state", "")
    if state not in ("on", "off"):
        raise problems.BadRequest
    _changed(endpoint_id, Changes(state=state))
    return redirect_within(f"/webhooks/{endpoint_id}")


@pages.post("/<uuid:endpoint_id>/secrets")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def rotate(endpoint_id: UUID) -> Response:
    """Makes new secrets."""
    sealed = own.sealed_secrets(endpoint_id)
    if not endpoints.rotate(services().engine, own.owner(), endpoint_id, sealed, who()):
        raise problems.NotFound
    return redirect_within(f"/webhooks/{endpoint_id}?done=rotated")


@pages.post("/<uuid:endpoint_id>/test")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def send_test(endpoint_id: UUID) -> Response:
    """Sends a test event, and leads to its delivery."""
    own.endpoint(endpoint_id)
    delivery_id = deliveries.send_test(services().engine, endpoint_id, sample_event(datetime.now(UTC)))
    return redirect_within(f"/webhooks/{endpoint_id}/deliveries/{delivery_id}")


@pages.post("/<uuid:endpoint_id>/remove")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def remove(endpoint_id: UUID) -> Response:
    """Removes it, with what waits for it. One that is gone already is no error: another tab has removed it."""
    endpoints.remove(services().engine, own.owner(), endpoint_id, who())
    return redirect_within("/webhooks")


def _entered() -> tuple[dict[str, str], list[str], dict[str, str]]:
    """What a form contains, the types that it chooses, and by field what is wrong."""
    given = {
        "url": request.form.get("url", "").strip()[: MOST_URL + 1],
        "description": request.form.get("description", "").strip()[: MOST_DESCRIPTION + 1],
    }
    types = [each for each in EVENT_TYPES if each in request.form.getlist("type")]
    errors: dict[str, str] = {}
    url = given["url"]
    unreadable = len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url
    fault = webhook_addresses.NO_ADDRESS if unreadable else None
    fault = fault or webhook_addresses.fault(url, allow_loopback=services().settings.webhook_allow_loopback)
    if fault is not None:
        errors["url"] = fault.said(translate_to(languages.chosen()))
    if len(given["description"]) > MOST_DESCRIPTION or not given["description"].isprintable():
        errors["description"] = _("Enter up to %(most)s characters in one line.", most=MOST_DESCRIPTION)
    return given, types, errors


def _changed(endpoint_id: UUID, changes: Changes) -> None:
    if not endpoints.change(services().engine, own.owner(), endpoint_id, changes, who()):
        raise problems.NotFound


def _list(given: Mapping[str, str], types: Sequence[str], errors: Mapping[str, str], status: int = 200) -> Response:
    text = render_template(
        "webhooks/list.html",
        endpoints=endpoints.listed(services().engine, own.owner()),
        given=given,
        types=types,
        every_type=EVENT_TYPES,
        errors=errors,
    )
    return make_response(text, status)


def _one(
    endpoint_id: UUID, given: Mapping[str, str], types: Sequence[str], errors: Mapping[str, str], status: int = 200
) -> Response:
    found = own.endpoint(endpoint_id)
    done = {
        "changed": _("What waits for it is tried at once."),
        "rotated": _("New secrets sign from now on. Those before sign beside them for a day."),
    }
    text = render_template(
        "webhooks/endpoint.html",
        endpoint=found,
        secrets=list(own.secrets_of(found)),
        given=given,
        types=types,
        every_type=EVENT_TYPES,
        errors=errors,
        done=done.get(request.args.get("done", ""), ""),
    )
    return make_response(text, status)

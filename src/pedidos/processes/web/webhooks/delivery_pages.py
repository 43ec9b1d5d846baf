"""What was, or will be, delivered to an endpoint: the requests, the answers, and sending again."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.access import Role
from pedidos.http import problems
from pedidos.http.roles import allow
from pedidos.processes.web.addresses import redirect_within
from pedidos.processes.web.sent_values import row_id
from pedidos.processes.web.services import services
from pedidos.processes.web.webhooks import own
from pedidos.storage.webhooks import deliveries
from pedidos.storage.webhooks.deliveries import Again, State

PAGE = 50

STATES: Mapping[State, LazyString] = {"waiting": _("waits"), "delivered": _("delivered"), "failed": _("failed")}

pages = Blueprint("webhook_deliveries", __name__, url_prefix="/webhooks/<uuid:endpoint_id>/deliveries")


@pages.get("")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def overview(endpoint_id: UUID) -> Response:
    """The deliveries, the newest first, page by page."""
    endpoint = own.endpoint(endpoint_id)
    state = cast(State, request.args["state"]) if request.args.get("state") in STATES else None
    found = deliveries.listed(services().engine, endpoint_id, state, row_id("after"), PAGE + 1)
    text = render_template(
        "webhooks/deliveries.html",
        endpoint=endpoint,
        deliveries=found[:PAGE],
        more=found[PAGE - 1].id if len(found) > PAGE else None,
        state=state,
        states=STATES,
        again=request.args.get("again", type=int),
    )
    return make_response(text)


@pages.get("/<uuid:delivery_id>")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def delivery(endpoint_id: UUID, delivery_id: UUID) -> Response:
    """One delivery: what is sent, and each attempt with its answer."""
    own.endpoint(endpoint_id)
    found = deliveries.get(services().engine, endpoint_id, delivery_id)
    if found is None:
        raise problems.NotFound
    tried = [each | {"at": datetime.fromisoformat(each["at"])} for each in found.tried]
    text = render_template(
        "webhooks/delivery.html", endpoint_id=endpoint_id, delivery=found, tried=tried, states=STATES
    )
    return make_response(text)


@pages.post("/<uuid:delivery_id>/again")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def send_again(endpoint_id: UUID, delivery_id: UUID) -> Response:
    """Sends one delivery again. One that waits, waits on."""
    own.endpoint(endpoint_id)
    deliveries.send_again(services().engine, endpoint_id, Again(delivery_id))
    return redirect_within(f"/webhooks/{endpoint_id}/deliveries/{delivery_id}")


@pages.post("/failed/again")
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def send_failed_again(endpoint_id: UUID) -> Response:
    """Sends again what has failed, the oldest first."""
    own.endpoint(endpoint_id)
    count = deliveries.send_again(services().engine, endpoint_id, Again(state="failed"))
    return redirect_within(f"/webhooks/{endpoint_id}/deliveries?again={count}")

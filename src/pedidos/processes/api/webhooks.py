"""Webhooks: endpoints to which events of orders are sent, their secrets, and what was delivered."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from flask import Response
from pydantic import BaseModel, Field

from pedidos.domain import webhook_addresses
from pedidos.domain.access import Identity, Role
from pedidos.domain.webhooks import EVENT_TYPES, MOST_ENDPOINTS, sample_event
from pedidos.http import problems
from pedidos.http.acting import who
from pedidos.http.fields import MomentInBody
from pedidos.http.invalid_values import form
from pedidos.http.problems import FieldError
from pedidos.http.roles import allow
from pedidos.processes.api import cursors
from pedidos.processes.api.compartments import Kind
from pedidos.processes.api.cursors import Cursor
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.security.webhook_secrets import sealed_secrets, shown
from pedidos.sentence import Sentence
from pedidos.storage.webhooks import deliveries, endpoints
from pedidos.storage.webhooks.deliveries import Again, Delivery
from pedidos.storage.webhooks.endpoints import Changes, Endpoint

PAGE = 50

Url = Annotated[
    str,
    Field(
        min_length=9,
        max_length=2000,
        pattern=form(r"^https?://[!-~]+$", Sentence("Must be an address such as https://shop.example/hooks.")),
        description="Where events are sent, as https://…; a public address.",
        examples=["https://shop.example/hooks"],
    ),
]
EventType = Literal[EVENT_TYPES]  # type: ignore[valid-type]  # a tuple of texts
Types = Annotated[
    list[EventType],
    Field(max_length=len(EVENT_TYPES), description="Types of events to send. Empty: all.", examples=[["order.paid"]]),
]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", examples=["Our kitchen's printer"])]
State = Literal["waiting", "delivered", "failed"]

resource = Resource(
    "Webhooks",
    "/v1/webhooks",
    "Have events of orders sent to you (Standard Webhooks 1.0.0): a merchant those of its orders, operators all.",
)


class NewEndpoint(Body):
    url: Url
    types: Types = Field(default_factory=list)
    description: Text = ""


class EndpointChanges(Body):
    """What is left out stays as it is."""

    url: Url | None = None
    types: Types | None = None
    description: Text | None = None
    state: Literal["on", "off"] | None = Field(None, description="Of one that answered 410: on, to try it again.")


class SecretAnswer(BaseModel):
    scheme: Literal["v1", "v1a"]
    secret: str = Field(description="v1: the shared secret. v1a: the public key, with which you check signatures.")
    expires_at: datetime | None = Field(description="When it no longer signs. Null: it is the current one.")


class EndpointAnswer(Answer):
    """An endpoint."""

    id: UUID
    url: str
    types: list[str]
    description: str
    state: Literal["on", "off", "gone"] = Field(description="gone: it answered 410.")
    created_at: datetime
    waiting: int = Field(description="Deliveries that wait.")
    failures: int = Field(
        description="Failed requests in a row, up to the number from which only single trials are sent."
    )
    held_until: datetime | None = Field(description="When the next trial may be sent.")
    secrets: list[SecretAnswer]


class EndpointsAnswer(Answer):
    """The endpoints, oldest first."""

    endpoints: list[EndpointAnswer]


class AttemptAnswer(BaseModel):
    number: int
    at: datetime
    took_ms: int
    status: int = Field(description="Of the answer; 0 without one.")
    reason: str = Field(description="Why there was no answer.")
    answer: str = Field(description="The beginning of its body.")


class DeliveryAnswer(BaseModel):
    id: UUID
    webhook_id: str = Field(description="The header webhook-id of the request; the same however often it is sent.")
    order_id: UUID
    version: int
    type: str
    state: State
    attempts: int
    created_at: datetime
    next_attempt: datetime | None = Field(description="Of one that waits.")
    settled_at: datetime | None


class DeliveriesAnswer(Answer):
    """Deliveries, newest first."""

    deliveries: list[DeliveryAnswer]
    next_cursor: str | None


class WholeDeliveryAnswer(Answer):
    """A delivery, with what was sent and what came back."""

    delivery: DeliveryAnswer
    body: str
    attempts: list[AttemptAnswer]


class SentAnswer(Answer):
    """What is sent."""

    deliveries: int = Field(description="How many.")


class EndpointPath(BaseModel):
    endpoint_id: UUID = Field(description="Id of the endpoint.")


class DeliveryPath(EndpointPath):
    delivery_id: UUID = Field(description="Id of the delivery.")


class DeliveryQuery(BaseModel):
    state: State | None = Field(None, description="Only those in this state.")
    cursor: Cursor | None = None


class AgainBody(Body):
    """Which deliveries to send again, of those that do not wait. What is left out does not matter."""

    state: Literal["delivered", "failed"] | None = "failed"
    type: EventType | None = None
    since: MomentInBody | None = Field(None, description="Made at this time or later.")
    until: MomentInBody | None = Field(None, description="Made before this time.")


@resource.operation("get", "", answers={200: EndpointsAnswer})
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def list_webhook_endpoints(identity: Identity) -> Response:
    """Your endpoints"""
    found = endpoints.listed(services().engine, identity.merchant_id)
    return reply(EndpointsAnswer(endpoints=[_answer(each) for each in found]))


@resource.operation("post", "", answers={201: EndpointAnswer}, refuses=[problems.OutcomeUnknown])
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def add_webhook_endpoint(identity: Identity, body: NewEndpoint) -> Response:
    """Have events sent to an address. What happens from now on is"""
    _check(body.url)
    endpoint_id = uuid.uuid4()
    sealed = sealed_secrets(services().account_keys, endpoint_id)
    try:
        endpoints.add(
            services().engine,
            identity.merchant_id,
            endpoint_id,
            body.url,
            body.types,
            body.description,
            sealed,
            who(),
        )
    except endpoints.TooManyEndpoints as error:
        raise problems.Conflict(
            Sentence("There are {most} endpoints, as many as there can be. Remove one.", most=MOST_ENDPOINTS)
        ) from error
    return reply(_answer(_own(identity, endpoint_id)), 201)


@resource.operation("get", "/<uuid:endpoint_id>", answers={200: EndpointAnswer})
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def get_webhook_endpoint(identity: Identity, path: EndpointPath) -> Response:
    """One endpoint, with the secrets that sign"""
    return reply(_answer(_own(identity, path.endpoint_id)))


@resource.operation("patch", "/<uuid:endpoint_id>", answers={200: EndpointAnswer}, refuses=[problems.OutcomeUnknown])
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def change_webhook_endpoint(identity: Identity, path: EndpointPath, body: EndpointChanges) -> Response:
    """Change an endpoint. What waits for it is tried at once"""
    if body.url is not None:
        _check(body.url)
    changes = Changes(body.url, body.types, body.description, body.state)
    if not endpoints.change(services().engine, identity.merchant_id, path.endpoint_id, changes, who()):
        raise problems.NotFound
    return reply(_answer(_own(identity, path.endpoint_id)))


@resource.operation("delete", "/<uuid:endpoint_id>", answers={204: None}, refuses=[problems.OutcomeUnknown])
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def remove_webhook_endpoint(identity: Identity, path: EndpointPath) -> Response:
    """Remove an endpoint, with what waits for it and what was delivered"""
    if not endpoints.remove(services().engine, identity.merchant_id, path.endpoint_id, who()):
        raise problems.NotFound
    return Response(status=204)


@resource.operation(
    "post", "/<uuid:endpoint_id>/secrets", answers={200: EndpointAnswer}, refuses=[problems.OutcomeUnknown]
)
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def rotate_webhook_secrets(identity: Identity, path: EndpointPath) -> Response:
    """Make new secrets. Those before sign beside them for a day"""
    sealed = sealed_secrets(services().account_keys, path.endpoint_id)
    if not endpoints.rotate(services().engine, identity.merchant_id, path.endpoint_id, sealed, who()):
        raise problems.NotFound
    return reply(_answer(_own(identity, path.endpoint_id)))


@resource.operation("post", "/<uuid:endpoint_id>/test", answers={202: SentAnswer})
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def send_test_webhook(identity: Identity, path: EndpointPath) -> Response:
    """Send a test event"""
    _own(identity, path.endpoint_id)
    deliveries.send_test(services().engine, path.endpoint_id, sample_event(datetime.now(UTC)))
    return reply(SentAnswer(deliveries=1), 202)


@resource.operation("get", "/<uuid:endpoint_id>/deliveries", answers={200: DeliveriesAnswer}, kind=Kind.LISTS)
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def list_webhook_deliveries(identity: Identity, path: EndpointPath, query: DeliveryQuery) -> Response:
    """What was, or will be, delivered to an endpoint"""
    _own(identity, path.endpoint_id)
    after = cursors.decode(query.cursor)
    found = deliveries.listed(services().engine, path.endpoint_id, query.state, after, PAGE)
    cursor = cursors.encode(found[-1].id) if len(found) == PAGE else None
    return reply(DeliveriesAnswer(deliveries=[_delivery(each) for each in found], next_cursor=cursor))


@resource.operation("get", "/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>", answers={200: WholeDeliveryAnswer})
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def get_webhook_delivery(identity: Identity, path: DeliveryPath) -> Response:
    """One delivery, with its attempts"""
    _own(identity, path.endpoint_id)
    found = deliveries.get(services().engine, path.endpoint_id, path.delivery_id)
    if found is None:
        raise problems.NotFound
    tried = [AttemptAnswer.model_validate(each) for each in found.tried]
    return reply(WholeDeliveryAnswer(delivery=_delivery(found), body=found.body, attempts=tried))


@resource.operation("post", "/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/again", answers={202: SentAnswer})
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def send_webhook_again(identity: Identity, path: DeliveryPath) -> Response:
    """Send a delivery again, also one that was taken"""
    _own(identity, path.endpoint_id)
    count = deliveries.send_again(services().engine, path.endpoint_id, Again(path.delivery_id))
    return reply(SentAnswer(deliveries=count), 202)


@resource.operation("post", "/<uuid:endpoint_id>/again", answers={202: SentAnswer})
@allow(Role.MERCHANT, Role.OPERATOR, owner=True)
def send_webhooks_again(identity: Identity, path: EndpointPath, body: AgainBody) -> Response:
    """Send all deliveries of a kind or of a time again, the 10,000 oldest at most"""
    _own(identity, path.endpoint_id)
    wanted = Again(None, body.state, body.type, body.since, body.until)
    return reply(SentAnswer(deliveries=deliveries.send_again(services().engine, path.endpoint_id, wanted)), 202)


def _own(identity: Identity, endpoint_id: UUID) -> Endpoint:
    found = endpoints.get(services().engine, identity.merchant_id, endpoint_id)
    if found is None:
        raise problems.NotFound
    return found


def _check(url: str) -> None:
    """Raises InvalidFields for an address to which nothing can be sent."""
    fault = webhook_addresses.fault(url, allow_loopback=services().settings.webhook_allow_loopback)
    if fault is not None:
        raise problems.InvalidFields(errors=[FieldError("url", fault)])


def _answer(found: Endpoint) -> EndpointAnswer:
    return EndpointAnswer(
        id=found.id,
        url=found.url,
        types=list(found.types),
        description=found.description,
        state=found.state,
        created_at=found.created_at,
        waiting=found.waiting,
        failures=found.failures,
        held_until=found.held_until,
        secrets=[
            SecretAnswer(scheme=each.scheme, secret=each.text, expires_at=each.expires_at)
            for each in shown(services().account_keys, found.id, found.secrets)
        ],
    )


def _delivery(found: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer(
        id=found.id,
        webhook_id=f"{found.order_id.hex}-{found.version}",
        order_id=found.order_id,
        version=found.version,
        type=found.type,
        state=found.state,
        attempts=found.attempts,
        created_at=found.created_at,
        next_attempt=found.next_attempt if found.state == "waiting" else None,
        settled_at=found.settled_at,
    )

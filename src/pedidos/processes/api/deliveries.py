"""Deliveries: what a courier can take, has, picks up and delivers."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from flask import Response
from pydantic import AwareDatetime, Field

from pedidos.domain.access import Identity, Role, merchant_of
from pedidos.domain.couriers import CODE_DIGITS, MOST_TRIES, Courier
from pedidos.domain.order import Refusal, Status
from pedidos.http import problems
from pedidos.http.fields import WHOLE
from pedidos.http.invalid_values import form
from pedidos.http.roles import allow
from pedidos.processes.api.handover import ContactAnswer, contact_answer
from pedidos.processes.api.order_answers import OrderPath
from pedidos.processes.api.request_validation import Body
from pedidos.processes.api.resource import Answer, Resource, reply
from pedidos.processes.api.services import services
from pedidos.sentence import Sentence
from pedidos.steps import deliver
from pedidos.storage.orders import deliveries as stored
from pedidos.storage.orders.deliveries import Delivery

MOST_EPOCHS = 2**31 - 1

Epoch = Annotated[
    int, Field(ge=1, le=MOST_EPOCHS, description="As the order was taken. An older one is refused."), WHOLE
]


class Taken(Body):
    """Under which epoch you have the order."""

    epoch: Epoch


class HandedOver(Body):
    """The customer has the order, and has told you its code."""

    epoch: Epoch
    code: Annotated[
        str,
        Field(
            pattern=form(rf"^[0-9]{{{CODE_DIGITS}}}$", Sentence("Must be the four digits that the customer has.")),
            examples=["0427"],
            description=f"What the customer's page shows. After {MOST_TRIES} wrong ones, only the merchant ends the"
            " delivery.",
        ),
    ]


class DeliveryItem(Answer):
    """What is in the bag"""

    quantity: int
    name: str
    choices: list[str] = Field(description="What the customer chose for it, by name.")


class DeliveryAnswer(Answer):
    """An order that you can bring, or have"""

    order_id: UUID
    status: Status
    promised_at: AwareDatetime | None = Field(description="When the merchant has promised that the customer has it.")
    ready_at: datetime | None = Field(description="When the merchant said that it can be fetched; null: not yet.")
    items: list[DeliveryItem]
    district: str = Field(description="Of the customer's address.")
    contact: ContactAnswer | None = Field(description="Who gets it, and where; null until you have the order.")
    epoch: int | None = Field(description="Names your turn in later requests; null until you have the order.")
    lease_until: datetime | None = Field(description="No other courier can take the order before.")
    picked_up_at: datetime | None
    wrong_codes: int = Field(description="How many wrong codes were tried.")


class DeliveryList(Answer):
    """What waits for a courier, and what you have"""

    ready: list[DeliveryAnswer] = Field(description=f"The oldest first, at most {stored.MOST}.")
    own: list[DeliveryAnswer] = Field(description="In the order in which you have taken them.")


resource = Resource("Deliveries", "/v1/deliveries", "For couriers: the orders of their merchant that are delivered.")
_move = partial(
    resource.operation, "post", answers={200: DeliveryList}, refuses=[problems.MoveRefused, problems.OutcomeUnknown]
)


@resource.operation("get", "", answers={200: DeliveryList})
@allow(Role.COURIER)
def list_deliveries(identity: Identity) -> Response:
    """List the orders that wait for a courier, and those that you have"""
    return _listed(_courier(identity))


@_move("/<uuid:order_id>/take")
@allow(Role.COURIER)
def take_delivery(identity: Identity, path: OrderPath) -> Response:
    """Take an order for some time, in which no other courier can; repeat it for more time"""
    courier = _courier(identity)
    lease = services().settings.courier_lease_seconds
    return _done(courier, lambda: deliver.take(services().engine, path.order_id, courier, lease))


@_move("/<uuid:order_id>/give-back")
@allow(Role.COURIER)
def give_back_delivery(identity: Identity, path: OrderPath, body: Taken) -> Response:
    """Give an order back, for another courier to take"""
    courier = _courier(identity)
    return _done(courier, lambda: deliver.give_back(services().engine, path.order_id, courier, body.epoch))


@_move("/<uuid:order_id>/pick-up")
@allow(Role.COURIER)
def pick_up_delivery(identity: Identity, path: OrderPath, body: Taken) -> Response:
    """Pick an order up at the merchant's: it is on its way"""
    courier = _courier(identity)
    lease = services().settings.courier_lease_seconds
    return _done(courier, lambda: deliver.pick_up(services().engine, path.order_id, courier, body.epoch, lease))


@_move("/<uuid:order_id>/deliver")
@allow(Role.COURIER)
def end_delivery(identity: Identity, path: OrderPath, body: HandedOver) -> Response:
    """Deliver an order, with the code that its customer has told you"""
    courier = _courier(identity)
    return _done(courier, lambda: deliver.deliver(services().engine, path.order_id, courier, body.epoch, body.code))


def _courier(identity: Identity) -> Courier:
    return Courier(identity.account_id, merchant_of(identity))


def _done(courier: Courier, move: Callable[[], int | Refusal | None]) -> Response:
    """Moves an order, and returns what the courier has now."""
    try:
        outcome = move()
    except LookupError as error:
        raise problems.NotFound from error
    if isinstance(outcome, Refusal):
        raise problems.MoveRefused(outcome.reason)
    return _listed(courier)


def _listed(courier: Courier) -> Response:
    found = stored.of_courier(services().engine, courier)
    return reply(DeliveryList(ready=[_answer(each) for each in found.ready], own=[_answer(each) for each in found.own]))


def _answer(delivery: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer(
        order_id=delivery.id,
        status=delivery.status,
        promised_at=delivery.promised_at,
        ready_at=delivery.ready_at,
        items=[
            DeliveryItem(quantity=item.quantity, name=item.name, choices=list(item.choices)) for item in delivery.items
        ],
        district=delivery.district,
        contact=contact_answer(delivery.contact) if delivery.contact else None,
        epoch=delivery.epoch,
        lease_until=delivery.lease_until,
        picked_up_at=delivery.picked_up_at,
        wrong_codes=delivery.tries,
    )

"""The states of an order, who may move it, and what each state holds."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pedidos.sentence import Sentence


class Status(StrEnum):
    """The state of an order."""

    # In the sequence in which an order reaches them, which IN_FLIGHT and PATH keep. Then the states that end it early.

    SCHEDULED = "scheduled"
    """It is wanted for later, and waits for its time: nothing is checked, reserved or charged before."""
    RECEIVED = "received"
    """It is stored, and not yet validated."""
    VALIDATED = "validated"
    """Its customer, merchant, products and total are valid."""
    RESERVED = "reserved"
    """Its units are reserved."""
    CHARGING = "charging"
    """The gateway is being asked for the money."""
    PAID = "paid"
    """The gateway has taken the money."""
    CONFIRMED = "confirmed"
    """Its units are sold, and the platform has nothing left to do."""
    PREPARING = "preparing"
    """The merchant has accepted it, and prepares it."""
    ON_ITS_WAY = "on_its_way"
    """The merchant has sent it, or a courier has picked it up."""
    DELIVERED = "delivered"
    """The customer has it."""
    REJECTED = "rejected"
    """It is not valid."""
    UNAVAILABLE = "unavailable"
    """There were too few units of a product."""
    DECLINED = "declined"
    """The gateway refused the payment. The units are returned."""
    EXPIRED = "expired"
    """It was not paid in time. The units are returned, and money that was taken all the same is refunded."""
    CANCELLED = "cancelled"
    """The customer or the merchant cancelled it, or the merchant did not accept it in time. The units and the money are
    returned."""


class Actor(StrEnum):
    """Who moves an order: a step of the pipeline, a timer, or a person."""

    RELEASE = "release"
    """A timer: the time of a scheduled order has come."""
    VALIDATE = "validate"
    RESERVE = "reserve"
    CHARGE = "charge"
    CONFIRM = "confirm"
    EXPIRY = "expiry"
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    COURIER = "courier"


class StockPart(StrEnum):
    """Where the units of an order are counted. The names are columns of the stock table."""

    ON_HAND = "on_hand"
    RESERVED = "reserved"
    SOLD = "sold"


S, A = Status, Actor

TRANSITIONS: dict[Status, dict[Status, frozenset[Actor]]] = {
    S.SCHEDULED: {
        S.RECEIVED: frozenset({A.RELEASE}),
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT}),
    },
    S.RECEIVED: {
        S.VALIDATED: frozenset({A.VALIDATE}),
        S.REJECTED: frozenset({A.VALIDATE}),
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT}),
    },
    S.VALIDATED: {
        S.RESERVED: frozenset({A.RESERVE}),
        S.UNAVAILABLE: frozenset({A.RESERVE}),
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT}),
    },
    S.RESERVED: {
        S.CHARGING: frozenset({A.CHARGE}),
        S.EXPIRED: frozenset({A.EXPIRY}),
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT}),
    },
    S.CHARGING: {
        S.PAID: frozenset({A.CHARGE}),
        S.DECLINED: frozenset({A.CHARGE}),
        S.EXPIRED: frozenset({A.EXPIRY}),
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT}),
    },
    S.PAID: {
        S.CONFIRMED: frozenset({A.CONFIRM}),
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT}),
    },
    S.CONFIRMED: {
        S.PREPARING: frozenset({A.MERCHANT}),
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT, A.EXPIRY}),
    },
    S.PREPARING: {
        S.ON_ITS_WAY: frozenset({A.MERCHANT, A.COURIER}),
        S.CANCELLED: frozenset({A.MERCHANT}),
    },
    S.ON_ITS_WAY: {S.DELIVERED: frozenset({A.MERCHANT, A.COURIER})},
    S.DELIVERED: {},
    S.REJECTED: {},
    S.UNAVAILABLE: {},
    S.DECLINED: {},
    S.EXPIRED: {},
    S.CANCELLED: {},
}

SETTLED = frozenset(
    {
        S.CONFIRMED,
        S.PREPARING,
        S.ON_ITS_WAY,
        S.DELIVERED,
        S.REJECTED,
        S.UNAVAILABLE,
        S.DECLINED,
        S.EXPIRED,
        S.CANCELLED,
    }
)
"""States in which the pipeline has nothing left to do. Generated columns of the table orders list these states, and not
those in flight, because each new step adds a state in flight."""

IN_FLIGHT = tuple(status for status in Status if status not in {*SETTLED, S.SCHEDULED})
"""States in which the platform still has to move the order, in the sequence in which it reaches them."""

PATH = (*IN_FLIGHT, S.CONFIRMED)
"""The states through which the platform moves an order if nothing stops it."""


_PART_OF = {
    S.RESERVED: StockPart.RESERVED,
    S.CHARGING: StockPart.RESERVED,
    S.PAID: StockPart.RESERVED,
    S.CONFIRMED: StockPart.SOLD,
    S.PREPARING: StockPart.SOLD,
    S.ON_ITS_WAY: StockPart.SOLD,
    S.DELIVERED: StockPart.SOLD,
}

UNPAID = IN_FLIGHT[: IN_FLIGHT.index(S.PAID)]
"""States in flight in which the payment token may still be needed. An order that reaches another one loses it."""

ENDS = tuple(status for status in Status if not TRANSITIONS[status])
"""States from which no order moves on."""


def accepted_at(order_id: UUID) -> float:
    """When the order was accepted, in seconds since the epoch: the first 48 bits of its id (RFC 9562, UUIDv7), which
    PostgreSQL makes in the transaction that accepts it."""
    return (order_id.int >> 80) / 1000


def passed(source: Status, target: Status) -> tuple[Status, ...]:
    """The states of PATH that an order enters on its way from source to target, which is the last of them."""
    return PATH[PATH.index(source) + 1 : PATH.index(target) + 1]


def stock_part(status: Status) -> StockPart:
    """Where the units of an order in this state are counted; in a state that reserves nothing they are on hand."""
    return _PART_OF.get(status, StockPart.ON_HAND)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move is not allowed, for the person who asked."""

    reason: Sentence


def may_move(source: Status, target: Status, actor: Actor) -> Refusal | None:
    """None if the actor may move an order from source to target, otherwise why not."""
    actors = TRANSITIONS[source].get(target)
    if actors is None:
        return Refusal(Sentence("An order that is {source} cannot become {target}.", source=source, target=target))
    if actor not in actors:
        return Refusal(
            Sentence(
                "A {actor} cannot move an order from {source} to {target}.", actor=actor, source=source, target=target
            )
        )
    return None


def may_be_ready(status: Status) -> Refusal | None:
    """None if a merchant may say that an order in this state is ready, otherwise why not."""
    if status is Status.PREPARING:
        return None
    return Refusal(Sentence("Only an order that is being prepared becomes ready. This one is {status}.", status=status))


def sources(target: Status, actor: Actor) -> tuple[Status, ...]:
    """The states from which this actor may move an order to the target."""
    return tuple(source for source, targets in TRANSITIONS.items() if actor in targets.get(target, ()))


def event_type(status: Status) -> str:
    """The type of the event that reports an order's arrival in this state."""
    return "order.placed" if status is Status.RECEIVED else f"order.{status}"


REFUNDED = "order.refunded"
"""The money of an order that was undone has been returned."""

PARTLY_REFUNDED = "order.partly_refunded"
"""A part of the money has been returned. The order goes on."""

MONEY_RETURNED = (REFUNDED, PARTLY_REFUNDED)
PAYMENT_DELAYED = "order.payment_delayed"
"""The payment provider fails, and is asked again: the order waits for it."""
REFUND_DELAYED = "order.refund_delayed"
"""The payment provider fails, and is asked again: money that is to go back waits for it."""

DELAYED = (PAYMENT_DELAYED, REFUND_DELAYED)
READY = "order.ready"
"""The merchant has prepared it: it waits to be fetched, by a courier or by its customer."""
COURIER_ASSIGNED = "order.courier_assigned"
"""A courier has taken it."""
COURIER_LEFT = "order.courier_left"
"""Its courier has given it back."""

STAYS = frozenset({*MONEY_RETURNED, *DELAYED, READY, COURIER_ASSIGNED, COURIER_LEFT})
"""Types of the events that leave the state as it was."""

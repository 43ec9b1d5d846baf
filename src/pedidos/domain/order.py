"""The states of an order, who may move it, and what each state holds."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """The state of an order."""

    # In the order in which an order comes to them, which IN_FLIGHT and PATH keep; then the ends that undo it.

    RECEIVED = "received"
    """Durable, and nothing else yet."""
    VALIDATED = "validated"
    """Customer, merchant, products and limits are in order."""
    RESERVED = "reserved"
    """Its units are set aside."""
    CHARGING = "charging"
    """The gateway is being asked for the money."""
    PAID = "paid"
    """The gateway has taken the money."""
    CONFIRMED = "confirmed"
    """Sold: the platform's part is done."""
    PREPARING = "preparing"
    """The merchant works on it."""
    ON_ITS_WAY = "on_its_way"
    """The merchant has sent it."""
    DELIVERED = "delivered"
    """The customer has it."""
    REJECTED = "rejected"
    """It broke a rule."""
    UNAVAILABLE = "unavailable"
    """There were too few units of a product."""
    DECLINED = "declined"
    """The gateway refused the payment. The units are back."""
    EXPIRED = "expired"
    """It was not paid in time. The units are back; money that was taken even so is refunded."""
    CANCELLED = "cancelled"
    """The customer or the merchant ended it. Units and money are given back."""


class Actor(StrEnum):
    """Who moves an order: a step of the pipeline, a timer, or a person."""

    VALIDATE = "validate"
    RESERVE = "reserve"
    CHARGE = "charge"
    CONFIRM = "confirm"
    EXPIRY = "expiry"
    CUSTOMER = "customer"
    MERCHANT = "merchant"


class StockPart(StrEnum):
    """Where the units of an order are counted. The names are columns of the stock table."""

    ON_HAND = "on_hand"
    RESERVED = "reserved"
    SOLD = "sold"


S, A = Status, Actor

TRANSITIONS: dict[Status, dict[Status, frozenset[Actor]]] = {
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
        S.CANCELLED: frozenset({A.CUSTOMER, A.MERCHANT}),
    },
    S.PREPARING: {
        S.ON_ITS_WAY: frozenset({A.MERCHANT}),
        S.CANCELLED: frozenset({A.MERCHANT}),
    },
    S.ON_ITS_WAY: {S.DELIVERED: frozenset({A.MERCHANT})},
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
"""States in which the pipeline has nothing left to do. Generated columns of the table orders list them too, and not
those in flight, to which each new step adds one."""

IN_FLIGHT = tuple(status for status in Status if status not in SETTLED)
"""States in which the platform still has to move the order, in the order in which it comes to them."""

PATH = (*IN_FLIGHT, S.CONFIRMED)
"""The states of an order that nothing stops, as far as the platform moves it."""

_HELD = {
    S.RESERVED: StockPart.RESERVED,
    S.CHARGING: StockPart.RESERVED,
    S.PAID: StockPart.RESERVED,
    S.CONFIRMED: StockPart.SOLD,
    S.PREPARING: StockPart.SOLD,
    S.ON_ITS_WAY: StockPart.SOLD,
    S.DELIVERED: StockPart.SOLD,
}


def stock_part(status: Status) -> StockPart:
    """Where the units of an order in this state are counted; an order in a state that holds nothing leaves its units on
    hand."""
    return _HELD.get(status, StockPart.ON_HAND)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move is not allowed, as text for the person who asked."""

    reason: str


def may_move(source: Status, target: Status, actor: Actor) -> Refusal | None:
    """None if the actor may move an order from source to target, otherwise why not."""
    actors = TRANSITIONS[source].get(target)
    if actors is None:
        return Refusal(f"An order that is {source} cannot become {target}.")
    if actor not in actors:
        return Refusal(f"A {actor} cannot move an order from {source} to {target}.")
    return None


def sources(target: Status, actor: Actor) -> tuple[Status, ...]:
    """The states from which this actor may move an order to the target."""
    return tuple(source for source, targets in TRANSITIONS.items() if actor in targets.get(target, ()))


def event_type(status: Status) -> str:
    """The type of the event that reports an order's arrival in this state."""
    return "order.placed" if status is Status.RECEIVED else f"order.{status}"


REFUNDED = "order.refunded"
"""The only event that does not change the state: the money of an order that was undone has been returned."""

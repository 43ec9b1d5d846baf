"""What the page of an order shows: what is happening now in plain words, the way it went, and what was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from pedidos.domain.acceptance import accept_by
from pedidos.domain.order import (
    PATH,
    PAYMENT_DELAYED,
    REFUND_DELAYED,
    STAYS,
    TRANSITIONS,
    Actor,
    Status,
    StockPart,
    event_type,
    may_move,
    stock_part,
)
from pedidos.domain.payment import Payment, PaymentStatus
from pedidos.domain.rating import Rating, may_rate
from pedidos.domain.refunds import RefundStatus
from pedidos.processes.web.customer.order_words import MONEY_BACK, STATES, WORDS, Words, translated
from pedidos.storage.catalogue.merchants import Merchant
from pedidos.storage.orders.deliveries import InHand
from pedidos.storage.orders.reading import Order, TimelineEntry


class Step(NamedTuple):
    """A state on the way of the order. at: when it was reached; None if it still may be."""

    status: Status
    name: LazyString
    at: datetime | None


class TakenBack(NamedTuple):
    """An effect of the order that was undone. at: None while that is in progress."""

    what: LazyString | str
    at: datetime | None
    cents: int | None = None
    reference: str | None = None


class Delay(NamedTuple):
    """Why the payment did not go on, or the way of money back. until: the provider was to be asked again until then;
    None if it is asked until it answers."""

    at: datetime
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class OrderView:
    order: Order
    shop: Merchant
    steps: Sequence[Step]
    reasons: Sequence[str]
    delays: Sequence[Delay]
    refund_delays: Sequence[Delay]
    taken_back: Sequence[TakenBack]
    pay_until: datetime | None
    """When the order expires if its payment has not arrived; None if that is not what it waits for."""
    courier: InHand | None
    """Who has the order, with the code that the customer tells; None if it is no courier."""
    rating: Rating | None
    accept_until: datetime | None
    """When the order is cancelled if the shop has not accepted it; None if that is not what it waits for."""

    @property
    def status(self) -> Status:
        return self.order.summary.status

    @property
    def delay(self) -> Delay | None:
        """What the order waits for, if the payment provider fails."""
        return self.delays[-1] if self.delays and self.status is Status.CHARGING else None

    @property
    def refund_delay(self) -> Delay | None:
        """What money that is to go back waits for, if the payment provider fails."""
        waits = any(row.at is None for row in self.taken_back)
        return self.refund_delays[-1] if self.refund_delays and waits else None

    @property
    def words(self) -> Words:
        return WORDS[self.status]

    @property
    def state(self) -> LazyString:
        return STATES[self.status]

    @property
    def final(self) -> bool:
        """Whether no event can follow, except that money is given back."""
        return not TRANSITIONS[self.status]

    @property
    def changing(self) -> bool:
        """Whether the page has to listen for events."""
        return not self.final or any(each.at is None for each in self.taken_back)

    @property
    def ratable(self) -> bool:
        return self.rating is None and may_rate(self.status) is None

    @property
    def cancellable(self) -> bool:
        return may_move(self.status, Status.CANCELLED, Actor.CUSTOMER) is None


def view_of(
    order: Order,
    shop: Merchant,
    payment: Payment | None,
    courier: InHand | None,
    rating: Rating | None,
    payment_seconds: float,
    acceptance_seconds: float,
) -> OrderView:
    """The order as its customer sees it. payment_seconds: how long after the first request an unpaid order expires.
    acceptance_seconds: how long the shop may take to accept it; 0 is without limit."""
    asked_at = payment.asked_at if payment and order.summary.status is Status.CHARGING else None
    pay_until = asked_at + timedelta(seconds=payment_seconds) if asked_at else None
    confirmed = order.summary.status is Status.CONFIRMED
    accept_until = accept_by(order.since, acceptance_seconds) if confirmed else None
    return OrderView(
        order,
        shop,
        _steps(order),
        _reasons(order),
        _delays(order, PAYMENT_DELAYED),
        _delays(order, REFUND_DELAYED),
        _taken_back(order, payment),
        pay_until,
        courier,
        rating,
        accept_until,
    )


_MILESTONES = (Status.RECEIVED, Status.PAID, Status.CONFIRMED, Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED)
"""The states that a customer cares about, among those of an order to which nothing happens."""


def _steps(order: Order) -> list[Step]:
    now = order.summary.status
    # The timeline of an old order is no longer kept.
    reached = {now: order.summary.updated_at} | {
        entry.status: entry.occurred_at for entry in order.timeline if entry.type == event_type(entry.status)
    }
    known = {*_MILESTONES, now, *(status for status in reached if status not in PATH)}
    steps = [
        Step(status, STATES[status], reached[status]) for status in Status if status in reached and status in known
    ]
    if TRANSITIONS[now]:
        steps += [Step(status, STATES[status], None) for status in _MILESTONES if status not in reached]
    return steps


def _reasons(order: Order) -> list[str]:
    """Why the order ended early, in the words of the pipeline, which are translated as far as they are known."""
    now = event_type(order.summary.status)
    last = next((entry for entry in reversed(order.timeline) if entry.type == now), None)
    if last is None:
        return []
    found = [*last.detail.get("reasons", []), *([last.detail["reason"]] if last.detail.get("reason") else [])]
    if "out_of_stock" in last.detail and not found:  # an event of an earlier version
        names = {str(item.product_id): item.name for item in order.items}
        found = [names.get(product, product) for product in last.detail["out_of_stock"]]
    return [translated(reason) for reason in found]


def _delays(order: Order, kind: str) -> list[Delay]:
    """Those that events of this kind tell."""
    return [
        Delay(entry.occurred_at, translated(entry.detail["reason"]), _until(entry.detail.get("until")))
        for entry in order.timeline
        if entry.type == kind
    ]


def _until(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)


def _taken_back(order: Order, payment: Payment | None) -> list[TakenBack]:
    """What came back while the order went on, then what its end has undone, in the order in which it was: the units
    first, in the same transaction."""
    returned = [each for each in order.refunds if each.status is not RefundStatus.REFUSED]
    parts = [
        TakenBack(
            translated(each.reason),
            None if each.status is RefundStatus.PENDING else each.updated_at,
            each.amount_cents,
            each.reference,
        )
        for each in returned
    ]
    return parts + _undone(order, payment, sum(each.amount_cents for each in returned))


def _undone(order: Order, payment: Payment | None, returned_cents: int) -> list[TakenBack]:
    """returned_cents: what came back before."""
    if order.summary.status in (Status.SCHEDULED, *PATH) or stock_part(order.summary.status) is not StockPart.ON_HAND:
        return []
    ended = [entry.occurred_at for entry in order.timeline if entry.type not in STAYS]
    rows = [TakenBack(_("Products: back in stock"), ended[-1])] if _had_units(order.timeline) else []
    if payment is not None and payment.status in MONEY_BACK:
        done = payment.status is not PaymentStatus.UNDOING
        rows.append(
            TakenBack(
                MONEY_BACK[payment.status],
                payment.updated_at if done else None,
                payment.amount_cents - returned_cents if payment.status is not PaymentStatus.DECLINED else None,
                payment.reference,
            )
        )
    return rows


def _had_units(timeline: Sequence[TimelineEntry]) -> bool:
    return any(stock_part(entry.status) is not StockPart.ON_HAND for entry in timeline)

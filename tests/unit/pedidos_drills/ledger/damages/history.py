"""Events that are missing, wrong, or different on Kafka."""

from dataclasses import replace

from pedidos.domain.order import PAYMENT_DELAYED, READY, REFUND_DELAYED, Status
from pedidos_drills.ledger.records import Evidence, StoredEvent
from tests.unit.pedidos_drills.ledger.changes import order_named, with_events, with_topic
from tests.unit.pedidos_drills.ledger.faithful import CANCELLED_ONE, DELIVERED_ONE, FIRST, changed
from tests.unit.pedidos_drills.ledger.invariants import HISTORY, Damages


def refunded_again(evidence: Evidence) -> Evidence:
    order = order_named(evidence, CANCELLED_ONE)
    again = StoredEvent(order.id, order.version + 1, "order.refunded", order.status)
    told = replace(evidence, events=[*evidence.events, again], topic=[*evidence.topic, again])
    return changed(told, order.id, version=order.version + 1)


def delayed(evidence: Evidence, times: int) -> Evidence:
    """The first order was told so often that its payment is delayed."""
    order = order_named(evidence, FIRST)

    def told(own: list[StoredEvent]) -> list[StoredEvent]:
        at = next(n for n, event in enumerate(own) if event.status is Status.CHARGING) + 1
        more = [replace(own[at - 1], type=PAYMENT_DELAYED)] * times
        return [replace(event, version=n) for n, event in enumerate([*own[:at], *more, *own[at:]], 1)]

    return changed(with_events(evidence, told), FIRST, version=order.version + times)


def money_delayed(evidence: Evidence, order_id: str, *causes: str, late: bool = False) -> Evidence:
    """The order was told so that its money comes back later. late: after it was back."""
    order = order_named(evidence, order_id)
    own = [each for each in evidence.events if each.order_id == order_id]
    at = len(own) if late or own[-1].type != "order.refunded" else len(own) - 1
    more = [StoredEvent(order_id, 0, REFUND_DELAYED, order.status, cause) for cause in causes]
    told = [replace(event, version=n) for n, event in enumerate([*own[:at], *more, *own[at:]], 1)]
    events = [*told, *(each for each in evidence.events if each.order_id != order_id)]
    evidence = changed(evidence, order_id, version=order.version + len(causes))
    return replace(evidence, events=events, topic=events)


def made_ready(evidence: Evidence, status: Status, times: int) -> Evidence:
    """The delivered order was said so often to be ready, in this state."""
    order = order_named(evidence, DELIVERED_ONE)
    own = [each for each in evidence.events if each.order_id == order.id]
    at = next(n for n, event in enumerate(own) if event.status is status) + 1
    more = [replace(own[at - 1], type=READY)] * times
    told = [replace(event, version=n) for n, event in enumerate([*own[:at], *more, *own[at:]], 1)]
    events = [*told, *(each for each in evidence.events if each.order_id != order.id)]
    return replace(changed(evidence, order.id, version=order.version + times), events=events, topic=events)


DAMAGES: Damages = {
    "a version is missing": ({HISTORY}, lambda e: with_events(e, lambda own: [*own[:2], *own[3:]])),
    "the first event is missing": ({HISTORY}, lambda e: with_events(e, lambda own: own[1:])),
    "the last event is missing": ({HISTORY}, lambda e: with_events(e, lambda own: own[:-1])),
    "no event at all": ({HISTORY}, lambda e: with_events(e, lambda _: [])),
    "a state was skipped": (
        {HISTORY},
        lambda e: changed(
            with_events(e, lambda own: [*own[:2], *(replace(each, version=each.version - 1) for each in own[3:])]),
            FIRST,
            version=5,
        ),
    ),
    "a step back": (
        {HISTORY},
        lambda e: with_events(
            e, lambda own: [*own[:2], replace(own[2], type="order.placed", status=Status.RECEIVED), *own[3:]]
        ),
    ),
    "it begins otherwise": (
        {HISTORY},
        lambda e: with_events(e, lambda own: [replace(own[0], type="order.validated"), *own[1:]]),
    ),
    "it ends elsewhere": (  # it is sold and paid nevertheless, so that no other check finds it
        {HISTORY},
        lambda e: changed(e, FIRST, status=Status.DELIVERED),
    ),
    "two refunds are in its history": ({HISTORY}, refunded_again),
    "Kafka lacks an event in the middle": ({HISTORY}, lambda e: with_topic(e, lambda own: [*own[:2], *own[3:]])),
    "Kafka lacks the last event": ({HISTORY}, lambda e: with_topic(e, lambda own: own[:-1])),
    "Kafka lacks an order": ({HISTORY}, lambda e: with_topic(e, lambda _: [])),
    "Kafka tells another event": (
        {HISTORY},
        lambda e: with_topic(e, lambda own: [*own[:-1], replace(own[-1], status=Status.CANCELLED)]),
    ),
    "Kafka also tells another event under the same version": (
        {HISTORY},
        lambda e: with_topic(e, lambda own: [*own[:-1], replace(own[-1], status=Status.CANCELLED), own[-1]]),
    ),
    "Kafka tells events in another order": (
        {HISTORY},
        lambda e: with_topic(e, lambda own: [own[0], own[2], own[1], *own[3:]]),
    ),
    "Kafka has an order that PostgreSQL does not have": (
        {HISTORY},
        lambda e: replace(e, topic=[*e.topic, StoredEvent("order-x", 1, "order.placed", Status.RECEIVED)]),
    ),
    "a fourth trouble is reported": ({HISTORY}, lambda e: delayed(e, 4)),
    "an order becomes ready twice": ({HISTORY}, lambda e: made_ready(e, Status.PREPARING, 2)),
    "an order becomes ready that is not prepared": ({HISTORY}, lambda e: made_ready(e, Status.DELIVERED, 1)),
    "a trouble is reported again of money that comes back": (
        {HISTORY},
        lambda e: money_delayed(e, CANCELLED_ONE, "provider_away", "provider_away"),
    ),
    "money that is back is reported to be late": (
        {HISTORY},
        lambda e: money_delayed(e, CANCELLED_ONE, "provider_away", late=True),
    ),
    "money comes back of an order that goes on": ({HISTORY}, lambda e: money_delayed(e, FIRST, "provider_away")),
    "it is released before its time": ({HISTORY}, lambda e: changed(e, FIRST, early=True)),
}

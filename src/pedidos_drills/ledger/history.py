"""The events of each order, in PostgreSQL and on Kafka."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pedidos.domain.order import (
    PARTLY_REFUNDED,
    PAYMENT_DELAYED,
    READY,
    REFUND_DELAYED,
    REFUNDED,
    STAYS,
    TRANSITIONS,
    Status,
    event_type,
)
from pedidos_drills.ledger import ratings
from pedidos_drills.ledger.records import Evidence, StoredEvent, StoredOrder
from pedidos_drills.ledger.verdict import Verdict


def history(evidence: Evidence) -> Verdict:
    """Each order's events are 1..n with allowed transitions, end in the order's state, and are the same on Kafka as in
    PostgreSQL. Only what was delivered is rated, once, and each rating is counted."""
    findings: list[tuple[str, str | None]] = []
    told = _timelines(evidence.events)
    made = Counter(refund.order_id for refund in evidence.refunds if refund.status == "refunded")
    parts = Counter(refund.order_id for refund in evidence.refunds)
    for order in evidence.orders:
        findings += [(problem, order.id) for problem in _timeline_problems(order, told.get(order.id, []))]
        findings += [(problem, order.id) for problem in _delay_problems(told.get(order.id, []), parts[order.id])]
        parts_told = sum(1 for event in told.get(order.id, []) if event.type == PARTLY_REFUNDED)
        if parts_told != made[order.id]:
            findings.append((f"{made[order.id]} refunds in part, {parts_told} events of them", order.id))
    heard: dict[str, list[StoredEvent]] = defaultdict(list)
    for event in dict.fromkeys(evidence.topic):  # a repetition counts once, at its first place
        heard[event.order_id].append(event)
    for order_id, events in told.items():
        findings += [(problem, order_id) for problem in _topic_problems(events, heard.get(order_id, []))]
    findings += [("it is on Kafka, but not in PostgreSQL", order_id) for order_id in sorted(heard.keys() - told.keys())]
    findings += ratings.problems(
        evidence.ratings, evidence.counted_ratings, {order.id: order.status for order in evidence.orders}
    )
    repeated = len(evidence.topic) - len(set(evidence.topic))
    figures = {"events": len(evidence.events), "repeated_on_kafka": repeated}
    if evidence.foreign:
        figures["foreign_on_kafka"] = evidence.foreign
    return Verdict("history", figures, findings)


def _timelines(events: Iterable[StoredEvent]) -> dict[str, list[StoredEvent]]:
    timelines: dict[str, list[StoredEvent]] = defaultdict(list)
    for event in events:
        timelines[event.order_id].append(event)
    for timeline in timelines.values():
        timeline.sort(key=lambda event: event.version)
    return timelines


def _topic_problems(told: Sequence[StoredEvent], heard: Sequence[StoredEvent]) -> list[str]:
    if sorted(heard, key=lambda event: event.version) != told:
        return [f"Kafka tells {len(heard)} of its {len(told)} events, or others"]
    return [] if heard == told else [f"Kafka tells its events in the order {[event.version for event in heard]}"]


def _timeline_problems(order: StoredOrder, events: Sequence[StoredEvent]) -> list[str]:
    versions = [event.version for event in events]
    if versions != list(range(1, order.version + 1)):
        return [f"versions {versions}, not 1 to {order.version}"]
    problems = []
    if events[0].type not in (event_type(Status.RECEIVED), event_type(Status.SCHEDULED)):
        problems.append(f"begins with {events[0].type}")
    if order.early:
        problems.append("was released before its time")
    for before, after in pairwise(events):
        if after.type in STAYS and after.status is before.status:
            continue
        if after.status not in TRANSITIONS[before.status]:
            problems.append(f"went from {before.status} to {after.status}")
    refunds = sum(1 for event in events if event.type == REFUNDED)
    if refunds > 1:
        problems.append(f"was refunded {refunds} times")
    ready = [event.status for event in events if event.type == READY]
    if len(ready) > 1 or set(ready) - {Status.PREPARING}:
        problems.append(f"was {len(ready)} times ready, in {sorted(set(ready))}")
    if events[-1].status is not order.status:
        problems.append(f"is {order.status}, its last event says {events[-1].status}")
    return problems


def _delay_problems(events: Sequence[StoredEvent], parts: int) -> list[str]:
    """parts: how many refunds in part the order has. Each of them reports a trouble once, and so does what is left."""
    problems = []
    delays = [event.status for event in events if event.type == PAYMENT_DELAYED]
    if len(delays) > MOST_DELAYS or set(delays) - {Status.CHARGING}:
        problems.append(f"was told {len(delays)} times that its payment is delayed, in {sorted(set(delays))}")
    waits = [event for event in events if event.type == REFUND_DELAYED]
    for cause, times in Counter(event.cause for event in waits).items():
        if times > parts + 1:
            problems.append(f"was told {times} times that {cause} delays its money, with {parts} refunds in part")
    if wrong := {event.status for event in waits} - RETURNING:
        problems.append(f"was told that money comes back later, in {sorted(wrong)}")
    back = next((event.version for event in events if event.type == REFUNDED), None)
    if back is not None and any(event.version > back for event in waits):
        problems.append("was told that its money comes back later, after it was back")
    return problems


MOST_DELAYS = 3
"""What can be wrong with the gateway: it answers with errors, or not, or it is away. Each is told once."""

RETURNING = frozenset({Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED, Status.CANCELLED, Status.EXPIRED})
"""Where an order can be while money goes back."""

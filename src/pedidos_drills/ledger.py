"""The ledger: the invariants that must hold after every drill, whatever the fault. Plain functions of the evidence.

The evidence comes from three separate records: the answers that the load client got, the book of the payment gateway,
and the platform's database with its Kafka topic. Each check compares them; none trusts the platform alone.

Ids are text, as clients get them. So an answer with an id that is no UUID is a finding, and not an error of the ledger.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pedidos.domain.order import (
    IN_FLIGHT,
    PARTLY_REFUNDED,
    PAYMENT_DELAYED,
    REFUNDED,
    STAYS,
    TRANSITIONS,
    Status,
    StockPart,
    event_type,
    stock_part,
)
from pedidos_drills import coupons, parts, ratings, told
from pedidos_drills import handed_over as hands
from pedidos_drills.coupons import StoredCoupon
from pedidos_drills.parts import StoredRefund
from pedidos_drills.pricing import Line, total_cents
from pedidos_drills.ratings import CountedRatings, StoredRating

OWN = "this drill's own"
"""Used instead of an invariant for what a drill checks itself."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One request to place an order, and its answer. status 0: no answer came. order_id: as in the answer.

    at: when the answer came (time.monotonic()). seconds: how long it took. retry_after: whether a refusal had
    Retry-After. reason: why no answer came.
    """

    key: str
    customer_id: str
    status: int
    order_id: str | None
    at: float
    seconds: float
    retry_after: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bystander:
    """An order that did not need what was locked, placed meanwhile.

    status: of the only request, 0 without an answer. confirmed_seconds: from the request until its customer saw the
    order confirmed, None if that did not happen within `within` seconds.
    """

    what: str
    order_id: str | None
    status: int
    accepted_seconds: float
    confirmed_seconds: float | None
    within: float


@dataclass(frozen=True, slots=True)
class Recovery:
    """seconds: from the end of the fault until every order accepted by then had come to its end; None: never. last: one
    of the last of these orders."""

    what: str
    seconds: float | None
    within: float
    last: str | None = None


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """lines: the items. charges: cents per kind of line that is no item, negative for a discount. coupon: that of the
    discount. returned_cents: of its payment, as it is counted for refunds in part. forgotten: it waits for a time that
    came half a minute ago. early: it was released before its time."""

    id: str
    customer_id: str
    status: Status
    version: int
    total_cents: int
    key: str | None
    lines: Sequence[Line]
    charges: Mapping[str, int] = field(default_factory=dict)
    coupon: str | None = None
    returned_cents: int = 0
    forgotten: bool = False
    early: bool = False


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """cause: in the event's detail, if it has one."""

    order_id: str
    version: int
    type: str
    status: Status
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class BookEntry:
    """The gateway's own record of one key: captured and refunded are amounts in cents. parts: of what is refunded, per
    key of a refund in part."""

    key: str
    captures: int
    captured: int
    refunded: int
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock:
    on_hand: int
    reserved: int
    sold: int


@dataclass(frozen=True, slots=True)
class Waited:
    """The wait of a confirmed order for its merchant; times are PostgreSQL's, in seconds since the epoch.

    outcome: as noted, None if nothing was. accepted_at, missed_at: of the events that say so, if there are any. status:
    of the order. now: when this was read.
    """

    order_id: str
    status: Status
    confirmed_at: float
    now: float
    outcome: str | None = None
    accepted_at: float | None = None
    missed_at: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for the ledger. topic: the events read from Kafka, with repetitions.

    pending: what is still in progress and should not be (payments, queues, positions of relay and consumers), as text.
    refund_keys: (order, key) of each request for a refund in part; None if they were not noted.
    dead_letters: (reason, order or None) of the open ones. start_stock: units per product before the drill. foreign:
    number of records on the events topic that are not ours. bystanders, recoveries: those of this drill. mails: None if
    events make none. waits: of confirmed orders for their merchants. acceptance_seconds: how long one may take; 0 is
    without limit. handed: orders that a courier had. undone: orders that were accepted after the moment to which
    PostgreSQL was restored, and that are gone. counted_ratings: by merchant; None if ratings are those of some orders
    only.
    """

    answers: Sequence[Answered]
    orders: Sequence[StoredOrder]
    events: Sequence[StoredEvent]
    topic: Sequence[StoredEvent]
    book: Sequence[BookEntry]
    stock: Mapping[str, Stock]
    start_stock: Mapping[str, int]
    coupons: Sequence[StoredCoupon] = ()
    refunds: Sequence[StoredRefund] = ()
    refund_keys: frozenset[tuple[str, str]] | None = None
    pending: Sequence[str] = ()
    dead_letters: Sequence[tuple[str, str | None]] = ()
    foreign: int = 0
    bystanders: Sequence[Bystander] = ()
    recoveries: Sequence[Recovery] = ()
    mails: told.Mails | None = None
    waits: Sequence[Waited] = ()
    acceptance_seconds: float = 0
    handed: Sequence[hands.Handed] = ()
    undone: frozenset[str] = frozenset()
    ratings: Sequence[StoredRating] = ()
    counted_ratings: Sequence[CountedRatings] | None = ()
    slowest_allowed_seconds: float = 11.0  # less than the load's time-out, or no request would ever count as hanging


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one invariant: figures to show, and each violation with the order that is affected, if any."""

    invariant: str
    figures: Mapping[str, Any]
    findings: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings


def judge(evidence: Evidence) -> list[Verdict]:
    """The verdict on each invariant, in the order of the documents."""
    return [
        nothing_lost(evidence),
        nothing_invented(evidence),
        money(evidence),
        stock(evidence),
        history(evidence),
        accepted_in_time(evidence),
        handed_over(evidence),
        nothing_stuck(evidence),
        everybody_told(evidence),
        still_serving(evidence),
        recovered_in_time(evidence),
    ]


def nothing_lost(evidence: Evidence) -> Verdict:
    """Every order that was answered with 2xx exists and has come to an end, unless a restore of PostgreSQL to an
    earlier moment had to take it away."""
    there = {order.id: order for order in evidence.orders}
    accepted = {answer.order_id for answer in evidence.answers if 200 <= answer.status < 300 and answer.order_id}
    accepted -= evidence.undone
    findings: list[tuple[str, str | None]] = [
        ("answered with 202, but not in the database", order_id) for order_id in sorted(accepted - there.keys())
    ]
    findings += [
        (f"still {there[order_id].status}", order_id)
        for order_id in sorted(accepted & there.keys())
        if there[order_id].status in IN_FLIGHT
    ]
    figures = {"accepted": len(accepted)} | ({"undone": len(evidence.undone)} if evidence.undone else {})
    return Verdict("nothing lost", figures, findings)


def nothing_invented(evidence: Evidence) -> Verdict:
    """Every order was submitted by its customer, at most once per key, and not only refused."""
    submitted = {(answer.customer_id, answer.key) for answer in evidence.answers}
    open_ended = {(answer.customer_id, answer.key) for answer in evidence.answers if not _refused(answer)}
    findings: list[tuple[str, str | None]] = []
    by_key: Counter[tuple[str, str | None]] = Counter()
    for order in evidence.orders:
        by_key[order.customer_id, order.key] += 1
        if order.key is None or (order.customer_id, order.key) not in submitted:
            findings.append(("no client submitted it under this key", order.id))
        elif (order.customer_id, order.key) not in open_ended:
            findings.append(("it was refused, and placed all the same", order.id))
    findings += [(f"{count} orders under the key {key}", None) for (_, key), count in by_key.items() if count > 1]
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for answer in evidence.answers:
        if answer.order_id and answer.order_id not in evidence.undone:
            named[answer.customer_id, answer.key].add(answer.order_id)
    findings += [
        (f"the key {key} was answered with {len(ids)} orders", None) for (_, key), ids in named.items() if len(ids) > 1
    ]
    return Verdict("nothing invented", {"orders": len(evidence.orders), "submitted": len(submitted)}, findings)


def _refused(answer: Answered) -> bool:
    """Whether the answer says that nothing was placed. 409 may be about another request with the key."""
    return 400 <= answer.status < 500 and answer.status != 409


PAID = frozenset(
    {Status.PAID, Status.CONFIRMED, Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED},
)


def book_key(order_id: str) -> str:
    """The key under which the gateway must have an order's money. Written here once more: the ledger does not trust
    the platform."""
    return f"charge:{order_id}"


def money(evidence: Evidence) -> Verdict:
    """An order costs what its lines cost; the gateway captured that once if the order is paid, without what was given
    back in part, and keeps none if it is undone, or if a restore of PostgreSQL took it away."""
    book = {entry.key: entry for entry in evidence.book}
    refunds: dict[str, list[StoredRefund]] = defaultdict(list)
    for refund in evidence.refunds:
        refunds[refund.order_id].append(refund)
    findings: list[tuple[str, str | None]] = []
    for order in evidence.orders:
        price = total_cents(order.lines, order.charges)
        if price != order.total_cents:
            findings.append((f"its total is {order.total_cents} cents, its lines cost {price}", order.id))
        entry = book.pop(book_key(order.id), None)
        captures, kept = (entry.captures, entry.captured - entry.refunded) if entry else (0, 0)
        own = refunds.pop(order.id, [])
        made = parts.problems(order.total_cents, order.returned_cents, own, entry.parts if entry else {})
        findings += [(problem, order.id) for problem in made]
        if evidence.refund_keys is not None:
            findings += [
                (f"a refund under the key {each.request_key}, which no request had", order.id)
                for each in own
                if (order.id, each.request_key) not in evidence.refund_keys
            ]
        returned = sum(each.amount_cents for each in own if each.status == "refunded")
        owed = order.total_cents - returned if order.status in PAID else 0
        if captures > 1:
            findings.append((f"captured {captures} times", order.id))
        if kept != owed:
            findings.append((f"{order.status}: {kept} cents are kept, {owed} are owed", order.id))
    # An order that a restore took away was charged, and its client may not have had its answer yet.
    findings += [
        (f"captured for no order: {key}", None)
        for key, entry in book.items()
        if entry.captured - (entry.refunded if evidence.undone else 0)
    ]
    findings += [("given back of no order", order_id) for order_id in refunds]
    taken = sum(entry.captured for entry in evidence.book)
    returned = sum(entry.refunded for entry in evidence.book)
    return Verdict("money", {"captured_cents": taken, "refunded_cents": returned}, findings)


def stock(evidence: Evidence) -> Verdict:
    """Units only move between the counts: the sum stays, none is negative, and each count matches the orders. So do the
    uses of coupons, and none is used more often than it may be."""
    held: dict[str, Counter[str]] = defaultdict(Counter)
    for order in evidence.orders:
        for line in order.lines:
            held[line.product_id][stock_part(order.status)] += line.quantity
    findings: list[tuple[str, str | None]] = []
    findings += [
        (f"product {product} is gone", None) for product in evidence.start_stock.keys() - evidence.stock.keys()
    ]
    for product, now in evidence.stock.items():
        total = now.on_hand + now.reserved + now.sold
        if total != evidence.start_stock.get(product, 0):
            findings.append(
                (f"product {product}: {total} units, {evidence.start_stock.get(product, 0)} at the start", None)
            )
        if min(now.on_hand, now.reserved, now.sold) < 0:
            findings.append((f"product {product} is below zero", None))
        for part, counted in ((StockPart.RESERVED, now.reserved), (StockPart.SOLD, now.sold)):
            if held[product][part] != counted:
                findings.append((f"product {product}: {counted} {part}, the orders say {held[product][part]}", None))
    holders: dict[str, set[str]] = defaultdict(set)
    for order in evidence.orders:
        if order.coupon is not None and stock_part(order.status) is not StockPart.ON_HAND:
            holders[order.coupon].add(order.id)
    findings += coupons.problems(evidence.coupons, holders)
    return Verdict(
        "stock", {"products": len(evidence.stock), "sold": sum(s.sold for s in evidence.stock.values())}, findings
    )


def history(evidence: Evidence) -> Verdict:
    """Each order's events are 1..n with allowed transitions, end in the order's state, and are the same on Kafka as in
    PostgreSQL. Only what was delivered is rated, once, and each rating is counted."""
    findings: list[tuple[str, str | None]] = []
    told = _timelines(evidence.events)
    made = Counter(refund.order_id for refund in evidence.refunds if refund.status == "refunded")
    for order in evidence.orders:
        findings += [(problem, order.id) for problem in _timeline_problems(order, told.get(order.id, []))]
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
    delays = [event.status for event in events if event.type == PAYMENT_DELAYED]
    if len(delays) > MOST_DELAYS or set(delays) - {Status.CHARGING}:
        problems.append(f"was told {len(delays)} times that its payment is delayed, in {sorted(set(delays))}")
    if events[-1].status is not order.status:
        problems.append(f"is {order.status}, its last event says {events[-1].status}")
    return problems


MOST_DELAYS = 3
"""What can be wrong with the gateway: it answers with errors, or not, or it is away. Each is told once."""

OVERDUE_SECONDS = 30.0
"""How long after its limit a confirmed order may still be there: the platform has to find it first."""


def accepted_in_time(evidence: Evidence) -> Verdict:
    """Each confirmed order was accepted within the limit or ended because it was not, and never both; what is noted
    about it and what its events say is the same."""
    findings: list[tuple[str, str | None]] = [
        (problem, each.order_id) for each in evidence.waits for problem in _wait_problems(each, evidence)
    ]
    told = Counter(each.outcome for each in evidence.waits if each.outcome)
    return Verdict("accepted in time", {"confirmed": len(evidence.waits), **told}, findings)


def _wait_problems(wait: Waited, evidence: Evidence) -> list[str]:
    limit = evidence.acceptance_seconds
    problems = []
    if wait.accepted_at is not None and wait.missed_at is not None:
        problems.append("accepted, and ended because it was not")
    said = "accepted" if wait.accepted_at is not None else "missed" if wait.missed_at is not None else None
    if wait.outcome != said:
        problems.append(f"noted as {wait.outcome}, its events say {said}")
    if limit and wait.accepted_at is not None and wait.accepted_at > wait.confirmed_at + limit + CLOCK_SECONDS:
        problems.append(f"accepted {wait.accepted_at - wait.confirmed_at:.1f} s after it was confirmed")
    if wait.missed_at is not None and (not limit or wait.missed_at < wait.confirmed_at + limit):
        problems.append(f"ended {wait.missed_at - wait.confirmed_at:.1f} s after it was confirmed")
    if limit and wait.status is Status.CONFIRMED and wait.now > wait.confirmed_at + limit + OVERDUE_SECONDS:
        problems.append(f"still waits for its merchant after {wait.now - wait.confirmed_at:.0f} s")
    return problems


def handed_over(evidence: Evidence) -> Verdict:
    """Each order that couriers had was delivered at most once, by the one who had it last, and its events say so."""
    findings: list[tuple[str, str | None]] = [
        (problem, each.order_id) for each in evidence.handed for problem in hands.problems(each)
    ]
    taken = sum(len(each.turns) for each in evidence.handed)
    return Verdict("handed over", {"by_couriers": len(evidence.handed), "taken": taken}, findings)


CLOCK_SECONDS = 0.5
"""From the moment at which the limit is compared until that of the event, in one transaction."""


def nothing_stuck(evidence: Evidence) -> Verdict:
    """Nothing is in progress, nothing is behind, and every dead letter has its reason."""
    findings: list[tuple[str, str | None]] = [
        (f"stuck in {order.status}", order.id) for order in evidence.orders if order.status in IN_FLIGHT
    ]
    findings += [
        ("its time has come, and it was not released", order.id) for order in evidence.orders if order.forgotten
    ]
    findings += [(what, None) for what in evidence.pending]
    findings += [
        ("a dead letter without a reason", order_id) for reason, order_id in evidence.dead_letters if not reason
    ]
    return Verdict("nothing stuck", {"dead_letters": len(evidence.dead_letters)}, findings)


def everybody_told(evidence: Evidence) -> Verdict:
    """Each event that makes a mail has made it once, and each mail has arrived once, or as often as is stated."""
    if evidence.mails is None:
        return Verdict("everybody told", {})
    customers = {order.id: order.customer_id for order in evidence.orders}
    happened = [
        told.Happened(event.order_id, event.version, event.type, customers.get(event.order_id, ""), event.cause)
        for event in evidence.events
    ]
    figures = {"mails": len(evidence.mails.stored), "arrived": len(evidence.mails.arrived)}
    return Verdict("everybody told", figures, told.findings(evidence.mails, happened))


def still_serving(evidence: Evidence) -> Verdict:
    """Each request was answered in time: accepted, refused for a reason, or refused with Retry-After.

    An order that did not need what was locked was accepted and confirmed meanwhile.
    """
    findings: list[tuple[str, str | None]] = []
    for answer in evidence.answers:
        if answer.seconds > evidence.slowest_allowed_seconds:
            findings.append((f"the request {answer.key} hung for {answer.seconds:.1f} s", answer.order_id))
        if answer.status in (429, 503) and not answer.retry_after:
            findings.append((f"the request {answer.key} got {answer.status} without Retry-After", answer.order_id))
        if answer.status == 500:
            findings.append((f"the request {answer.key} got 500", answer.order_id))
    slowest = max((answer.seconds for answer in evidence.answers), default=0.0)
    answered = sum(1 for answer in evidence.answers if answer.status)
    figures = {"answered": answered, "slowest_seconds": round(slowest, 3)}
    if evidence.bystanders:
        findings += [finding for each in evidence.bystanders if (finding := _held_up(each)) is not None]
        confirmed = [each.confirmed_seconds for each in evidence.bystanders if each.confirmed_seconds is not None]
        figures |= {"bystanders": len(evidence.bystanders), "confirmed_seconds": round(max(confirmed, default=0.0), 3)}
    return Verdict("still serving", figures, findings)


def _held_up(bystander: Bystander) -> tuple[str, str | None] | None:
    if bystander.status != 202:
        what = f"answered {bystander.status or 'nothing'} after {bystander.accepted_seconds:.1f} s"
    elif bystander.confirmed_seconds is None:
        what = f"not confirmed within {bystander.within:.0f} s"
    else:
        return None
    return f"{what}, though it did not need what was held ({bystander.what})", bystander.order_id


def recovered_in_time(evidence: Evidence) -> Verdict:
    """After each fault the orders in flight came to their end within the stated time."""
    findings: list[tuple[str, str | None]] = []
    for each in evidence.recoveries:
        if each.seconds is None or each.seconds > each.within:
            took = "never recovered" if each.seconds is None else f"recovered after {each.seconds:.1f} s"
            findings.append((f"{each.what}: {took}, {each.within:.0f} s are allowed", each.last))
    slowest = max((each.seconds for each in evidence.recoveries if each.seconds is not None), default=0.0)
    return Verdict(
        "recovered in time", {"recoveries": len(evidence.recoveries), "slowest": round(slowest, 1)}, findings
    )

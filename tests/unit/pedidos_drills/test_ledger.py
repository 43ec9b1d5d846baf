"""The ledger accepts a correct world and finds every kind of damage: a checker that cannot fail proves nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pedidos.domain.order import IN_FLIGHT, PARTLY_REFUNDED, PAYMENT_DELAYED, Status
from pedidos_drills.coupons import StoredCoupon
from pedidos_drills.handed_over import Handed, Told, Turn
from pedidos_drills.ledger.judging import judge
from pedidos_drills.ledger.money import book_key
from pedidos_drills.ledger.records import (
    Answered,
    BookEntry,
    Bystander,
    Evidence,
    Recovery,
    Stock,
    StoredEvent,
    StoredOrder,
    Waited,
)
from pedidos_drills.parts import StoredRefund
from pedidos_drills.parts import book_key as refund_book_key
from pedidos_drills.pricing import Line
from pedidos_drills.told import Mails
from tests.unit.pedidos_drills.faithful import (
    CANCELLED_ONE,
    CONFIRMED,
    CUSTOMER,
    DECLINED_ONE,
    DELIVERED_ONE,
    DRINK,
    EXPIRED_ONE,
    FATES,
    FIRST,
    OTHER_CUSTOMER,
    PIZZA,
    Fate,
    accused,
    answered,
    broken,
    changed,
    faithful,
)

LOST, INVENTED, MONEY, STOCK = "nothing lost", "nothing invented", "money", "stock"
HISTORY, STUCK, SERVING = "history", "nothing stuck", "still serving"
RECOVERED, ACCEPTED, HANDED = "recovered in time", "accepted in time", "handed over"
TOLD = "everybody told"  # tests/unit/pedidos_drills/test_told.py
ALL = {LOST, INVENTED, MONEY, STOCK, HISTORY, STUCK, TOLD, SERVING, RECOVERED, ACCEPTED, HANDED}
HELD_UP = Bystander("a row is held", FIRST, 202, accepted_seconds=0.1, confirmed_seconds=0.9, within=5.0)

Damage = Callable[[Evidence], Evidence]


def with_answer(evidence: Evidence, **changes: object) -> Evidence:
    """Changes the answer to the first request."""
    first, *others = evidence.answers
    return replace(evidence, answers=[replace(first, **changes), *others])  # type: ignore[arg-type]


def with_book(evidence: Evidence, order_id: str, **changes: int) -> Evidence:
    """Changes the gateway's entry for an order."""
    key = book_key(order_id)
    book = [replace(each, **changes) if each.key == key else each for each in evidence.book]  # type: ignore[arg-type]
    return replace(evidence, book=book)


def without_book(evidence: Evidence, order_id: str) -> Evidence:
    return replace(evidence, book=[each for each in evidence.book if each.key != book_key(order_id)])


def with_stock(evidence: Evidence, on_hand: int = 0, reserved: int = 0, sold: int = 0) -> Evidence:
    """Adds these units of the pizza to each part of the stock."""
    now = evidence.stock[PIZZA]
    moved = Stock(now.on_hand + on_hand, now.reserved + reserved, now.sold + sold)
    return replace(evidence, stock={**evidence.stock, PIZZA: moved})


def without_order(evidence: Evidence, order_id: str) -> Evidence:
    """Removes every trace of an order from the platform, and only from there."""
    return replace(
        evidence,
        orders=[each for each in evidence.orders if each.id != order_id],
        events=[each for each in evidence.events if each.order_id != order_id],
        topic=[each for each in evidence.topic if each.order_id != order_id],
    )


def with_events(evidence: Evidence, change: Callable[[list[StoredEvent]], Sequence[StoredEvent]]) -> Evidence:
    """Changes the first order's events in PostgreSQL and on Kafka."""
    own = [each for each in evidence.events if each.order_id == FIRST]
    events = [*change(own), *(each for each in evidence.events if each.order_id != FIRST)]
    return replace(evidence, events=events, topic=events)


def with_topic(evidence: Evidence, change: Callable[[list[StoredEvent]], Sequence[StoredEvent]]) -> Evidence:
    """Changes the first order's events on Kafka only."""
    own = [each for each in evidence.topic if each.order_id == FIRST]
    return replace(evidence, topic=[*change(own), *(each for each in evidence.topic if each.order_id != FIRST)])


def another_order(order: StoredOrder, **changes: object) -> StoredOrder:
    """A second order like this one, as if it had been rejected: it moves neither money nor stock."""
    return replace(order, id="order-x", status=Status.REJECTED, version=2, **changes)  # type: ignore[arg-type]


def with_order(evidence: Evidence, order: StoredOrder) -> Evidence:
    events = [
        StoredEvent(order.id, 1, "order.placed", Status.RECEIVED),
        StoredEvent(order.id, 2, "order.rejected", Status.REJECTED),
    ]
    return replace(
        evidence,
        orders=[*evidence.orders, order],
        events=[*evidence.events, *events],
        topic=[*evidence.topic, *events],
    )


def order_named(evidence: Evidence, order_id: str) -> StoredOrder:
    return next(each for each in evidence.orders if each.id == order_id)


def with_choice(order: StoredOrder) -> list[Line]:
    """The lines of the order, the first of them with a choice that its total does not have."""
    first, *others = order.lines
    return [replace(first, choices=[350]), *others]


def refunded_again(evidence: Evidence) -> Evidence:
    order = order_named(evidence, CANCELLED_ONE)
    again = StoredEvent(order.id, order.version + 1, "order.refunded", order.status)
    told = replace(evidence, events=[*evidence.events, again], topic=[*evidence.topic, again])
    return changed(told, order.id, version=order.version + 1)


def with_part(evidence: Evidence, *, in_book: int | None = 300, counted: int = 300, **changes: object) -> Evidence:
    """300 cents of the delivered order came back. in_book: what the gateway says of it. counted: of the payment.
    changes: of the refund."""
    order = order_named(evidence, DELIVERED_ONE)
    part = replace(StoredRefund("r", order.id, "key-r", 300, "refunded"), **changes)  # type: ignore[arg-type]
    told = StoredEvent(order.id, order.version + 1, PARTLY_REFUNDED, order.status)
    made = {} if in_book is None else {refund_book_key(part): in_book}
    evidence = changed(evidence, order.id, version=order.version + 1, returned_cents=counted)
    evidence = replace(evidence, events=[*evidence.events, told], topic=[*evidence.topic, told], refunds=[part])
    key = book_key(order.id)
    book = [replace(each, refunded=in_book or 0, parts=made) if each.key == key else each for each in evidence.book]
    return replace(evidence, book=book)


def without_events_of_parts(evidence: Evidence) -> Evidence:
    events = [each for each in evidence.events if each.type != PARTLY_REFUNDED]
    order = order_named(evidence, DELIVERED_ONE)
    return changed(replace(evidence, events=events, topic=events), order.id, version=order.version - 1)


def with_coupon(evidence: Evidence, *, used: int = 1, **changes: object) -> Evidence:
    """The delivered order uses a coupon that one order of a person may use. used: as it is counted."""
    order = order_named(evidence, DELIVERED_ONE)
    coupon = replace(StoredCoupon("c", 1, 1, used, [(order.id, order.customer_id)]), **changes)  # type: ignore[arg-type]
    return replace(changed(evidence, order.id, coupon="c"), coupons=[coupon])


def delayed(evidence: Evidence, times: int) -> Evidence:
    """The first order was told so often that its payment is delayed."""
    order = order_named(evidence, FIRST)

    def told(own: list[StoredEvent]) -> list[StoredEvent]:
        at = next(n for n, event in enumerate(own) if event.status is Status.CHARGING) + 1
        more = [replace(own[at - 1], type=PAYMENT_DELAYED)] * times
        return [replace(event, version=n) for n, event in enumerate([*own[:at], *more, *own[at:]], 1)]

    return changed(with_events(evidence, told), FIRST, version=order.version + times)


def test_a_delay_is_told_for_each_trouble() -> None:
    assert broken(delayed(faithful(), 3)) == set()


def with_wait(evidence: Evidence, **changes: object) -> Evidence:
    """One order waited for its merchant; unless changed it was accepted after 10 of 60 seconds."""
    wait = Waited(DELIVERED_ONE, Status.DELIVERED, 100.0, 1000.0, "accepted", accepted_at=110.0)
    return replace(evidence, waits=[replace(wait, **changes)], acceptance_seconds=60.0)  # type: ignore[arg-type]


MISSED = {"outcome": "missed", "accepted_at": None, "missed_at": 161.0, "status": Status.CANCELLED}
WAITING = {"outcome": None, "accepted_at": None, "status": Status.CONFIRMED}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"accepted_at": 160.0},
        MISSED,
        WAITING | {"now": 159.0},
        WAITING | {"status": Status.CANCELLED},
    ],
    ids=["in time", "at the last moment", "missed", "still waiting", "cancelled by its customer"],
)
def test_a_wait_that_ends_as_it_should_is_accepted(changes: dict[str, object]) -> None:
    assert broken(with_wait(faithful(), **changes)) == set()


def refused(evidence: Evidence, status: int, *, retry_after: bool) -> Evidence:
    """A request that was refused, and then repeated under its key with success."""
    refused = replace(evidence.answers[0], status=status, order_id=None, retry_after=retry_after)
    return replace(evidence, answers=[refused, *evidence.answers])


def restored(evidence: Evidence) -> Evidence:
    """A restore of PostgreSQL took the first order away, and its money went back."""
    order = order_named(evidence, FIRST)
    sold: Counter[str] = Counter()
    for line in order.lines:
        sold[line.product_id] += line.quantity
    back = {
        product: Stock(now.on_hand + sold[product], now.reserved, now.sold - sold[product])
        for product, now in evidence.stock.items()
    }
    entry = next(each for each in evidence.book if each.key == book_key(FIRST))
    gone = with_book(without_order(evidence, FIRST), FIRST, refunded=entry.captured)
    return replace(gone, stock=back, undone=frozenset({FIRST}))


def test_a_restore_takes_away_what_came_after_its_moment() -> None:
    assert broken(restored(faithful())) == set()


def test_a_request_that_is_repeated_after_a_restore_places_another_order() -> None:
    evidence = restored(faithful())
    again = replace(evidence.answers[0], order_id="order-x")
    order = another_order(order_named(faithful(), FIRST))
    assert broken(with_order(replace(evidence, answers=[*evidence.answers, again]), order)) == set()


DAMAGES: dict[str, tuple[set[str], Damage]] = {
    # After a restore
    "money is kept of an order that a restore took away": (
        {MONEY},
        lambda e: with_book(restored(e), FIRST, refunded=0),
    ),
    "more was gone after a restore than had to": ({LOST}, lambda e: without_order(restored(e), "order-4")),
    "Kafka has an order that a restore took away": ({HISTORY}, lambda e: replace(restored(e), topic=e.topic)),
    # Nothing lost
    "an accepted order is gone": ({LOST, STOCK, MONEY}, lambda e: without_order(e, FIRST)),
    "a rejected order is gone": ({LOST}, lambda e: without_order(e, "order-4")),
    "an accepted order is not at its end": (
        {LOST, STUCK},
        lambda _: faithful([*FATES, Fate((Status.RECEIVED, Status.VALIDATED))]),
    ),
    # Nothing invented
    "no client submitted an order": ({INVENTED}, lambda e: replace(e, answers=e.answers[1:])),
    "an order is there, though every answer refused it": (
        {INVENTED},
        lambda e: replace(
            e, answers=[replace(e.answers[0], status=429, order_id=None, retry_after=True), *e.answers[1:]]
        ),
    ),
    "an order without a key": ({INVENTED}, lambda e: changed(e, FIRST, key=None)),
    "an order under another key": ({INVENTED}, lambda e: changed(e, FIRST, key="key-x")),
    "an order of another customer": ({INVENTED}, lambda e: changed(e, FIRST, customer_id=OTHER_CUSTOMER)),
    "two orders under one key": ({INVENTED}, lambda e: with_order(e, another_order(order_named(e, FIRST)))),
    "one key was answered with two orders": (
        {INVENTED},
        lambda e: replace(e, answers=[*e.answers, replace(e.answers[0], order_id=DELIVERED_ONE)]),
    ),
    # Money
    "charged twice": ({MONEY}, lambda e: with_book(e, FIRST, captures=2, captured=2 * e.book[0].captured)),
    "charged twice, one of them refunded": (
        {MONEY},
        lambda e: with_book(e, FIRST, captures=2, captured=2 * e.book[0].captured, refunded=e.book[0].captured),
    ),
    "a paid order was never charged": ({MONEY}, lambda e: without_book(e, FIRST)),
    "a delivered order was never charged": ({MONEY}, lambda e: without_book(e, DELIVERED_ONE)),
    "a cent too little": ({MONEY}, lambda e: with_book(e, FIRST, captured=e.book[0].captured - 1)),
    "a cent too much": ({MONEY}, lambda e: with_book(e, FIRST, captured=e.book[0].captured + 1)),
    "a paid order was refunded": ({MONEY}, lambda e: with_book(e, FIRST, refunded=e.book[0].captured)),
    "a choice that was not charged": ({MONEY}, lambda e: changed(e, FIRST, lines=with_choice(order_named(e, FIRST)))),
    "no refund of a cancelled order": ({MONEY}, lambda e: with_book(e, CANCELLED_ONE, refunded=0)),
    "no refund of an expired order": ({MONEY}, lambda e: with_book(e, EXPIRED_ONE, refunded=0)),
    "half a refund": ({MONEY}, lambda e: with_book(e, CANCELLED_ONE, refunded=100)),
    "refunded twice": (
        {MONEY},
        lambda e: with_book(e, CANCELLED_ONE, refunded=2 * order_named(e, CANCELLED_ONE).total_cents),
    ),
    "a declined order was charged": (
        {MONEY},
        lambda e: replace(e, book=[*e.book, BookEntry(book_key(DECLINED_ONE), 1, 5900, 0)]),
    ),
    "charged for no order": (
        {MONEY},
        lambda e: replace(e, book=[*e.book, BookEntry(book_key("order-x"), 1, 5900, 0)]),
    ),
    "charged under a key that is none": (
        {MONEY},
        lambda e: replace(e, book=[*e.book, BookEntry(f"{book_key(FIRST)}:2", 1, 5900, 0)]),
    ),
    # Refunds in part
    "a part was not given back": ({MONEY}, lambda e: with_part(e, in_book=None)),
    "a part was given back with a cent less": ({MONEY}, lambda e: with_part(e, in_book=299)),
    "a part is not counted": ({MONEY}, lambda e: with_part(e, counted=0)),
    "a part is more than was paid": (
        {MONEY},
        lambda e: with_part(e, amount_cents=99_999_999, in_book=99_999_999, counted=99_999_999),
    ),
    "a part was promised and is refused": (
        {MONEY, HISTORY},
        lambda e: with_part(e, status="refused", in_book=None, counted=0),
    ),
    "a part was given back of no order": ({MONEY, HISTORY}, lambda e: with_part(e, order_id="order-x", counted=0)),
    "two refunds under one key": (
        {MONEY, HISTORY},
        lambda e: replace(with_part(e), refunds=2 * list(with_part(e).refunds)),
    ),
    "a part that no request asked for": (
        {MONEY},
        lambda e: replace(with_part(e), refund_keys=frozenset({(DELIVERED_ONE, "key-x")})),
    ),
    "a part came back that is no refund": (
        {MONEY},
        lambda e: with_book(e, DELIVERED_ONE, parts={"refund:x:y": 1}, refunded=1),  # type: ignore[arg-type]
    ),
    "a part is in no event": ({HISTORY}, lambda e: without_events_of_parts(with_part(e))),
    "a fourth trouble is reported": ({HISTORY}, lambda e: delayed(e, 4)),
    "its time has come, and it waits": ({STUCK}, lambda e: changed(e, FIRST, forgotten=True)),
    "it is released before its time": ({HISTORY}, lambda e: changed(e, FIRST, early=True)),
    # Handed over
    "delivered under an old epoch": (
        {HANDED},
        lambda e: replace(
            e,
            handed=[
                Handed(
                    DELIVERED_ONE,
                    Status.DELIVERED,
                    [Turn(1, "ana", "delivered"), Turn(2, "bia", "lost")],
                    [
                        Told("order.courier_assigned", "courier:ana", 1),
                        Told("order.courier_assigned", "courier:bia", 2),
                        Told("order.delivered", "courier:ana", 1),
                    ],
                )
            ],
        ),
    ),
    # Accepted in time
    "accepted a second too late": ({ACCEPTED}, lambda e: with_wait(e, accepted_at=161.0)),
    "ended before its time": ({ACCEPTED}, lambda e: with_wait(e, **MISSED | {"missed_at": 159.0})),
    "accepted and ended": ({ACCEPTED}, lambda e: with_wait(e, missed_at=161.0)),
    "accepted, and it is not noted": ({ACCEPTED}, lambda e: with_wait(e, outcome=None)),
    "accepted, and noted as missed": ({ACCEPTED}, lambda e: with_wait(e, outcome="missed")),
    "noted as missed, and nothing has ended it": (
        {ACCEPTED},
        lambda e: with_wait(e, **WAITING | {"outcome": "missed"}),
    ),
    "it waits without end": ({ACCEPTED}, lambda e: with_wait(e, **WAITING)),
    "ended, though there is no limit": (
        {ACCEPTED},
        lambda e: replace(with_wait(e, **MISSED), acceptance_seconds=0),
    ),
    # Stock
    "a unit less on hand": ({STOCK}, lambda e: with_stock(e, on_hand=-1)),
    "a unit more on hand": ({STOCK}, lambda e: with_stock(e, on_hand=1)),
    "a unit less reserved, below zero": ({STOCK}, lambda e: with_stock(e, reserved=-1)),
    "a unit more sold": ({STOCK}, lambda e: with_stock(e, sold=1)),
    "a unit less sold": ({STOCK}, lambda e: with_stock(e, sold=-1)),
    "units of an order that was undone are still reserved": ({STOCK}, lambda e: with_stock(e, on_hand=-1, reserved=1)),
    "units of a confirmed order are not sold": ({STOCK}, lambda e: with_stock(e, sold=-1, reserved=1)),
    "units came back that were sold": ({STOCK}, lambda e: with_stock(e, sold=-1, on_hand=1)),
    "below zero": ({STOCK}, lambda e: with_stock(e, on_hand=-e.stock[PIZZA].on_hand - 1)),
    "a coupon is used by more than may": (
        {STOCK},
        lambda e: changed(with_coupon(e), FIRST, coupon="c"),
    ),
    "a coupon is counted twice": ({STOCK}, lambda e: with_coupon(e, used=2)),
    "a coupon was not taken": ({STOCK}, lambda e: with_coupon(e, used=0, uses=[])),
    "a coupon was not given back": (
        {STOCK},
        lambda e: with_coupon(e, used=2, most=2, uses=[(DELIVERED_ONE, CUSTOMER), (CANCELLED_ONE, OTHER_CUSTOMER)]),
    ),
    "a person uses a coupon too often": (
        {STOCK},
        lambda e: changed(
            with_coupon(e, used=2, most=2, uses=[(DELIVERED_ONE, CUSTOMER), (FIRST, CUSTOMER)]), FIRST, coupon="c"
        ),
    ),
    "a product is gone": (
        {STOCK},
        lambda e: replace(e, stock={PIZZA: e.stock[PIZZA]}),
    ),
    "units of a product that was not there": (
        {STOCK},
        lambda e: replace(e, start_stock={PIZZA: e.start_stock[PIZZA]}),
    ),
    # History
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
    # Nothing stuck
    "something is still under way": ({STUCK}, lambda e: replace(e, pending=["partition 3: 7 records behind"])),
    "a dead letter without a reason": ({STUCK}, lambda e: replace(e, dead_letters=[("", FIRST)])),
    # Everybody told
    "no event made its mail": ({TOLD}, lambda e: replace(e, mails=Mails([], [], frozenset(), {}))),
    # Still serving
    "a request hung": ({SERVING}, lambda e: with_answer(e, seconds=e.slowest_allowed_seconds + 0.1)),
    "503 without Retry-After": ({SERVING}, lambda e: refused(e, 503, retry_after=False)),
    "429 without Retry-After": ({SERVING}, lambda e: refused(e, 429, retry_after=False)),
    "500": ({SERVING}, lambda e: refused(e, 500, retry_after=True)),
    "a bystander is refused": ({SERVING}, lambda e: replace(e, bystanders=[replace(HELD_UP, status=503)])),
    "a bystander is not answered": ({SERVING}, lambda e: replace(e, bystanders=[replace(HELD_UP, status=0)])),
    "a bystander waits": ({SERVING}, lambda e: replace(e, bystanders=[replace(HELD_UP, confirmed_seconds=None)])),
    # Recovered in time
    "a recovery takes too long": ({RECOVERED}, lambda e: replace(e, recoveries=[Recovery("a kill", 5.1, within=5.0)])),
    "no recovery": ({RECOVERED}, lambda e: replace(e, recoveries=[Recovery("a kill", None, within=5.0)])),
}


def test_all_holds_in_a_faithful_world() -> None:
    assert not broken(faithful())
    assert {verdict.invariant for verdict in judge(faithful())} == ALL


def test_parts_and_coupons_that_add_up_hold() -> None:
    keys = frozenset({(DELIVERED_ONE, "key-r")})
    assert not broken(replace(with_part(with_coupon(faithful())), refund_keys=keys))


def test_bystanders_that_were_served_and_recoveries_in_time_hold() -> None:
    assert not broken(replace(faithful(), bystanders=[HELD_UP], recoveries=[Recovery("a kill", 4.9, within=5.0)]))


def test_nothing_at_all_holds_too() -> None:
    assert not broken(faithful([]))


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_by_the_invariants_that_it_breaks_and_by_no_other(damage: str) -> None:
    expected, do = DAMAGES[damage]
    assert broken(do(faithful())) == expected


@pytest.mark.parametrize("invariant", sorted(ALL))
def test_each_invariant_can_be_broken_alone(invariant: str) -> None:
    assert {invariant} in [expected for expected, _ in DAMAGES.values()]


HARMLESS: dict[str, Damage] = {
    "Kafka repeats an event": lambda e: with_topic(e, lambda own: [*own[:3], own[2], *own[3:]]),
    "Kafka repeats everything": lambda e: replace(e, topic=[*e.topic, *e.topic]),
    "a relay that died repeats a stretch": lambda e: with_topic(e, lambda own: [*own[:4], *own[1:]]),
    "orders interleave on Kafka": lambda e: replace(e, topic=sorted(e.topic, key=lambda each: each.version)),
    "records that are none of ours": lambda e: replace(e, foreign=3),
    "no answer, then the same request again": lambda e: refused(e, 0, retry_after=False),
    "503 with Retry-After, then the same request again": lambda e: refused(e, 503, retry_after=True),
    "429 with Retry-After, then the same request again": lambda e: refused(e, 429, retry_after=True),
    "an answer that came twice": lambda e: replace(e, answers=[*e.answers, e.answers[0]]),
    "a request that was refused and never repeated": lambda e: replace(
        e, answers=[*e.answers, Answered("key-x", CUSTOMER, 422, None, at=2.0, seconds=0.1)]
    ),
    "an order whose only answer was lost": lambda e: with_answer(e, status=0, order_id=None),
    "the same key of another customer": lambda e: with_order(
        replace(e, answers=[*e.answers, replace(e.answers[0], customer_id=OTHER_CUSTOMER, order_id="order-x")]),
        another_order(order_named(e, FIRST), customer_id=OTHER_CUSTOMER),
    ),
    "a dead letter with a reason": lambda e: replace(e, dead_letters=[("bad JSON", None)]),
    "a key of which the gateway took nothing": lambda e: replace(
        e, book=[*e.book, BookEntry(book_key("order-x"), 0, 0, 0)]
    ),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_does_no_harm_is_not_held_against_the_platform(case: str) -> None:
    assert not broken(HARMLESS[case](faithful()))


@given(st.lists(st.sampled_from(FATES), max_size=12))
def test_every_faithful_world_holds(fates: list[Fate]) -> None:
    assert not broken(faithful(fates))


@given(st.lists(st.sampled_from(FATES), max_size=6), st.sampled_from(FATES), st.data())
def test_an_event_that_is_missing_anywhere_is_found(fates: list[Fate], fate: Fate, data: st.DataObject) -> None:
    evidence = faithful([*fates, fate])
    missing = data.draw(st.sampled_from(evidence.events))
    on_kafka_only = data.draw(st.booleans())
    topic = [event for event in evidence.topic if event != missing]
    events = evidence.events if on_kafka_only else topic
    damaged = replace(evidence, events=events, topic=topic)
    assert broken(damaged) == {HISTORY}
    assert accused(damaged, HISTORY) == {missing.order_id}


@given(st.lists(st.sampled_from(FATES), min_size=1, max_size=8), st.integers(-20_000, 20_000).filter(bool), st.data())
def test_money_that_is_off_by_any_amount_is_found(fates: list[Fate], cents: int, data: st.DataObject) -> None:
    evidence = faithful([*fates, CONFIRMED])
    entry = data.draw(st.sampled_from(evidence.book))
    damaged = replace(
        evidence,
        book=[replace(each, captured=each.captured + cents) if each is entry else each for each in evidence.book],
    )
    assert broken(damaged) == {MONEY}
    assert accused(damaged, MONEY) == {entry.key.partition(":")[2]}


@given(
    st.lists(st.sampled_from(FATES), max_size=8),
    st.sampled_from([PIZZA, DRINK]),
    st.tuples(*[st.integers(-3, 3)] * 3).filter(any),
)
def test_stock_that_is_off_in_any_part_is_found(fates: list[Fate], product: str, off: tuple[int, int, int]) -> None:
    evidence = faithful(fates)
    now = evidence.stock[product]
    moved = Stock(now.on_hand + off[0], now.reserved + off[1], now.sold + off[2])
    assert broken(replace(evidence, stock={**evidence.stock, product: moved})) == {STOCK}


@pytest.mark.parametrize("status", IN_FLIGHT)
def test_an_order_that_stays_in_any_state_between_is_named(status: Status) -> None:
    waiting = Fate(IN_FLIGHT[: IN_FLIGHT.index(status) + 1], taken=status is Status.PAID)
    evidence = faithful([CONFIRMED, waiting])
    assert broken(evidence) == {LOST, STUCK}
    assert accused(evidence, LOST) == accused(evidence, STUCK) == {"order-1"}


def test_an_accepted_order_is_looked_for_by_the_id_that_its_customer_was_told() -> None:
    evidence = faithful()
    told = replace(answered(evidence.orders[0]), key="key-x", order_id="order-x")
    assert accused(replace(evidence, answers=[*evidence.answers, told]), LOST) == {"order-x"}

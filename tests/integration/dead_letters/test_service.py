"""The service: replays what can be done now, says why the rest cannot, and leaves a trail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from pedidos.domain.cursor import START
from pedidos.domain.steps import Step
from pedidos.errors import ConstraintViolated, RecordTooLarge
from pedidos.messaging.codec import Headers
from pedidos.messaging.signatures import unsigned as without_signature
from pedidos.messaging.topics import PLACED
from pedidos.publishing.records import records
from pedidos.steps.reserve import reserve
from pedidos.steps.validate import validate
from pedidos.storage.dead_letters.letters import MAX_PAYLOAD_BYTES, Filter, actions, find, write
from pedidos.storage.engine import statements
from pedidos.storage.event_log import unpublished
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.event_log.positions import Position
from tests.integration.dead_letters.work import Sent, letters, only
from tests.support.shop import Product, place_order
from tests.support.signing import KEYS, signed
from tests.support.tables import change, rows


@pytest.fixture
def order_id(engine: Engine, customer: UUID, products: list[Product]) -> UUID:
    return place_order(engine, customer, products[0]).order_id


def stalled(engine: Engine, order_id: UUID) -> None:
    """As the watchdog leaves an order that no hint helped."""
    write(engine, "watchdog", "reserve", "Still validated after 8 hints. Last error: none was seen", order_id)
    change(
        engine,
        "insert into stalled_orders select id, version, 8, now() + interval '1 hour', 'x' from orders where id = :id",
        id=order_id,
    )


def test_a_stalled_order_is_begun_again_at_the_step_it_waits_for(engine: Engine, order_id: UUID) -> None:
    validate(engine, [order_id], "worker-1")
    stalled(engine, order_id)
    letter, sent = only(engine), Sent()
    service = sent.service(engine)

    assert service.replay(letter.id).done
    assert sent.hints == {}, "a hint leaves only once all is committed"
    assert [*service.send_hints(100)] == [(Step.RESERVE, 1)]

    assert sent.hints == {Step.RESERVE: [order_id]}
    assert rows(engine, "select from stalled_orders") == []
    resolved = only(engine, Filter(status="replayed"))
    assert (resolved.resolved_by, resolved.id) == ("ana", letter.id)
    (trail,) = actions(engine, letter.id)
    assert (trail.action, trail.done, trail.done_by) == ("replay", True, "ana")


def test_many_orders_are_handed_over_in_few_messages(engine: Engine, customer: UUID, products: list[Product]) -> None:
    order_ids = [place_order(engine, customer, products[0]).order_id for _ in range(5)]
    for one in order_ids:
        stalled(engine, one)
    sent = Sent()
    service = sent.service(engine)
    assert all(service.replay(letter.id).done for letter in letters(engine))
    assert [*service.send_hints(2)] == [(Step.VALIDATE, 2), (Step.VALIDATE, 2), (Step.VALIDATE, 1)]
    assert sent.hints == {Step.VALIDATE: order_ids}


def test_a_letter_is_replayed_once(engine: Engine, order_id: UUID) -> None:
    stalled(engine, order_id)
    letter = only(engine)
    assert Sent().service(engine).replay(letter.id).done
    sent = Sent()
    again = sent.service(engine, "bruno").replay(letter.id)
    assert (again.done, again.note) == (False, "it has been replayed already, by ana")
    assert sent.hints == {}


def test_an_order_that_came_to_its_end_meanwhile_needs_nothing(engine: Engine, order_id: UUID) -> None:
    stalled(engine, order_id)
    change(engine, "update orders set status = 'cancelled' where id = :id", id=order_id)
    sent = Sent()
    outcome = sent.service(engine).replay(only(engine).id)
    assert (outcome.done, outcome.note) == (True, "the order is cancelled: no step has anything to do")
    assert sent.hints == {}
    assert letters(engine) == []


def test_money_that_could_not_be_given_back_is_asked_for_again(engine: Engine, order_id: UUID) -> None:
    validate(engine, [order_id], "worker-1")
    reserve(engine, [order_id], "worker-1")
    change(engine, "update orders set status = 'cancelled' where id = :id", id=order_id)
    change(
        engine,
        "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)"
        " values (:id, 1000, 'undoing', 20, now(), 20, now() + interval '1 hour')",
        id=order_id,
    )
    write(engine, "worker", "undo", "The money could not be given back after 20 attempts: HTTP 500", order_id)
    sent = Sent()
    service = sent.service(engine)
    assert service.replay(only(engine).id).done
    list(service.send_hints(100))
    assert sent.hints == {Step.UNDO: [order_id]}
    (payment,) = rows(engine, "select attempts, next_attempt <= clock_timestamp() as due, lease from payments")
    assert tuple(payment) == (0, True, 20)


def test_a_payment_that_a_worker_holds_is_left_to_it(engine: Engine, order_id: UUID) -> None:
    change(
        engine,
        "insert into payments (order_id, amount_cents, status, lease, lease_until, attempts, next_attempt)"
        " values (:id, 1000, 'undoing', 3, now() + interval '1 hour', 3, now() + interval '1 hour')",
        id=order_id,
    )
    write(engine, "worker", "undo", "The money could not be given back", order_id)
    assert Sent().service(engine).replay(only(engine).id).done
    (payment,) = rows(engine, "select next_attempt = lease_until as later from payments")
    assert payment.later


def placed_event(engine: Engine) -> LoggedEvent:
    with statements(engine) as connection:
        return unpublished.read(connection, Position(START, 0), 1)[0]


def of_bridge(engine: Engine, value: bytes, key: bytes | None, headers: Headers) -> UUID:
    write(engine, "bridge", "pedidos.orders.placed/0/7", "not understood", None, value, key, headers)
    return only(engine).id


@pytest.mark.usefixtures("order_id")
def test_a_record_that_is_understood_now_is_published_again(engine: Engine) -> None:
    record = [*records(placed_event(engine), 0, 1, KEYS)][1]
    assert record.value is not None
    letter_id = of_bridge(engine, record.value, record.key, record.headers)
    sent = Sent()
    assert sent.service(engine).replay(letter_id).done
    assert sent.records == [record]


@pytest.mark.usefixtures("order_id")
def test_a_record_that_somebody_else_wrote_stays(engine: Engine) -> None:
    record = [*records(placed_event(engine), 0, 1, KEYS)][1]
    forged = (record.value or b"").replace(b"received", b"accepted")
    letter_id = of_bridge(engine, forged, record.key, record.headers)
    sent = Sent()
    outcome = sent.service(engine).replay(letter_id)
    assert (outcome.done, sent.records) == (False, [])
    assert "signature is not one of ours" in outcome.note


@pytest.mark.usefixtures("order_id")
def test_a_record_of_a_version_that_did_not_sign_is_signed(engine: Engine) -> None:
    record = [*records(placed_event(engine), 0, 1, KEYS)][1]
    letter_id = of_bridge(engine, record.value or b"", record.key, without_signature(record.headers))
    assert not Sent().service(engine).replay(letter_id).done, "its offset is not from before the upgrade"
    change(engine, "update relay_positions set unsigned_until = '{\"pedidos.orders.placed/0\": 8}'")
    sent = Sent()
    assert sent.service(engine).replay(letter_id).done
    assert sent.records == [record]


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("value", "key", "headers", "why"),
    [
        (b"{", b"x", [("ce_type", b"br.pedidos.order.placed")], "The value is not JSON"),
        (b"{}", b"x", [], "The type is missing"),
        (b"\x00\xff", None, [("ce_type", b"\x00")], "The type is"),
        (b'"' + b"x" * MAX_PAYLOAD_BYTES + b'"', None, [], "only the first 65536 bytes"),
    ],
)
def test_a_record_that_is_still_not_understood_stays(
    engine: Engine, value: bytes, key: bytes | None, headers: Headers, why: str
) -> None:
    letter_id = of_bridge(engine, value, key, signed(PLACED, key, value, headers))
    sent = Sent()
    outcome = sent.service(engine).replay(letter_id)
    assert not outcome.done
    assert why in outcome.note
    assert sent.records == []
    assert only(engine).id == letter_id
    (trail,) = actions(engine, letter_id)
    assert (trail.done, trail.note) == (False, outcome.note[:2000])


def test_what_kafka_refuses_stays(engine: Engine, order_id: UUID) -> None:
    event = placed_event(engine)
    write(engine, "relay", f"0/1/{event.cursor}", "refused", order_id, b"{}")
    sent = Sent(refusal=RecordTooLarge("3000000 bytes"))
    outcome = sent.service(engine).replay(only(engine).id)
    assert (outcome.done, "Kafka refuses it" in outcome.note) == (False, True)
    assert only(engine).order_id == order_id


def test_an_event_is_published_whole_under_its_number(engine: Engine, order_id: UUID) -> None:
    event = placed_event(engine)
    write(engine, "relay", f"0/17/{event.cursor}", "refused", order_id, b"{}")
    sent = Sent()
    assert sent.service(engine).replay(only(engine).id).done
    assert sent.records == [*records(event, 0, 17, KEYS)]
    assert dict(sent.records[0].headers)["position"] == b"0/17"


@pytest.mark.parametrize("act", ["preview", "discard"])
def test_a_preview_changes_nothing_and_a_discarded_letter_is_over(engine: Engine, order_id: UUID, act: str) -> None:
    stalled(engine, order_id)
    letter = only(engine)
    service = Sent().service(engine)
    deeds: dict[str, Callable[[], object]] = {
        "preview": lambda: service.preview(letter.id),
        "discard": lambda: service.discard(letter.id, "a test order"),
    }
    deeds[act]()
    left = [found.status for found in letters(engine, Filter(status=None))]
    assert left == (["open"] if act == "preview" else ["discarded"])
    assert [(one.action, one.note) for one in actions(engine, letter.id)] == (
        [] if act == "preview" else [("discard", "a test order")]
    )


@pytest.mark.usefixtures("clean")
def test_letters_are_found_by_source_state_reason_and_age(engine: Engine) -> None:
    for source, reason in (("bridge", "Not JSON"), ("worker", "HTTP 500"), ("watchdog", "100% stuck")):
        write(engine, source, "somewhere", reason)
    change(engine, "update dead_letters set created_at = now() - interval '2 days' where source = 'worker'")
    assert [letter.source for letter in find(engine, Filter(), 10)] == ["watchdog", "worker", "bridge"]
    assert [letter.source for letter in find(engine, Filter(), 1)] == ["watchdog"]
    assert [letter.reason for letter in find(engine, Filter(source="bridge"), 10)] == ["Not JSON"]
    assert [letter.reason for letter in find(engine, Filter(reason="http"), 10)] == ["HTTP 500"]
    assert [letter.reason for letter in find(engine, Filter(reason="0% "), 10)] == ["100% stuck"]
    since = datetime.now(UTC) - timedelta(days=1)
    assert [letter.source for letter in find(engine, Filter(since=since), 10)] == ["watchdog", "bridge"]
    assert find(engine, Filter(status="discarded"), 10) == []


@pytest.mark.usefixtures("clean")
def test_an_unknown_letter_is_said_to_be_unknown(engine: Engine) -> None:
    assert Sent().service(engine).replay(uuid4()).note == "there is no such letter"


def test_the_trail_cannot_be_changed(engine: Engine, order_id: UUID) -> None:
    stalled(engine, order_id)
    Sent().service(engine).discard(only(engine).id, "a test order")
    with pytest.raises(ConstraintViolated, match="append-only"):
        change(engine, "update dead_letter_actions set done_by = 'nobody'")

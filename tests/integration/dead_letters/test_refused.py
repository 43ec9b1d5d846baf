"""An event that Kafka always refuses does not hold up other events; while Kafka is away, all events wait."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from sqlalchemy import Engine

from pedidos.dead_letters.service import DeadLetterService
from pedidos.domain.audit import Who
from pedidos.domain.order import IN_FLIGHT
from pedidos.domain.sharding import FIRST
from pedidos.messaging.kafka import admin
from pedidos.messaging.producer import Producer
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.processes.relay.kafka_comparison import KafkaComparison
from pedidos.processes.relay.relay import Relay
from pedidos.settings.processes import RelaySettings
from pedidos.storage.orders import stalled
from pedidos.wiring.signatures import signature_check
from pedidos_local.settings import PlatformSettings
from tests.integration.dead_letters.work import letters, only
from tests.integration.pipeline.topic import Record, Topic
from tests.support.settings import settings_of
from tests.support.shop import Product, place_order
from tests.support.signing import KEYS
from tests.support.silence import stopped
from tests.support.tables import change, rows
from tests.support.waiting import until

NO_LIMIT = 1_048_588  # Kafka's default


class Turns:
    """Replaces processes.running.Running: runs until the condition holds, for `turns` turns at most."""

    def __init__(self, enough: Callable[[], object], turns: int = 2000) -> None:
        self._enough = enough
        self._left = turns
        self.waited = 0

    def __bool__(self) -> bool:
        self._left -= 1
        return self._left > 0 and not self._enough()

    def wait(self, seconds: float) -> None:
        self.waited += seconds > 0.1  # not the idle pauses

    def beat(self, work: str = "main") -> None:
        pass


@pytest.fixture
def producer(settings: PlatformSettings) -> Iterator[Producer]:
    made = Producer(settings, "tests")
    yield made
    made.close()


@pytest.fixture
def order_ids(engine: Engine, customer: UUID, products: list[Product]) -> list[UUID]:
    return [place_order(engine, customer, products[0]).order_id for _ in range(4)]


def grow(engine: Engine, order_id: UUID, size: int, third: int = 0) -> None:
    """Adds a second and a third event to the order, whose details have these sizes."""
    insert = (
        "insert into order_events (order_id, version, type, status, customer_id, merchant_id, detail)"
        " select id, :version, 'order.validated', 'validated', customer_id, merchant_id, cast(:detail as jsonb)"
        " from orders where id = :id"
    )
    change(engine, insert, id=order_id, version=2, detail=json.dumps({"by": "x" * size}))
    change(engine, insert, id=order_id, version=3, detail=json.dumps({"by": "x" * third}))
    change(engine, "update orders set version = 3 where id = :id", id=order_id)


@contextmanager
def largest(settings: PlatformSettings, size: int) -> Iterator[None]:
    """Inside, the topics of the events take no larger record."""
    _limit(settings, size)
    try:
        yield
    finally:
        _limit(settings, NO_LIMIT)


def _limit(settings: PlatformSettings, size: int) -> None:
    with admin(settings) as client:
        client.alter_configs(
            [
                ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(size)})
                for topic in (EVENTS, PLACED)
            ]
        )

        def seen() -> bool:
            described = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, EVENTS)])
            return f"{size}" in str(described)

        until(seen, "the new limit")


def noted(engine: Engine) -> int:
    (row,) = rows(engine, "select published from relay_positions")
    published: int = row.published
    return published


def relayed(settings: PlatformSettings, engine: Engine, producer: Producer, turns: Turns) -> None:
    own = settings_of(RelaySettings, settings)
    comparison = KafkaComparison(own, producer, FIRST, KEYS, signature_check(own, engine))
    Relay(own, engine, producer, comparison, KEYS, turns).run()  # type: ignore[arg-type]  # stands for Running


def published(records: list[Record]) -> dict[int, set[tuple[UUID, int, str]]]:
    """The events that were published under each running number."""
    told: dict[int, set[tuple[UUID, int, str]]] = {}
    for record in records:
        told.setdefault(record.position, set()).add(record.told)
    return told


@pytest.mark.parametrize(("limit", "size"), [(NO_LIMIT, 2_000_000), (20_000, 50_000)], ids=["client", "broker"])
def test_an_event_that_is_too_large_is_sent_without_its_detail(
    settings: PlatformSettings, engine: Engine, producer: Producer, order_ids: list[UUID], limit: int, size: int
) -> None:
    events = Topic(settings, EVENTS)
    grow(engine, order_ids[1], size)
    log = rows(engine, "select txid::text as transaction, e.* from order_events e order by e.txid, e.seq")
    with largest(settings, limit):
        relayed(settings, engine, producer, Turns(lambda: noted(engine) == len(log)))
    records = events.read()
    assert published(records) == {
        number: {(event.order_id, event.version, event.type)} for number, event in enumerate(log, 1)
    }
    omitted = [record for record in records if record.event["detail"] == {"omitted": True}]
    assert {record.told[:2] for record in omitted} == {(order_ids[1], 2)}

    letter = only(engine)
    large = next(event for event in log if event.version == 2)
    number = log.index(large) + 1
    assert (letter.source, letter.order_id) == ("relay", order_ids[1])
    assert letter.origin == f"0/{number}/{large.transaction}-{large.seq}"
    assert "TooLarge" in letter.reason
    assert letter.cut or size < 65536


def test_its_order_is_not_given_up_for_that(
    settings: PlatformSettings, engine: Engine, producer: Producer, order_ids: list[UUID]
) -> None:
    grow(engine, order_ids[1], 2_000_000)
    relayed(settings, engine, producer, Turns(lambda: noted(engine) == 6))
    assert len(letters(engine)) == 1
    change(engine, "update orders set created_at = now() - interval '1 hour', updated_at = now() - interval '1 hour'")
    assert order_ids[1] in {order.order_id for order in stalled.find(engine, IN_FLIGHT, 15, 100)}


def test_many_refused_events_among_others(
    settings: PlatformSettings, engine: Engine, producer: Producer, order_ids: list[UUID]
) -> None:
    events = Topic(settings, EVENTS)
    for order_id in order_ids[1:]:
        grow(engine, order_id, 50_000)
    with largest(settings, 20_000):
        relayed(settings, engine, producer, Turns(lambda: noted(engine) == 10))
    assert sorted(published(events.read())) == list(range(1, 11))
    assert {letter.order_id for letter in letters(engine)} == set(order_ids[1:])


def test_events_that_are_too_large_together_are_sent_one_by_one(
    settings: PlatformSettings, engine: Engine, producer: Producer, order_ids: list[UUID]
) -> None:
    events = Topic(settings, EVENTS)
    grow(engine, order_ids[1], 15_000, 15_000)
    with largest(settings, 20_000):
        relayed(settings, engine, producer, Turns(lambda: noted(engine) == 6))
    records = events.read()
    assert sorted(published(records)) == [1, 2, 3, 4, 5, 6]
    assert not any("omitted" in record.event["detail"] for record in records)
    assert letters(engine) == []


def test_a_topic_that_takes_nothing_is_waited_for(
    settings: PlatformSettings, engine: Engine, producer: Producer, order_ids: list[UUID]
) -> None:
    """If every event that the broker refuses were skipped, a mistake in its configuration would lose all events."""
    assert order_ids
    events = Topic(settings, EVENTS)
    turns = Turns(lambda: turns.waited >= 2)
    with largest(settings, 200):
        relayed(settings, engine, producer, turns)
    assert (noted(engine), letters(engine)) == (0, [])
    assert turns.waited >= 2
    relayed(settings, engine, producer, Turns(lambda: noted(engine) == 4))
    assert sorted(published(events.read())) == [1, 2, 3, 4]
    assert letters(engine) == []


def test_while_kafka_is_away_nothing_is_skipped(
    settings: PlatformSettings, engine: Engine, producer: Producer, order_ids: list[UUID], kafka_bootstrap: str
) -> None:
    events = Topic(settings, EVENTS)
    grow(engine, order_ids[1], 50_000)
    turns = Turns(lambda: turns.waited >= 1)
    with stopped(f"//{kafka_bootstrap}"):
        relayed(settings, engine, producer, turns)
        assert (noted(engine), letters(engine)) == (0, [])
    relayed(settings, engine, producer, Turns(lambda: noted(engine) == 6))
    assert sorted(published(events.read())) == [1, 2, 3, 4, 5, 6]
    assert letters(engine) == []


def test_the_desk_publishes_it_whole_once_kafka_takes_it(
    settings: PlatformSettings, engine: Engine, producer: Producer, order_ids: list[UUID]
) -> None:
    grow(engine, order_ids[1], 50_000)
    own = Producer(settings, "service")
    service = DeadLetterService(engine, Who(local_user="ana"), KEYS, lambda _step, _orders: None, own.send)
    try:
        with largest(settings, 20_000):
            relayed(settings, engine, producer, Turns(lambda: noted(engine) == 6))
            assert not service.replay(only(engine).id).done
        events = Topic(settings, EVENTS)
        assert service.replay(only(engine).id).done
    finally:
        own.close()
    (record,) = events.read()
    assert record.told[:2] == (order_ids[1], 2)
    assert len(record.event["detail"]["by"]) == 50_000
    assert letters(engine) == []

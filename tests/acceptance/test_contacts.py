"""Who gets an order stays in PostgreSQL: no record, no span and no log line has the name, the phone or the address."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from kafka.structs import TopicPartition

from pedidos.messaging.kafka import make_reader
from pedidos.messaging.polling import poll
from pedidos.messaging.topics import TOPICS
from pedidos.storage import spans
from pedidos.storage.engine import make_engine
from pedidos_local.settings import PlatformSettings
from tests.support.client import Client
from tests.support.delivery import NAMES, handover
from tests.support.demo import MARGHERITA, MERCHANT, PIZZERIA
from tests.support.platform import Platform
from tests.support.settings import forget_settings
from tests.support.waiting import until

READ_SECONDS = 2.0


@pytest.fixture
def settings(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> PlatformSettings:
    """Of the platform, as its commands have them."""
    forget_settings(monkeypatch)
    for line in (platform.state_dir / "platform.env").read_text("utf-8").splitlines():
        (assignment,) = shlex.split(line, comments=True) or [""]
        name, _, value = assignment.partition("=")
        if name:
            monkeypatch.setenv(name, value)
    return PlatformSettings.load()


def place(customer: Client, settings: PlatformSettings) -> str:
    """A delivery that is traced; its id."""
    body = {
        "merchant_id": PIZZERIA,
        "items": [{"product_id": MARGHERITA, "quantity": 1}],
        "payment_token": "tok_ok",
        "handover": handover(),
        "tip_cents": 100,
    }
    headers = {"Idempotency-Key": str(uuid4()), "Pedidos-Trace-Key": str(settings.trace_key)}
    answer = customer.post("/v1/orders", body, **headers)
    assert answer.status_code == 202, answer.text
    order_id: str = answer.json()["id"]
    return order_id


def logs(platform: Platform) -> list[Path]:
    """Of every process and every server."""
    found = [path for path in (platform.state_dir / "logs").rglob("*") if path.is_file()]
    assert found
    return found


def records(settings: PlatformSettings) -> Iterator[str]:
    """Every record of every topic of ours, with its key and its headers."""
    consumer = make_reader(settings, "tests")
    try:
        partitions = [
            TopicPartition(topic.name, number)
            for topic in TOPICS
            for number in consumer.partitions_for_topic(topic.name) or ()
        ]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for found in poll(consumer, READ_SECONDS).values():
                yield from (f"{record.key!r} {record.value!r} {record.headers!r}" for record in found)
    finally:
        consumer.close()


def test_a_contact_is_in_no_record_no_span_and_no_line(
    platform: Platform, settings: PlatformSettings, customer: Client
) -> None:
    order_id = place(customer, settings)
    customer.sees(order_id, "order.confirmed")
    merchant = platform.client(MERCHANT)
    assert merchant.order(order_id)["contact"]["recipient"] == NAMES[0]
    for verb in ("prepare", "dispatch", "deliver"):
        assert merchant.post(f"/v1/orders/{order_id}/{verb}").status_code == 200
    customer.sees(order_id, "order.delivered")
    engine = make_engine(settings, "tests")
    places: dict[str, str] = {}

    def gathered() -> bool:
        """Each place has something about the order, so that it is the right one."""
        places["Kafka"] = "\n".join(records(settings))
        places["spans"] = str(spans.of_trace(engine, UUID(order_id)))
        places["logs"] = "\n".join(path.read_text("utf-8", "replace") for path in logs(platform))
        return "delivered" in places["Kafka"] and all(
            order_id in text or order_id.replace("-", "") in text for text in places.values()
        )

    try:
        until(gathered, "records, spans and lines about the order")
    finally:
        engine.dispose()
    assert [(where, name) for where, text in places.items() for name in NAMES if name in text] == []

"""Kafka on the pages: how it is, records that are decoded, checked and stay text, and pages that work without it."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from pedidos.messaging.producer import Producer
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import DEAD_LETTERS, EVENTS, PLACED
from pedidos.settings.groups.kafka import KafkaSettings
from tests.integration.web.test_orders import signed_in
from tests.support.api import World
from tests.support.pages import Visitor
from tests.support.processes import ServingProcess
from tests.support.settings import NOWHERE, RECORD_KEYS
from tests.support.signing import signed

PAGE, RECORDS = "/operator/kafka", "/operator/kafka/records"
EVIL = b'{"note": "<script>alert(1)</script>"}'
TYPE = [("ce_type", b"br.pedidos.order.placed")]


def web_with(folder: Path, database_url: str, **settings: object) -> ServingProcess:
    return ServingProcess("web", folder, database_url=database_url, sign_in_limit="10000 per minute", **settings)


@pytest.fixture(scope="module")
def looking(
    database_url: str, kafka_bootstrap: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServingProcess]:
    """A web process that knows Kafka and the keys of the records."""
    folder = tmp_path_factory.mktemp("web-kafka")
    process = web_with(folder, database_url, kafka_bootstrap=kafka_bootstrap, record_keys=RECORD_KEYS)
    process.child.start()
    yield process
    assert process.child.stop() == 0, process.child.said()


@pytest.fixture
def operator(looking: ServingProcess, world: World) -> Visitor:
    return signed_in(looking, world, "operator")


@pytest.fixture
def producer(kafka_bootstrap: str) -> Iterator[Producer]:
    with closing(Producer(KafkaSettings(kafka_bootstrap=kafka_bootstrap), "tests")) as made:
        yield made


def place(producer: Producer, record: Record) -> str:
    """Sends a record; returns the address of its page."""
    ((place, (first, _)),) = producer.send([record]).items()
    return f"{RECORDS}?topic={place.topic}&partition={place.partition}&offset={first}"


def accepted_now() -> str:
    """The id of an order that is not stored: it says when it was accepted (UUIDv7)."""
    milliseconds = f"{round(time.time() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7000-8000-{uuid4().hex[:12]}"


def test_the_state_shows_each_partition(operator: Visitor, producer: Producer) -> None:
    place(producer, Record(DEAD_LETTERS, b"k", b"v", []))
    for path in (PAGE, f"{PAGE}/now"):
        page = operator.get(path).text
        assert PLACED in page
        assert EVENTS in page
        assert "Kafka does not answer" not in page
    assert "<html" not in operator.get(f"{PAGE}/now").text
    assert f"{PAGE}/stream" in operator.get(PAGE).text  # which pushes the part


def test_a_signed_record_is_decoded(operator: Visitor, producer: Producer) -> None:
    order_id = str(uuid4())
    key, value = order_id.encode(), orjson.dumps({"order_id": order_id})
    page = operator.get(place(producer, Record(PLACED, key, value, signed(PLACED, key, value, TYPE)))).text
    assert "signed by the relay" in page
    assert "order.placed" in page
    assert f'href="?order={order_id}"' in page
    assert "&#34;order_id&#34;" in page


def test_a_forged_record_is_named_as_such_and_stays_text(operator: Visitor, producer: Producer) -> None:
    page = operator.get(place(producer, Record(PLACED, b"<b>k</b>", EVIL, [("<i>name</i>", b"\xff\x00")]))).text
    assert "No consumer believes this record" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;k&lt;/b&gt;" in page
    assert "&lt;i&gt;name&lt;/i&gt;" in page
    for markup in ("<script>alert", "<b>k</b>", "<i>name"):
        assert markup not in page


@pytest.mark.parametrize(
    "value", [b"", b"x" * 10_000, b"\xff" * 10_000, b"[" * 10_000, b'"' + b"\\u0000" * 2000 + b'"']
)
def test_any_bytes_can_be_looked_at(operator: Visitor, producer: Producer, value: bytes) -> None:
    many = [(f"h{number}", b"x" * 50) for number in range(100)]
    answer = operator.get(place(producer, Record(EVENTS, b"k", value, many)))
    assert answer.status_code == 200
    assert "60 more headers are not shown" in answer.text


def test_an_order_leads_to_its_records(operator: Visitor, producer: Producer) -> None:
    order_id = accepted_now()
    key = order_id.encode()
    for topic in (PLACED, EVENTS):
        place(producer, Record(topic, key, EVIL, signed(topic, key, EVIL, TYPE)))
    page = operator.get(f"{RECORDS}?order={order_id}").text
    assert "2 records of this order" in page
    assert PLACED in page
    assert EVENTS in page


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 200, "Which records?"),
        ("topic=x", 400, "does not name records"),
        (f"topic={PLACED}&partition=-1", 400, "does not name records"),
        (f"topic={PLACED}&partition=0&offset=" + "9" * 10_000, 400, "does not name records"),
        (f"topic={PLACED}&offset=3", 400, "does not name records"),
        (f"topic={PLACED}&since=yesterday", 400, "does not name records"),
        ("order=<script>alert(1)</script>", 400, "not the id of an order"),
        ("order=01900000-0000-4000-8000-00000000dead", 200, "No records there"),
        ("order=ffffffff-ffff-7fff-bfff-ffffffffffff", 200, "No records there"),
        (f"topic={PLACED}&partition=99&offset=0", 200, "No records there"),
        (f"topic={PLACED}&since=2099-01-01T00:00", 200, "No records there"),
        ("topic=__consumer_offsets", 400, "does not name records"),
    ],
)
def test_what_an_address_can_ask_for(operator: Visitor, query: str, status: int, words: str) -> None:
    answer = operator.get(f"{RECORDS}?{query}")
    assert answer.status_code == status
    assert words in answer.text
    assert "<script>alert" not in answer.text


def test_without_kafka_the_pages_work_and_say_so(database_url: str, world: World, tmp_path: Path) -> None:
    process = web_with(tmp_path, database_url, kafka_bootstrap=NOWHERE)
    process.child.start()
    try:
        operator = signed_in(process, world, "operator")
        for path in (PAGE, f"{PAGE}/now", f"{RECORDS}?topic={PLACED}"):
            answer = operator.get(path)
            assert answer.status_code == 200
            assert "Kafka does not answer" in answer.text
        assert "Who did what" in operator.get("/operator/audit").text
    finally:
        assert process.child.stop() == 0, process.child.said()


def test_a_process_that_knows_no_servers_says_which_setting_it_lacks(web: ServingProcess, world: World) -> None:
    operator = signed_in(web, world, "operator")
    assert "PEDIDOS_KAFKA_BOOTSTRAP" in operator.get(PAGE).text
    assert "PEDIDOS_KAFKA_BOOTSTRAP is not set" in operator.get(f"{RECORDS}?topic={PLACED}").text
    assert "PEDIDOS_BROKER_URL" in operator.get("/operator/tasks").text

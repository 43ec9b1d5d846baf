"""Records and messages that are not ours, in both topics and in the workers' queues.

The records are signed, as those of a broken producer that has the key: the others are refused before they are decoded
(`forged_records`).
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from celery import Celery
from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError
from redis import Redis

from pedidos.domain.steps import Step
from pedidos.errors import RecordTooLarge
from pedidos.messaging.boundary import ours
from pedidos.messaging.kafka import REQUEST_SECONDS, common, make_producer
from pedidos.messaging.signatures import RecordKeys
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.processes.celery_app import make_celery
from pedidos.sentence import Sentence
from pedidos.storage.engine import make_engine
from pedidos.storage.figures import read
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence
from pedidos_local.settings import PlatformSettings

MEGABYTE = 1024 * 1024
OURS = [("ce_type", b"br.pedidos.order.placed")]
PLACE = [("cursor", b"1-1"), ("position", b"0/1")]
FORGED = b'{"order_id": "1", "customer_id": "2", "merchant_id": "3", "type": "order.paid", "status": "paid"}'
NO_MESSAGES = (b"no JSON", b"\xff\x00\xfe", b"{}", b"[]", b"null", b'{"body": 1}', b"[" * 100_000)
STEADY = ("live-1", "bridge-1", "worker-1", "relay-1")


class NotUtf8(str):
    """A header's name that is not UTF-8: kafka-python cannot decode a record that has it."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


def _not_placed() -> list[dict[str, Any]]:
    """Records for the placed topic, none of which reports an order."""
    order = str(uuid4())
    value = b'{"order_id": "%s"}' % order.encode()
    return [
        {"key": order.encode(), "value": b"{ not JSON", "headers": OURS},
        {"key": b"\xff\xfe\x00", "value": b"\x00\x01\x02\xff"},
        {"key": order.encode(), "value": value, "headers": [("ce_type", b"br.pedidos.order.teleported")]},
        {"key": order.encode(), "value": value, "headers": [("ce_type", b"\xff" * 200)]},
        {"key": b"another key", "value": value, "headers": OURS},
        {"value": value, "headers": OURS},
        {"key": order.encode(), "headers": OURS},
        {"key": order.encode(), "value": b"[" * 100_000, "headers": OURS},
        {"key": order.encode(), "value": b'{"order_id": 7}', "headers": OURS},
        {"key": order.encode(), "value": b"null", "headers": OURS},
        {"key": order.encode(), "value": b"x" * (MEGABYTE - 2048), "headers": OURS},
    ]


def _not_events() -> list[dict[str, Any]]:
    """Records for the events topic, none of which is an event."""
    order = str(uuid4()).encode()
    return [
        {"key": order, "value": b"{ not JSON", "headers": PLACE},
        {"key": order, "value": b"\x00\xff"},
        {"key": order, "headers": PLACE},
        {"key": order, "value": b"[1, 2, 3]", "headers": PLACE},
        {"key": order, "value": b'{"order_id": 1, "type": [], "status": null}', "headers": PLACE},
        {"key": order, "value": b"{}", "headers": [("cursor", b"9" * 500), ("position", b"-1/x")]},
        {"value": b"x" * (MEGABYTE - 2048), "headers": PLACE},
        # Looks like an event, the newest of all by far.
        {"key": b"forged", "value": FORGED, "headers": [("cursor", b"9-9"), ("position", b"0/987654321")]},
    ]


def _unreadable() -> list[dict[str, Any]]:
    """Records that go into one batch, of which only the first can be read."""
    key = str(uuid4()).encode()
    return [{"key": key, "value": b"{}", "headers": [(name, b"1")]} for name in ("name", NotUtf8("name"), "name")]


async def run(scene: DrillContext) -> None:
    settings = scene.stage.settings
    before = {name: scene.stage.pid(name) for name in STEADY}
    letters = [await asyncio.to_thread(_open_letters, settings)]
    scene.checks.append(lambda evidence: _letters_told(evidence, sum(letters)))
    for _ in range(2):
        await scene.load.until_accepted(12)
        async with scene.broken("the placed topic gets records without an order"):
            letters.append(await asyncio.to_thread(send_all, settings, PLACED, _not_placed()))
            letters.append(await asyncio.to_thread(send_all, settings, PLACED, _unreadable()))
            letters.append(await asyncio.to_thread(_send_five_megabytes, settings, scene.findings))
        async with scene.broken("the events topic gets records that are no events"):
            await asyncio.to_thread(send_all, settings, EVENTS, _not_events())
            await asyncio.to_thread(send_all, settings, EVENTS, _unreadable())
        await scene.load.until_accepted(12)
        async with scene.broken("the workers' queues get messages that are no hints"):
            await asyncio.to_thread(_fill_queues, settings)
    order_id = await scene.load.order()
    told = await scene.load.follow(order_id or "")
    if "event: order.confirmed" not in told:
        scene.findings.append((f"its live stream did not show how it ended: {told[-200:]!r}", order_id))
    for name, pid in before.items():
        if scene.stage.pid(name) != pid:
            scene.findings.append((f"{name} did not survive what it was fed", None))


def _open_letters(settings: PlatformSettings) -> int:
    engine = make_engine(settings, "poison")
    try:
        return read(engine).dead_letters
    finally:
        engine.dispose()


def _letters_told(evidence: Evidence, wanted: int) -> Iterable[Finding]:
    if len(evidence.dead_letters) < wanted:
        yield f"there are {len(evidence.dead_letters)} open dead letters, not {wanted}", None


def send_all(settings: PlatformSettings, topic: str, records: list[dict[str, Any]]) -> int:
    """Sends these records, signed; returns how many there were."""
    producer = make_producer(settings, "poison")
    try:
        keys = RecordKeys(settings.record_keys)
        for sent in [producer.send(topic, **_signed(keys, topic, **record)) for record in records]:
            sent.get(timeout=REQUEST_SECONDS)
    finally:
        producer.close(timeout=REQUEST_SECONDS)
    return len(records)


def _signed(
    keys: RecordKeys, topic: str, key: bytes = b"", value: bytes = b"", headers: Sequence[tuple[str, bytes]] = ()
) -> dict[str, object]:
    return {"key": key or None, "value": value or None, "headers": keys.sign(topic, key, value, list(headers))}


def _send_five_megabytes(settings: PlatformSettings, findings: list[Finding]) -> int:
    """Sends 5 MB uncompressed, which client and broker must refuse, then compressed, which fits. Returns how many
    were accepted."""
    key = str(uuid4()).encode()
    producer = make_producer(settings, "poison")
    try:
        producer.send(PLACED, key=key, value=b"5" * 5 * MEGABYTE).get(timeout=REQUEST_SECONDS)
        findings.append(("our producer sent a record of 5 MB", None))
    except MessageSizeTooLargeError:
        pass  # as it should be
    finally:
        producer.close(timeout=REQUEST_SECONDS)
    taken = 0
    for compression in (None, "gzip"):
        bold = KafkaProducer(**common(settings, "poison"), max_request_size=8 * MEGABYTE, compression_type=compression)
        try:
            bold.send(PLACED, key=key, value=b"5" * 5 * MEGABYTE).get(timeout=REQUEST_SECONDS)
            taken += 1
        except KafkaError as refusal:
            if not isinstance(ours(refusal), RecordTooLarge):
                raise
        finally:
            bold.close(timeout=REQUEST_SECONDS)
    if taken != 1:
        findings.append((f"{taken} of the records of 5 MB were taken, not the compressed one alone", None))
    return taken


def _fill_queues(settings: PlatformSettings) -> None:
    with Redis.from_url(settings.broker_url, socket_timeout=REQUEST_SECONDS) as broker:
        for step in Step:
            broker.lpush(str(step), *NO_MESSAGES)
    app = make_celery(settings)
    try:
        for step in Step:
            _send_foreign(app, step)
    finally:
        app.close()


def _send_foreign(app: Celery, step: Step) -> None:
    queue = str(step)
    app.send_task("somebody.elses.task", args=[1, 2, 3], queue=queue)
    app.send_task(f"pedidos.{step}", queue=queue)
    app.send_task(f"pedidos.{step}", args=["neither a list"], kwargs={"nor": "known"}, queue=queue)
    app.send_task(f"pedidos.{step}", args=[["no id", "x" * MEGABYTE]], queue=queue)
    app.send_task(f"pedidos.{step}", args=[[None, 7, {}]], queue=queue)
    app.send_task(f"pedidos.{step}", args=[[str(uuid4()) for _ in range(20_000)]], queue=queue)
    app.send_task(f"pedidos.{step}", args=[[]], queue=queue, serializer="pickle")


DRILL = Drill(
    "poison",
    breaks=Sentence(
        "Broken, foreign and huge records are written to both topics, and such messages to the workers' queues."
    ),
    weak=Sentence(
        "The partition stops at the first record that cannot be read; a worker dies repeatedly because of a message."
    ),
    run=run,
    orders=120,
    rate=15.0,
)

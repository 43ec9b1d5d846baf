"""Records that others than the relay wrote: a watched order is cancelled on Kafka, and nowhere else."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import Status, event_type
from pedidos.messaging.codec import Headers, OrderEvent, encode
from pedidos.messaging.kafka import REQUEST_SECONDS, make_producer
from pedidos.messaging.signatures import RecordKeys
from pedidos.messaging.topics import EVENTS, PLACED
from pedidos.sentence import Sentence
from pedidos.setup.demo import PIZZERIA
from pedidos.storage.event_log import lineage, positions
from pedidos.storage.figures import read
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.watchers import caught_up, known_orders, mistold, watching
from pedidos_local import ports

SHARD = 0
ROUNDS = 4
NUMBERS = 60
"""The running numbers after the newest one, under which the forged event is sent. A stream takes each number once, so a
forged record that comes first also hides the true one."""
BEYOND = 1000
"""How far beyond the newest event the forged ones claim to be in the log."""
STEADY = ("live-1", "bridge-1", "relay-1")


async def run(scene: DrillContext) -> None:
    before = {name: scene.stage.pid(name) for name in STEADY}
    letters = [(await asyncio.to_thread(read, scene.engine)).dead_letters]
    scene.checks.append(lambda evidence: _letters_written(evidence, sum(letters)))
    async with watching(scene, scene.stage.layout.port_base + ports.EDGE) as watchers:
        earlier = await asyncio.to_thread(known_orders, scene)
        scene.checks.append(lambda evidence: mistold(evidence, earlier, watchers))
        for number in range(ROUNDS):
            await scene.load.until_accepted(10)
            order_id = await scene.load.order(customer=number)
            if order_id is None:
                continue
            async with scene.broken("Kafka gets records that say an order was cancelled"):
                customer = UUID(scene.load.customer_id(number))
                letters.append(await asyncio.to_thread(_forge, scene, UUID(order_id), customer))
        await scene.load.finish()
        accepted = {answer.order_id for answer in scene.load.answers if answer.order_id} - earlier
        await caught_up(watchers, accepted)
    for name, pid in before.items():
        if scene.stage.pid(name) != pid:
            scene.findings.append((f"{name} did not survive the forged records", None))


def _forge(scene: DrillContext, order_id: UUID, customer: UUID) -> int:
    """Sends the forged records. Returns how many of them a consumer group must set aside."""
    event = OrderEvent(
        order_id=order_id,
        version=2,
        type=event_type(Status.CANCELLED),
        status=Status.CANCELLED,
        customer_id=customer,
        merchant_id=PIZZERIA,
        occurred_at=datetime.now(UTC),
        detail={"by": "the kitchen"},
    )
    log = lineage.current(scene.engine)
    newest = positions.published(scene.engine, SHARD).number
    producer = make_producer(scene.stage.settings, "forger")
    sent = []
    try:
        for number in range(newest + 1, newest + NUMBERS + 1):
            cursor = Cursor(log.begin.txid + BEYOND + number, 1)
            key, value, headers = encode(event, shard=SHARD, number=number, cursor=cursor, log=log.id)
            for forged in _signatures(scene, EVENTS, key, value, headers):
                sent.append(producer.send(EVENTS, key=key, value=value, headers=forged))
        hints = [*_signatures(scene, PLACED, key, value, headers)]
        sent += [producer.send(PLACED, key=key, value=value, headers=forged) for forged in hints]
        for each in sent:
            each.get(timeout=REQUEST_SECONDS)
    finally:
        producer.close(timeout=REQUEST_SECONDS)
    return len(hints)


def _signatures(scene: DrillContext, topic: str, key: bytes, value: bytes, headers: Headers) -> Iterator[Headers]:
    """The headers without a signature, with one of another key, with that of another value, and of another topic."""
    ours = RecordKeys(scene.stage.settings.record_keys)
    yield headers
    yield RecordKeys("the key of somebody else").sign(topic, key, value, headers)
    yield ours.sign(topic, key, b"{}", headers)
    yield ours.sign(f"{topic}.of-another-platform", key, value, headers)


def _letters_written(evidence: Evidence, wanted: int) -> Iterable[Finding]:
    if len(evidence.dead_letters) < wanted:
        yield f"there are {len(evidence.dead_letters)} open dead letters, not {wanted}", None


DRILL = Drill(
    "forged-records",
    breaks=Sentence("Records on Kafka that the relay did not write say that an order was cancelled."),
    weak=Sentence("Watchers see that their order was cancelled, and do not see what really happens to it."),
    run=run,
    orders=120,
    rate=15.0,
)

"""Reads what some orders have left on Kafka, partition by partition, and looks for the order in it."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from kafka.structs import TopicPartition

from pedidos.messaging.codec import decode_attributes
from pedidos.messaging.kafka import make_reader
from pedidos.messaging.polling import poll
from pedidos.messaging.topics import EVENTS
from pedidos.storage.engine import make_engine
from pedidos_classroom.experiments.measures.claim import claim
from pedidos_classroom.experiments.running import RATE, Trouble
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.evidence import topic_ends
from pedidos_drills.ledger.verdict import Verdict
from pedidos_drills.load import Load, Mix
from pedidos_drills.recovery import recovery
from pedidos_local import credentials
from pedidos_local.layout import Layout
from pedidos_local.settings import PlatformSettings

ORDERS = 40
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Read:
    """number: the event's running number in the log."""

    partition: int
    order_id: UUID
    version: int
    number: int


async def carry_out(settings: PlatformSettings, teller: Teller) -> None:
    """Customers order; tells what their events look like on Kafka. Raises Trouble."""
    passwords = credentials.read(Layout.of(settings).secrets_file).accounts
    engine = make_engine(settings, "experiment")
    began = await asyncio.to_thread(topic_ends, settings)
    try:
        async with Load(str(settings.public_url), settings.ca_file, passwords, int(time.time())) as load:
            teller.step("ordering")
            load.start(ORDERS, RATE, Mix(("tok_ok",), 0.0))
            await load.placed_all()
            await load.finish()
            done = await recovery(engine, "orders", time.monotonic(), set(load.accepted), 0.0, PATIENCE_SECONDS)
        if done.seconds is None:
            raise Trouble("The orders have not come to their end.")
        teller.step("reading")
        ours = {UUID(order_id) for order_id in load.accepted}
        found = await asyncio.to_thread(_read, settings, began, ours)
    finally:
        engine.dispose()
    teller.verdicts(claims_of(found))


def claims_of(found: Sequence[Read]) -> list[Verdict]:
    """found: in the sequence in which it was read, one partition after the other."""
    places: defaultdict[UUID, set[int]] = defaultdict(set)
    versions: defaultdict[UUID, list[int]] = defaultdict(list)
    for each in found:
        places[each.order_id].add(each.partition)
        versions[each.order_id].append(each.version)
    scattered = sum(len(partitions) > 1 for partitions in places.values())
    disordered = sum(list(dict.fromkeys(seen)) != sorted(set(seen)) for seen in versions.values())
    read_at = {each.number: place for place, each in enumerate(found)}
    turned = sum(read_at[later] < read_at[earlier] for earlier, later in pairwise(sorted(read_at)))
    return [
        claim("one_partition_per_order", {"orders": len(places), "scattered": scattered}, holds=scattered == 0),
        claim("versions_in_order", {"events": len(found), "disordered": disordered}, holds=disordered == 0),
        claim(
            "no_order_between",
            {"partitions": len({each.partition for each in found}), "turned": turned},
            holds=len({each.partition for each in found}) > 1 and turned > 0,
        ),
    ]


def _read(settings: PlatformSettings, since: dict[int, int], orders: set[UUID]) -> list[Read]:
    """The orders' events, one partition after the other, as a consumer of one partition at a time would read them."""
    consumer = make_reader(settings, "lesson")
    found: list[Read] = []
    try:
        for partition in sorted(consumer.partitions_for_topic(EVENTS) or ()):
            place = TopicPartition(EVENTS, partition)
            consumer.assign([place])
            consumer.seek(place, since.get(partition, 0))
            end = consumer.end_offsets([place])[place]
            while consumer.position(place) < end:
                for record in poll(consumer, POLL_SECONDS).get(place, ()):
                    attributes = decode_attributes(record)
                    if attributes.order_id in orders:
                        found.append(Read(partition, attributes.order_id, attributes.version, attributes.number))
    finally:
        consumer.close()
    return found

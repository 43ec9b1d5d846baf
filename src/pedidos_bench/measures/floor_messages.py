"""The least that an order's messages cost: its events from the log to Kafka, and from there to the workers' queue.

The records are those of the relay: seven of an order, signed, packed into batches, acknowledged by all replicas, with
the position saved behind them. They are read once, by the one who needs them: the record that announces an order. Its
signature is checked, and the ids of a poll become one message of the queue before the offset is committed. There is no
lease and no fencing, no wait for older transactions, no comparison with Kafka and no metrics.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

import orjson
import psycopg
import redis
from kafka import KafkaConsumer
from kafka.structs import TopicPartition
from psycopg.types.json import set_json_loads

from pedidos.messaging import kafka
from pedidos.messaging.codec import decode_placed
from pedidos.messaging.producer import Producer
from pedidos.messaging.signatures import HEADER, RecordKeys
from pedidos.messaging.topics import PLACED
from pedidos.publishing.records import records
from pedidos.storage.event_log.events import LoggedEvent
from pedidos.storage.xid8 import load_as_int, xid8
from pedidos_bench.measures.floor_sql import Incomplete
from pedidos_bench.system import Servers

EVENTS_AT_ONCE = 1000
IDS_AT_ONCE = 100
QUEUE = "floor"
READ_MS = 5000
SHARD = 0

_READ = """
select txid, seq, order_id, version, type, status, customer_id, merchant_id, detail, traceparent, occurred_at
from order_events where (txid, seq) > (%s::xid8, %s) order by txid, seq limit %s
"""
_SAVE = "update relay_positions set txid = %s::xid8, seq = %s, published = %s where shard = 0"


class Messages:
    """Publishes the log, and hands the orders that it announces over to a queue."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        producer: Producer,
        consumer: KafkaConsumer,
        queue: redis.Redis,
        keys: RecordKeys,
    ) -> None:
        self._connection = connection
        self._producer = producer
        self._consumer = consumer
        self._queue = queue
        self._keys = keys
        self._txid, self._seq, self._published = 0, 0, 0

    def publish(self) -> int:
        """Publishes what the log has. Returns the number of events."""
        before = self._published
        while True:
            rows = self._connection.execute(_READ, (xid8(self._txid), self._seq, EVENTS_AT_ONCE), prepare=True)
            events = [LoggedEvent._make(row) for row in rows.fetchall()]
            if not events:
                return self._published - before
            self._producer.send(
                record
                for number, event in enumerate(events, self._published + 1)
                for record in records(event, SHARD, number, self._keys)
            )
            self._txid, self._seq = events[-1].cursor
            self._published += len(events)
            self._connection.execute(_SAVE, (xid8(self._txid), self._seq, self._published), prepare=True)

    def hand_over(self, orders: int) -> None:
        """Turns the records of this number of new orders into messages of the queue. Raises Incomplete."""
        while orders > 0:
            polled = [record for some in self._consumer.poll(READ_MS).values() for record in some]
            if not polled:
                raise Incomplete(f"{orders} records are missing")
            ids = [self._announced(record).hex for record in polled]
            self._queue.lpush(QUEUE, orjson.dumps(ids))
            self._consumer.commit()
            orders -= len(ids)

    def taken(self) -> list[UUID]:
        """The next message of the queue; empty if there is none."""
        message = cast(bytes | None, self._queue.rpop(QUEUE))
        return [] if message is None else [UUID(each) for each in orjson.loads(message)]

    def _announced(self, record: Any) -> UUID:
        headers = dict(record.headers)
        if not self._keys.accept(headers[HEADER], record.topic, record.key, record.value, headers):
            raise Incomplete("the signature of a record is not valid")
        return decode_placed(record)


@contextmanager
def messages(servers: Servers, url: str) -> Iterator[Messages]:
    """For the log in this database, with empty topics."""
    settings = servers.settings
    producer, consumer = (
        Producer(settings, "floor"),
        kafka.make_group_consumer(settings, "floor", "floor", IDS_AT_ONCE),
    )
    # As in the relay, the position may be saved a moment later than it is said to be: what is sent twice is recognised.
    relay = psycopg.connect(url, autocommit=True, options="-c synchronous_commit=off")
    load_as_int(relay)
    set_json_loads(orjson.loads, relay)
    with relay, redis.Redis.from_url(servers.broker_url) as queue:
        try:
            consumer.assign([TopicPartition(PLACED, number) for number in range(settings.partitions)])
            consumer.seek_to_beginning()
            yield Messages(relay, producer, consumer, queue, RecordKeys(settings.record_keys))
        finally:
            producer.close()
            consumer.close()
            queue.delete(QUEUE)

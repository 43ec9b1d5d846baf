"""The cost of the parts alone: a request, the SQL of an order, its Kafka records. No design on them costs less."""

import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.structs import TopicPartition

from pedidos.domain.cursor import Cursor
from pedidos.messaging import kafka
from pedidos.messaging.codec import OrderEvent, encode
from pedidos.processes.running import freeze_gc
from pedidos_bench.cpu import cpu_seconds, spent
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.job import Job, Record
from pedidos_bench.loading import loading
from pedidos_bench.measures import floor_sql
from pedidos_bench.measures.end_to_end import CONNECTIONS, accept_ms, per_order
from pedidos_bench.results import Run
from pedidos_bench.sql import databases
from pedidos_bench.system import Servers
from pedidos_bench.systems import floor, shop

DATABASE = "bench_floor"
TOPIC = "bench.floor"
BATCH = 100
"""Orders in one statement."""

RECORDS = 7
"""Records of one order: each of its six events once, and the first of them once more for the bridge."""

AWAITED = 500
"""Records in flight at a time."""

_SAMPLE = OrderEvent(
    order_id=UUID(int=2**127),
    version=6,
    type="order.confirmed",
    status="confirmed",
    customer_id=UUID(int=2**127 + 1),
    merchant_id=UUID(int=2**127 + 2),
    occurred_at=datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC),
    detail={"by": "worker-1"},
)
_, VALUE, HEADERS = encode(_SAMPLE, shard=0, number=1234567, cursor=Cursor(12345678, 1234567))

READ_MS = 5000
WARM_UP = 200


def measure(servers: Servers, requests: int, orders: int) -> Iterator[Run]:
    """Measures each part once: `requests` requests, and the SQL and the records of `orders` orders."""
    yield _http(servers, requests)
    with databases.fresh(servers, DATABASE) as url, psycopg.connect(url, autocommit=True) as connection:
        shelf = floor_sql.Shelf(connection)
        shelf.carry(shelf.accept(WARM_UP, BATCH))
        placed: list[list[UUID]] = []
        yield _alone(servers, "accept", orders, lambda: placed.extend(shelf.accept(orders, BATCH)))
        yield _alone(servers, "steps", orders, lambda: shelf.carry(placed))
    with _topic(servers), _clients(servers) as (producer, consumer):
        _records(producer, consumer, WARM_UP)
        yield _alone(servers, "kafka", orders, lambda: _records(producer, consumer, orders))


def _http(servers: Servers, requests: int) -> Run:
    with floor.http_served(servers) as served:
        job = Job(served.url, None, served.tokens, [shop.body(n).decode() for n in range(BATCH)], "floor-", WARM_UP)
        _perform(job)
        before = cpu_seconds(served.processes)
        record = _perform(replace(job, orders=requests, connections=CONNECTIONS))
        used = spent(before, cpu_seconds(served.processes))
    accept = accept_ms(record)
    figures = {
        "accept_p50_ms": percentile(accept, 0.5),
        "accept_p99_ms": percentile(accept, 0.99),
        "load_client_cpu_ms_per_order": record.cpu_seconds * 1000 / requests,
    }
    refused = requests - len(accept)
    run = _run("http", requests, record.ended - record.began, used)
    return replace(
        run,
        figures={**run.figures, **figures},
        quantiles={"accept": quantiles(accept)},
        findings=[f"{refused} requests were not answered with 202"] if refused else (),
    )


def _perform(job: Job) -> Record:
    with loading(job) as client:
        return client.record()


def _alone(servers: Servers, part: str, orders: int, work: Callable[[], None]) -> Run:
    """Does the work in this process, whose CPU is the client's."""
    freeze_gc()
    before, own, began = cpu_seconds(servers.processes), _own_cpu(), time.monotonic()
    work()
    seconds, client = time.monotonic() - began, _own_cpu() - own
    used = {"client": client, **spent(before, cpu_seconds(servers.processes))}
    return _run(part, orders, seconds, used)


def _run(part: str, orders: int, seconds: float, used: Mapping[str, float]) -> Run:
    figures = {"orders_per_second": orders / seconds, "cpu_ms_per_order": sum(used.values()) * 1000 / orders}
    return Run("floor", floor.NAME, part, figures, per_order(used, orders))


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def _topic(servers: Servers) -> Iterator[None]:
    with kafka.admin(servers.settings) as client:
        client.create_topics([NewTopic(TOPIC, servers.settings.partitions, servers.settings.replication)])
        try:
            yield
        finally:
            client.delete_topics([TOPIC])


@contextmanager
def _clients(servers: Servers) -> Iterator[tuple[KafkaProducer, KafkaConsumer]]:
    producer, consumer = kafka.make_producer(servers.settings, "floor"), kafka.make_reader(servers.settings, "floor")
    try:
        consumer.assign([TopicPartition(TOPIC, number) for number in range(servers.settings.partitions)])
        consumer.seek_to_beginning()
        yield producer, consumer
    finally:
        producer.close()
        consumer.close()


def _records(producer: KafkaProducer, consumer: KafkaConsumer, orders: int) -> None:
    """Produces the records of these orders as the relay does, and consumes each once. Raises Incomplete."""
    for first in range(0, orders, AWAITED // RECORDS):
        keys = [str(uuid4()).encode() for _ in range(min(AWAITED // RECORDS, orders - first))]
        futures = [producer.send(TOPIC, VALUE, key, HEADERS) for key in keys for _ in range(RECORDS)]
        for future in futures:
            future.get(kafka.REQUEST_SECONDS)
    left = orders * RECORDS
    while left > 0:
        polled = consumer.poll(timeout_ms=READ_MS)
        if not polled:
            raise floor_sql.Incomplete(f"{left} records are missing")
        left -= sum(map(len, polled.values()))

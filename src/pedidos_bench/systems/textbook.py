"""The textbook chain as a system of the benchmark: its topic, its broker database, its three kinds of process."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from kafka.admin import KafkaAdminClient, NewTopic
from redis import Redis
from sqlalchemy import make_url

from pedidos_bench.system import Servers, Target
from pedidos_bench.systems import peer_processes, peer_shop

WORKERS = 2
THREADS = 16
BROKER_DATABASE = "5"
"""The number of the broker's database; 0 belongs to this platform."""


class Textbook:
    name = "textbook"
    label = "Textbook: SQLAlchemy ORM, Kafka, a Celery chain of four tasks"

    def missing(self) -> str | None:
        return peer_processes.missing()

    @contextmanager
    def started(self, servers: Servers) -> Iterator[Target]:
        with peer_shop.opened(servers, "bench_textbook") as shop, _topic(servers) as topic:
            variables = {
                "DATABASE_URL": peer_shop.sqlalchemy_url(shop.database_url),
                "JWKS_FILE": str(shop.jwks_file),
                "KAFKA_BOOTSTRAP": servers.kafka_bootstrap,
                "KAFKA_TOPIC": topic,
                "BROKER_URL": _empty_broker(servers),
                "POOL_SIZE": str(THREADS),
            }
            with peer_processes.Processes(servers.folder / self.name, variables) as processes:
                celery = [peer_processes.python(), "-m", "celery", "--app", "peers.textbook.tasks", "worker"]
                processes.start("worker", [*celery, "--concurrency", str(WORKERS), "--loglevel", "WARNING"])
                processes.start("consumer", [peer_processes.python(), "-m", "peers.textbook.consumer"])
                url = processes.serve("api", "peers.textbook.web:app", WORKERS, THREADS)
                yield shop.target(url, processes.roots)


@contextmanager
def _topic(servers: Servers) -> Iterator[str]:
    """Creates a separate topic, so that no record of an earlier run is read."""
    name = f"textbook.orders.{secrets.token_hex(4)}"
    admin = KafkaAdminClient(bootstrap_servers=servers.kafka_bootstrap.split(","))
    try:
        admin.create_topics([NewTopic(name, servers.settings.partitions, servers.settings.replication)])
        try:
            yield name
        finally:
            admin.delete_topics([name])
    finally:
        admin.close()


def _empty_broker(servers: Servers) -> str:
    """The URL of an empty database of the broker."""
    url = make_url(servers.broker_url).set(database=BROKER_DATABASE).render_as_string(hide_password=False)
    with Redis.from_url(url) as client:
        client.flushdb()
    return url

"""The figures of the pipeline: orders, relay, Kafka lag, queues. A part whose server is down says so; nothing hangs."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kafka.admin import KafkaAdminClient
from sqlalchemy import Engine

from pedidos.errors import Transient, first_line
from pedidos.messaging import kafka
from pedidos.messaging.groups import BRIDGE, GROUPS, ConsumerGroup
from pedidos.messaging.login import forget_refusals
from pedidos.messaging.offset_notes import stops
from pedidos.processes import celery_app
from pedidos.settings.processes import FiguresSettings
from pedidos.storage import figures
from pedidos.storage.engine import make_engine
from pedidos.storage.session import Plans

PART_SECONDS = 2.0


class PipelineFigures:
    """Keeps its connections, so that it can be read every second. Call close() when done."""

    def __init__(self, settings: FiguresSettings) -> None:
        self._settings = settings
        self._engine = make_engine(settings, "figures", PART_SECONDS, plans=Plans.OWN)
        self._celery = celery_app.make_celery(settings)
        self._admin: KafkaAdminClient | None = None
        self._threads = ThreadPoolExecutor(3, thread_name_prefix="figures")

    @property
    def engine(self) -> Engine:
        """Its connections to PostgreSQL; an answer takes at most PART_SECONDS."""
        return self._engine

    def read(self) -> dict[str, Any]:
        """The figures as JSON-ready values: "database", "consumers" (per group, how many records of each partition it
        is behind, and where it has stopped), "kafka_lag" (the bridge's) and "queues" (messages).

        A part that could not be read within two seconds is {"unavailable": reason}.
        """
        parts: dict[str, Callable[[], Mapping[str, Any]]] = {
            "database": self._database,
            "consumers": self._consumers,
            "queues": lambda: celery_app.queue_lengths(self._celery),
        }
        futures = {name: self._threads.submit(part) for name, part in parts.items()}
        answers = {}
        for name, future in futures.items():
            try:
                answers[name] = dict(future.result(PART_SECONDS))
            except TimeoutError:
                answers[name] = {"unavailable": f"no answer within {PART_SECONDS:g} s"}
            except Transient as error:
                answers[name] = {"unavailable": first_line(error)}
        consumers = answers["consumers"]
        answers["kafka_lag"] = consumers if "unavailable" in consumers else consumers[BRIDGE.name]["lag"]
        return answers

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._admin is not None:
            self._admin.close()
        self._celery.close()
        self._engine.dispose()

    def _database(self) -> dict[str, Any]:
        found = figures.read(self._engine)
        waiting = 0.0 if found.oldest_waiting is None else (found.at - found.oldest_waiting).total_seconds()
        return {
            "orders": found.orders,
            "orders_estimated": found.estimated,
            "oldest_waiting_seconds": round(max(0.0, waiting), 3),
            "relay": {
                "leader": found.leader,
                "published": found.published,
                "behind": found.unpublished,
                "behind_seconds": round(max(0.0, found.unpublished_seconds or 0.0), 3),
                "held_up_by": found.held_up_by,
                "refusal": found.refusal,
                "shards": [shard._asdict() for shard in found.shards],
            },
            "dead_letters": found.dead_letters,
            "unsettled_payments": found.unsettled_payments,
        }

    def _consumers(self) -> dict[str, Any]:
        return {name: self._consumer(group) for name, group in GROUPS.items()}

    def _consumer(self, group: ConsumerGroup[Any]) -> dict[str, Any]:
        if self._admin is None:
            self._admin = kafka.make_admin(self._settings)
        forget_refusals(self._admin)  # each reading asks again, perhaps with another password
        committed = kafka.committed_offsets(self._admin, group.id)
        ends = kafka.end_offsets(self._admin, group.topic)
        offsets = {partition.partition: committed.offset for partition, committed in committed.items()}
        return {
            "lag": {str(partition): end - offsets.get(partition, 0) for partition, end in sorted(ends.items())},
            "stopped": stops(committed.values()),
        }


def read(settings: FiguresSettings) -> dict[str, Any]:
    """Reads the figures once."""
    reader = PipelineFigures(settings)
    try:
        return reader.read()
    finally:
        reader.close()

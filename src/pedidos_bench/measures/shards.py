"""Events per second of a relay with more shards, where a send to Kafka waits, so that cores are not the limit."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine

from pedidos.storage.engine import statements
from pedidos.storage.event_log import shards
from pedidos_bench.cpu import cpu_seconds, spent
from pedidos_bench.measures.floor_sql import Shelf
from pedidos_bench.measures.started import settle
from pedidos_bench.results import Run
from pedidos_bench.sql import platform
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos, PedidosTarget

WAIT_MS = 5.0
BATCH = 20
"""Maximum number of events in a send: in the usual, large batches, the wait would hardly count."""
ORDERS_AT_ONCE = 100
WITHOUT = frozenset({"api", "live", "web", "bridge", "worker", "scheduler", "notifier"})
SECONDS = 300.0
LOOK_SECONDS = 0.02


class NotPublished(Exception):
    """The relay did not publish all events in time."""


def measure(servers: Servers, parts: Sequence[int], events: int) -> Iterator[Run]:
    """Measures one relay process with each of these numbers of shards: it publishes a log of that length. The first
    tenth is its warm-up. One order has one event."""
    for number in parts:
        settle(servers)
        changes = {"relay_batch": BATCH, "relay_shards": number}
        system = Pedidos(without=WITHOUT, send_ms=WAIT_MS, changes=changes)
        with system.started(servers) as target:
            target.scale(relay=0)
            with statements(target.engine) as connection:
                driver: Any = connection.connection.driver_connection
                Shelf(driver, target.customers).accept(events, ORDERS_AT_ONCE)
            target.scale(relay=1)
            label = f"{number} shard{'s' if number > 1 else ''}"
            figures = _published(servers, target, events)
            yield Run("shards", system.name, label, figures, findings=_findings(target.engine))


def _published(servers: Servers, target: PedidosTarget, events: int) -> dict[str, float]:
    first = _until(target.engine, events // 10)
    roots = {**servers.processes, **target.processes()}
    began, before = time.monotonic(), cpu_seconds(roots)
    last = _until(target.engine, events)
    seconds, used = time.monotonic() - began, spent(before, cpu_seconds(roots))
    percents = {f"{role}_cpu_percent": used[role] * 100 / seconds for role in ("relay", "postgres", "kafka")}
    return {"events_per_second": (last - first) / seconds, **percents}


def _until(engine: Engine, events: int) -> int:
    """How many are published, as soon as it is this number. Raises NotPublished."""
    deadline = time.monotonic() + SECONDS
    while (published := platform.count_published(engine)) < events:
        if time.monotonic() > deadline:
            raise NotPublished(f"{published} of {events} after {SECONDS:.0f} s")
        time.sleep(LOOK_SECONDS)
    return published


def _findings(engine: Engine) -> list[str]:
    return [f"shard {each.shard.id} has events left" for each in shards.progress(engine) if not each.all_of_it]

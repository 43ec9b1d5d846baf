"""The floor: the cheapest way that was found to do the work of an order on the same servers, part by part.

It writes the rows that the platform writes, with the same guarantees: an order and its key and its first event are one
commit, the intent of a charge is committed before the gateway is asked, every event is published once and in order,
and stock and money balance at the end, which is checked. The gateway is the row that it is for this platform in the
other measurements. Each part runs alone and in batches of a hundred, on a server that has nothing else to do; what each
leaves out is said in floor_api, floor_sql and floor_messages.

Alone is cheaper than together: there are no waits, no partly filled batches, and no other process on the core. So the
floor is a bound, and not a system that could be built.
"""

import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import psycopg

from pedidos.processes.running import freeze_gc
from pedidos.security.rotation import ensure_keys
from pedidos.storage.engine import make_engine
from pedidos.storage.migrations import migrate
from pedidos_bench.cpu import cpu_seconds, spent
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.job import Job, Record
from pedidos_bench.loading import loading
from pedidos_bench.measures.end_to_end import CONNECTIONS, accept_ms, per_order
from pedidos_bench.measures.floor_messages import Messages, messages
from pedidos_bench.measures.floor_sql import Shelf
from pedidos_bench.results import Run
from pedidos_bench.sql import charges, databases
from pedidos_bench.system import Servers
from pedidos_bench.systems import floor, fresh, shop

DATABASE = "bench_floor"
BATCH = 100
"""Orders in one statement."""

WARM_UP = 200


class _Parts(NamedTuple):
    shelf: Shelf
    messages: Messages


def measure(servers: Servers, requests: int, orders: int) -> Iterator[Run]:
    """Measures each part once: `requests` requests, and the rows and messages of `orders` orders."""
    yield _http(servers, requests)
    with _furnished(servers) as (shelf, carried):
        shelf.accept(WARM_UP, BATCH)
        carried.publish()
        carried.hand_over(WARM_UP)
        _steps(shelf, carried)
        carried.publish()
        yield _alone(servers, "accept", orders, lambda: shelf.accept(orders, BATCH))
        yield _alone(servers, "publish placed", orders, carried.publish)
        yield _alone(servers, "hand over", orders, lambda: carried.hand_over(orders))
        yield _alone(servers, "steps", orders, lambda: _steps(shelf, carried))
        yield _alone(servers, "publish steps", orders, carried.publish)
        shelf.check(WARM_UP + orders)


def _steps(shelf: Shelf, carried: Messages) -> None:
    while ids := carried.taken():
        shelf.carry(ids)


@contextmanager
def _furnished(servers: Servers) -> Iterator[_Parts]:
    """The platform's tables and topics, with a shop and no order."""
    settings = servers.settings
    ensure_keys(settings.keys_dir)
    with databases.fresh(servers, DATABASE) as url:
        engine = make_engine(settings.model_copy(update={"database_url": url}), "floor")
        try:
            migrate(engine)
            charges.create_table(engine)
            opened = shop.open_shop(engine, settings.keys_dir, shop.CUSTOMERS)
        finally:
            engine.dispose()
        fresh.topics(servers)
        fresh.queues(servers)
        with psycopg.connect(url, autocommit=True) as connection, messages(servers, url) as carried:
            yield _Parts(Shelf(connection, opened.customers), carried)


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


def _alone(servers: Servers, part: str, orders: int, work: Callable[[], object]) -> Run:
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

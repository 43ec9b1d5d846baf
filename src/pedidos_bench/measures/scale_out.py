"""Orders per second with more workers, where a step waits, so that cores are not the limit."""

from collections.abc import Iterator, Sequence

from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos

WAIT_MS = 20.0
BATCH = 10
"""Maximum number of orders in a message: with few orders in large batches, most workers would be idle."""

SETTINGS = {"worker_concurrency": 1, "bridge_batch": BATCH}
ORDERS_PER_SECOND = 40
"""Approximate rate of one worker: it waits 20 ms for each order."""


def measure(servers: Servers, workers: Sequence[int], seconds: float) -> Iterator[Run]:
    """Measures end to end with each of these numbers of workers, one process each, for about `seconds`."""
    for number in workers:
        system = Pedidos(counts={"worker": number}, wait_ms=WAIT_MS, changes=SETTINGS)
        with ours(servers, system, BATCH * number) as (session, _):
            orders = round(ORDERS_PER_SECOND * number * seconds)
            run = end_to_end.measure(session, orders, "scale_out", f"{number} worker{'s' if number > 1 else ''}")
            yield from audited(session, [run])

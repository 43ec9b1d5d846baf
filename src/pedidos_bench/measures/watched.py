"""End to end with a stream for every customer: without streams the live process has nothing to read."""

from collections.abc import Iterator
from dataclasses import replace

from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.low_load import CONFIRMED
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos
from pedidos_bench.watching import watching

CUSTOMERS = 1_000
"""As many as have a stream, and few enough for one live process."""


def measure(servers: Servers, orders: int) -> Iterator[Run]:
    """Places these orders as end_to_end does, with a stream open for each customer."""
    with ours(servers, Pedidos(customers=CUSTOMERS)) as (session, target):
        with watching(target.live_url, target.ca_file, target.tokens) as watch:
            run = end_to_end.measure(session, orders, "watched")
            seen = watch.seen(CONFIRMED, orders)
        unseen = orders - sum(kind == CONFIRMED for _, kind in seen)
        findings = [f"{unseen} orders were not seen by their customers"] if unseen else []
        yield from audited(session, [replace(run, findings=findings)])

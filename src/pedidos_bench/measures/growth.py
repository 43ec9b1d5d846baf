"""The cost of an order when many orders are stored already."""

from collections.abc import Iterator, Sequence

from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos


def measure(servers: Servers, stored: Sequence[int], orders: int) -> Iterator[Run]:
    """Measures end to end with each of these numbers of orders in the tables."""
    for number in stored:
        with ours(servers, Pedidos(stored=number)) as (session, _):
            run = end_to_end.measure(session, orders, "growth", f"{number} stored")
            yield from audited(session, [run])

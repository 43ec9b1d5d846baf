"""Latency while many orders come at a steady rate: from the answer 202 to the order's confirmation."""

from collections.abc import Iterator

from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.measures.end_to_end import accept_ms
from pedidos_bench.measures.low_load import confirmed_ms
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos


def measure(servers: Servers, rate: float, seconds: float) -> Iterator[Run]:
    """Places `rate` orders per second for `seconds`, of customers in turn, after as long a time at that rate that does
    not count."""
    orders = round(rate * seconds)
    with ours(servers, Pedidos()) as (session, _):
        session.place(orders, rate=rate)
        record, confirmed = confirmed_ms(session, orders, rate)
        accept = accept_ms(record)
        took = record.ended - record.began
        figures = {
            "orders": float(orders),
            "accepted_per_second": len(accept) / took,
            "accept_p99_ms": percentile(accept, 0.99),
            "confirmed_p50_ms": percentile(confirmed, 0.5),
            "confirmed_p99_ms": percentile(confirmed, 0.99),
        }
        told = {"accept": quantiles(accept), "confirmed": quantiles(confirmed)}
        yield from audited(session, [Run("steady", session.system, f"{rate:g} per second", figures, quantiles=told)])

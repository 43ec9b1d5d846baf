"""A backlog: orders are accepted while no worker runs, and the workers catch up afterwards."""

import time
from collections.abc import Iterator

from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.measures.end_to_end import CONNECTIONS, accept_ms
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos, PedidosTarget


def measure(servers: Servers, orders: int, rate: float, seconds: float) -> Iterator[Run]:
    """Accepts orders at the same rate three times, for `seconds` each: with no order waiting, while `orders` orders
    wait for stopped workers, and while the restarted workers process the backlog."""
    with ours(servers, Pedidos()) as (session, target):
        steady = round(rate * seconds)
        none_waiting = accept_ms(session.place(steady, rate=rate))
        session.until_confirmed()
        target.scale(worker=0)
        session.place(orders, connections=CONNECTIONS)
        waiting = accept_ms(session.place(steady, rate=rate))
        draining, drained = _drained(session, target, steady, rate)
        figures = {
            "waiting_orders": float(orders + steady),
            "drain_orders_per_second": drained,
            "accept_p99_none_waiting_ms": percentile(none_waiting, 0.99),
            "accept_p99_waiting_ms": percentile(waiting, 0.99),
            "accept_p99_draining_ms": percentile(draining, 0.99),
        }
        told = {"none waiting": none_waiting, "waiting": waiting, "draining": draining}
        distributions = {f"accept, {when}": quantiles(values) for when, values in told.items()}
        yield from audited(session, [Run("backlog", session.system, "", figures, quantiles=distributions)])


def _drained(session: Session, target: PedidosTarget, steady: int, rate: float) -> tuple[list[float], float]:
    """Starts the workers; returns the accept times while they process the backlog, and the orders that they confirm per
    second."""
    target.scale(worker=1)
    began, before = time.monotonic(), target.confirmed()
    draining = accept_ms(session.place(steady, rate=rate))
    ended = session.until_confirmed()
    return draining, (len(session.accepted) - before) / (ended - began)

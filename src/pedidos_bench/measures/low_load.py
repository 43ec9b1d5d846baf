"""Latency at low load: from the answer 202 to the order's confirmation, and to its event on a customer's stream."""

import time

from pedidos_bench.cpu import spent
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.job import Record
from pedidos_bench.measures.end_to_end import accept_ms, per_order
from pedidos_bench.results import Run
from pedidos_bench.session import STALL_SECONDS, Session, Stalled
from pedidos_bench.systems.pedidos import PedidosTarget
from pedidos_bench.watching import Seen, watching

RATE = 20.0
"""Orders per second."""

LOOK_SECONDS = 0.002
"""Pause between two queries for the number of confirmed orders. Latencies are overstated by up to this pause and the
duration of a query, in the same way for every system."""

CUSTOMERS = 50

PLACED = "order.placed"
CONFIRMED = "order.confirmed"


def measure(session: Session, seconds: float) -> Run:
    """Places 20 orders per second of 50 customers for `seconds`. If the system has live streams, each has one open."""
    orders = round(RATE * seconds)
    before = session.cpu()
    seen: Seen = {}
    if isinstance(session.target, PedidosTarget):
        target = session.target
        with watching(target.live_url, target.ca_file, target.tokens[:CUSTOMERS]) as watch:
            record, confirmed = confirmed_ms(session, orders, RATE, CUSTOMERS)
            seen = watch.seen(CONFIRMED, orders)
    else:
        record, confirmed = confirmed_ms(session, orders, RATE, CUSTOMERS)
    used = spent(before, session.cpu())
    accept = accept_ms(record)
    figures = {
        "orders": float(orders),
        "accept_p50_ms": percentile(accept, 0.5),
        "accept_p99_ms": percentile(accept, 0.99),
        "confirmed_p50_ms": percentile(confirmed, 0.5),
        "confirmed_p99_ms": percentile(confirmed, 0.99),
        "cpu_ms_per_order": sum(used.values()) * 1000 / orders,
    }
    distributions = {"accept": quantiles(accept), "confirmed": quantiles(confirmed)}
    for name, kind in (("seen", PLACED), ("confirmed_seen", CONFIRMED)):
        delays = seen_ms(record, seen, kind)
        if delays:
            figures |= {f"{name}_p50_ms": percentile(delays, 0.5), f"{name}_p99_ms": percentile(delays, 0.99)}
            distributions[name] = quantiles(delays)
    return Run("low_load", session.system, "", figures, per_order(used, orders), distributions)


def seen_ms(record: Record, seen: Seen, kind: str) -> list[float]:
    """Milliseconds from the answer 202 until the customer saw the order's event of this kind; 0 if the stream was
    faster than the answer."""
    return [
        max(0.0, seen[placed.order_id, kind] - placed.answered) * 1000
        for placed in record.placed
        if placed.order_id is not None and (placed.order_id, kind) in seen
    ]


def confirmed_ms(
    session: Session, orders: int, rate: float, customers: int | None = None
) -> tuple[Record, list[float]]:
    """Places `rate` orders per second, of this many customers in turn, or of all. Returns the record, and the
    milliseconds from each acceptance to the confirmation. The n-th acceptance is paired with the n-th confirmation;
    these belong to the same order, or to two orders that have changed places."""
    session.until_confirmed()
    base = len(session.accepted)
    moments: list[float] = []

    def look() -> None:
        count = session.target.confirmed() - base
        moments.extend([time.monotonic()] * (count - len(moments)))
        time.sleep(LOOK_SECONDS)

    with session.loading(orders, rate=rate, tokens=session.target.tokens[:customers]) as client:
        while not client.done():
            look()
        record = session.take(client.record())
    answered = sorted(placed.answered for placed in record.placed if placed.order_id is not None)
    deadline = time.monotonic() + STALL_SECONDS
    while len(moments) < len(answered):
        if time.monotonic() > deadline:
            raise Stalled(f"{session.system}: only {len(moments)} of {len(answered)} orders are confirmed")
        look()
    return record, [max(0.0, seen - told) * 1000 for told, seen in zip(answered, moments, strict=False)]

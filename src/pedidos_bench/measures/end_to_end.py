"""Orders per second, from the first submission to the last confirmation, and the cost of each order."""

from collections.abc import Mapping, Sequence

from pedidos_bench.cpu import spent
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.job import Record
from pedidos_bench.results import Run
from pedidos_bench.session import Session

CONNECTIONS = 32


def measure(
    session: Session,
    orders: int,
    measure_name: str = "end_to_end",
    setting: str = "",
    bodies: Sequence[bytes] | None = None,
) -> Run:
    """Places the orders over 32 connections, as fast as the answers come; waits until all are confirmed. bodies: other
    ones than the target's."""
    before = session.cpu()
    record = session.place(orders, connections=CONNECTIONS, bodies=bodies)
    confirmed_at = session.until_confirmed()
    used = spent(before, session.cpu())
    accept = accept_ms(record)
    accepted = len(accept)
    return Run(
        measure=measure_name,
        system=session.system,
        setting=setting,
        figures={
            "orders": accepted,
            "orders_per_second": accepted / (confirmed_at - record.began),
            "accepted_per_second": accepted / (record.ended - record.began),
            "accept_p50_ms": percentile(accept, 0.5),
            "accept_p99_ms": percentile(accept, 0.99),
            "cpu_ms_per_order": sum(used.values()) * 1000 / accepted,
            "load_client_cpu_ms_per_order": record.cpu_seconds * 1000 / accepted,
        },
        cpu=per_order(used, accepted),
        quantiles={"accept": quantiles(accept)},
    )


def accept_ms(record: Record) -> list[float]:
    """Milliseconds from when each accepted order was due until its answer."""
    return [(placed.answered - placed.due) * 1000 for placed in record.placed if placed.order_id is not None]


def per_order(used: Mapping[str, float], orders: int) -> dict[str, float]:
    """CPU milliseconds per order by role."""
    return {role: seconds * 1000 / orders for role, seconds in used.items()}

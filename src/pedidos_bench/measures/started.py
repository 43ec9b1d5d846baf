"""Starts this platform for one measurement, and audits it afterwards."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.sql import databases
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos, PedidosTarget

WARM_UP_ORDERS = 100
A_WHILE_SECONDS = 0.8


@contextmanager
def ours(
    servers: Servers, system: Pedidos, warm_up_orders: int = WARM_UP_ORDERS
) -> Iterator[tuple[Session, PedidosTarget]]:
    """The platform, warmed up and idle."""
    settle(servers)
    with system.started(servers) as target:
        session = Session(system.name, target, servers)
        warm_up(session, warm_up_orders)
        yield session, target


def warm_up(session: Session, orders: int) -> float:
    """Places these orders, then larger groups until one takes a while. Returns the orders per second of the last group.

    With few orders, most of the time is the latency of the first order: a fast system would look slow.
    """
    session.place(orders)
    session.until_confirmed()
    while True:
        record = session.place(orders)
        seconds = session.until_confirmed() - record.began
        if seconds > A_WHILE_SECONDS:
            return orders / seconds
        orders *= 4


def settle(servers: Servers) -> None:
    """Makes PostgreSQL write out what the previous run left, so that this run does not pay for it."""
    databases.checkpoint(servers)


def audited(session: Session, runs: Iterable[Run]) -> list[Run]:
    """The runs with the findings of the session's audit: if there are any, none of the runs counts."""
    findings = session.findings()
    return [replace(run, findings=[*run.findings, *findings]) for run in runs]

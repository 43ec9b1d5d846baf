"""This platform started for one measurement, and audited after it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos, PedidosTarget

WARM_UP_ORDERS = 100
A_WHILE_SECONDS = 0.8


@contextmanager
def ours(
    servers: Servers, system: Pedidos, warm_up_orders: int = WARM_UP_ORDERS
) -> Iterator[tuple[Session, PedidosTarget]]:
    """The platform, warm and with nothing to do."""
    settle(servers)
    with system.started(servers) as target:
        session = Session(system.name, target, servers)
        warm_up(session, warm_up_orders)
        yield session, target


def warm_up(session: Session, orders: int) -> float:
    """Places so many orders, and then more and more at once until they take a while; the last lot's orders per second.

    Of few orders most of the time is the first one's way: a fast system would look slow.
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
    """Has PostgreSQL write out what the run before has left, so that this one does not pay for it."""
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("checkpoint")


def audited(session: Session, runs: Iterable[Run]) -> list[Run]:
    """The runs with what the audit of the whole session has found: then none of them counts."""
    findings = session.findings()
    return [replace(run, findings=[*run.findings, *findings]) for run in runs]

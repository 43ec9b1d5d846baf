"""How a charge that takes five seconds affects the orders that are charged together with it."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import Engine

from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.measures.end_to_end import CONNECTIONS
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.sql import platform
from pedidos_bench.system import Servers
from pedidos_bench.systems import shop
from pedidos_bench.systems.pedidos import Pedidos

BURST = 100
MARKED = BURST // 2
"""The order of a burst that is slow, in the bursts that have a slow charge."""

SLOW_TOKEN = "tok_slow"  # noqa: S105  # the simulator takes five seconds for it
USUAL_TOKEN = "tok_ok"  # noqa: S105  # and none for this one


class NoBatch(Exception):
    """No other order was charged together with a marked one: there is nothing to compare."""


def measure(servers: Servers, bursts: int) -> Iterator[Run]:
    """Places bursts of orders, of which one is marked; alternating with and without a slow charge for it.

    The gateway is the platform's simulator, called over HTTP. Latencies are from placed to confirmed, as stored.
    """
    with ours(servers, Pedidos(simulator=True)) as (session, target):
        marked: dict[str, list[UUID]] = {USUAL_TOKEN: [], SLOW_TOKEN: []}
        for _ in range(bursts):
            for token, ids in marked.items():
                ids.append(_burst(session, token))
        without, slow = (_mates(target.engine, marked[token]) for token in (USUAL_TOKEN, SLOW_TOKEN))
        figures = {
            "others_p50_without_ms": percentile(without, 0.5),
            "others_p99_without_ms": percentile(without, 0.99),
            "others_p50_with_ms": percentile(slow, 0.5),
            "others_p99_with_ms": percentile(slow, 0.99),
            "others_without": float(len(without)),
            "others_with": float(len(slow)),
        }
        distributions = {"others without": quantiles(without), "others with": quantiles(slow)}
        yield from audited(session, [Run("slow_charge", session.system, "", figures, quantiles=distributions)])


def _burst(session: Session, token: str) -> UUID:
    """Places a burst and waits until all of it is confirmed. Returns the marked order."""
    bodies = [shop.body(number, token if number == MARKED else USUAL_TOKEN) for number in range(BURST)]
    with session.loading(BURST, connections=CONNECTIONS, bodies=bodies) as client:
        record = session.take(client.record())
    session.until_confirmed()
    (marked,) = (placed.order_id for placed in record.placed if placed.number == MARKED)
    if marked is None:
        raise NoBatch("the marked order was not accepted")
    return UUID(marked)


def _mates(engine: Engine, marked: Sequence[UUID]) -> list[float]:
    """Milliseconds of the orders that were charged in one batch with a marked one. Raises NoBatch."""
    milliseconds = platform.charged_with(engine, marked)
    if not milliseconds:
        raise NoBatch("every marked order was charged alone")
    return milliseconds

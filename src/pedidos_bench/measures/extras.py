"""What an order with an address, a fee by its distance, a coupon, a tip and a choice costs, against one without."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pedidos_bench.distribution import percentile
from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.end_to_end import accept_ms
from pedidos_bench.measures.side_by_side import turns
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos

PLAIN, FULL = "plain", "with extras"


def measure(servers: Servers, orders: int, rate: float, seconds: float, rounds: int) -> Iterator[Run]:
    """In each round, for each kind of order: these orders end to end, then `rate` orders per second for these seconds.

    Both kinds are placed on one platform, in turns: so they differ in nothing else.
    """
    with ours(servers, Pedidos()) as (session, target):
        bodies: Mapping[str, Sequence[bytes]] = {PLAIN: target.bodies, FULL: target.full_bodies}
        runs = [
            _run(session, setting, bodies[setting], orders, rate, seconds)
            for number in range(rounds)
            for setting in turns(list(bodies), number)
        ]
        yield from audited(session, runs)


def _run(session: Session, setting: str, bodies: Sequence[bytes], orders: int, rate: float, seconds: float) -> Run:
    run = end_to_end.measure(session, orders, "extras", setting, bodies)
    accept = accept_ms(session.place(round(rate * seconds), rate=rate, bodies=bodies))
    session.until_confirmed()
    figures = {"steady_accept_p50_ms": percentile(accept, 0.5), "steady_accept_p99_ms": percentile(accept, 0.99)}
    return replace(run, figures={**run.figures, **figures})

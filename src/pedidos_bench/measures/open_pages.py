"""Pages of customers that are open, each with its stream through the edge: what they cost orders, live and the edge."""

from collections.abc import Iterator
from contextlib import ExitStack

from pedidos_bench.cpu import memory_mib
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.measures import end_to_end
from pedidos_bench.measures.low_load import CONFIRMED, PLACED, seen_ms
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.sql import page_sessions
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos, PedidosTarget
from pedidos_bench.watching import watching

NONE = "no page"


def measure(servers: Servers, pages: int, orders: int, rounds: int, watched_orders: int, rate: float) -> Iterator[Run]:
    """Each of `pages` customers with a page orders in turn, `watched_orders` in all, `rate` per second. Then `orders`
    orders are placed as end_to_end does, `rounds` times without pages and with them, in turns on the same platform.

    The customers with pages are among those who order, so some of the events are theirs.
    """
    with ours(servers, Pedidos(edge=True)) as (session, target):
        cookies = page_sessions.open_for(target.engine, target.customers[:pages])
        # First, while the edge has no memory of an earlier load.
        runs = [_watched(session, target, cookies, watched_orders, rate)]
        runs += [
            _loaded(session, target, cookies if setting else [], orders)
            for number in range(rounds)
            for setting in (number % 2 == 0, number % 2 == 1)
        ]
        yield from audited(session, runs)


def _loaded(session: Session, target: PedidosTarget, cookies: list[str], orders: int) -> Run:
    with ExitStack() as stack:
        if cookies:
            stack.enter_context(watching(target.edge_url, target.edge_ca_file, cookies=cookies))
        return end_to_end.measure(session, orders, "open_pages", f"{len(cookies)} pages" if cookies else NONE)


def _watched(session: Session, target: PedidosTarget, cookies: list[str], orders: int, rate: float) -> Run:
    """What the pages take of the memory of live and the edge, and when they hear of an order."""
    roots = {role: pids for role, pids in target.processes().items() if role in {"live", "edge"}}
    before = memory_mib(roots)
    with watching(target.edge_url, target.edge_ca_file, cookies=cookies) as watch:
        opened = memory_mib(roots)
        with session.loading(orders, rate=rate, tokens=target.tokens[: len(cookies)]) as client:
            record = session.take(client.record())
        session.until_confirmed()
        busy = memory_mib(roots)
        seen = watch.seen(CONFIRMED, len(record.placed))
    delays, confirmed = seen_ms(record, seen, PLACED), seen_ms(record, seen, CONFIRMED)
    unseen = len(record.placed) - len(delays)
    figures = {
        f"{role}_kib_per_page": (max(opened[role], busy[role]) - before[role]) * 1024 / len(cookies) for role in roots
    }
    figures |= {
        "seen_p50_ms": percentile(delays, 0.5),
        "seen_p99_ms": percentile(delays, 0.99),
        "confirmed_seen_p99_ms": percentile(confirmed, 0.99),
    }
    findings = [f"{unseen} orders were not seen by their customers"] if unseen else []
    told = {"seen": quantiles(delays), "confirmed_seen": quantiles(confirmed)}
    return Run("page_watchers", session.system, f"{len(cookies)} pages", figures, quantiles=told, findings=findings)

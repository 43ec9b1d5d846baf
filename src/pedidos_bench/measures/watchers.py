"""Many open streams: the cost of each stream, and how soon it shows an event."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pedidos_bench.cpu import memory_mib, spent
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.measures.end_to_end import per_order
from pedidos_bench.measures.low_load import CONFIRMED, PLACED, seen_ms
from pedidos_bench.measures.started import audited, ours
from pedidos_bench.results import Run
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos
from pedidos_bench.watching import watching


def measure(servers: Servers, watchers: int, orders: int, rate: float) -> Iterator[Run]:
    """Opens a stream for each of `watchers` customers, who then take turns to place `orders` orders in total."""
    with ours(servers, Pedidos(customers=watchers)) as (session, target):
        live: dict[str, Sequence[int]] = {"live": target.processes()["live"]}
        before = memory_mib(live)["live"]
        with watching(target.live_url, target.ca_file, target.tokens) as watch:
            opened = memory_mib(live)["live"]
            cpu = session.cpu()
            record = session.place(orders, rate=rate)
            session.until_confirmed()
            used = spent(cpu, session.cpu())
            busy = memory_mib(live)["live"]
            seen = watch.seen(CONFIRMED, len(record.placed))
        delays = seen_ms(record, seen, PLACED)
        unseen = len(record.placed) - len(delays)
        figures = {
            "memory_kib_per_watcher": (max(opened, busy) - before) * 1024 / watchers,
            "live_before_mib": before,
            "live_busy_mib": busy,
            "seen_p50_ms": percentile(delays, 0.5),
            "seen_p99_ms": percentile(delays, 0.99),
            "confirmed_seen_p99_ms": percentile(seen_ms(record, seen, CONFIRMED), 0.99),
            "cpu_ms_per_order": sum(used.values()) * 1000 / orders,
        }
        distributions = {"seen": quantiles(delays)}
        run = Run("watchers", session.system, f"{watchers} watchers", figures, per_order(used, orders), distributions)
        findings = [f"{unseen} orders were not seen by their customers"] if unseen else []
        yield from audited(session, [replace(run, findings=findings)])

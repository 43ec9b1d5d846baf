"""A small report with made-up figures."""

import random
from collections.abc import Mapping, Sequence

from pedidos_bench.results import Report, Run

SYSTEMS = {
    "pedidos": "this platform, over HTTP",
    "pedidos-https": "this platform, through its edge",
    "textbook": "Flask, Kafka and a chain of Celery tasks",
    "other-steps": "another peer, with <steps> & more",
    "floor": "the parts alone",
}

RATES = {"pedidos": 1000.0, "pedidos-https": 800.0, "textbook": 50.0, "other-steps": 80.0}
CPU = {
    "pedidos": {"api": 0.5, "relay": 0.2, "worker": 0.3, "postgres": 0.5},
    "pedidos-https": {"edge": 0.2, "api": 0.5, "relay": 0.2, "worker": 0.3, "postgres": 0.5},
    "textbook": {"api": 5.0, "worker": 15.0, "postgres": 5.0},
    "other-steps": {"api": 2.0, "worker": 10.0, "postgres": 8.0},
}
DELAY = {"pedidos": 20.0, "textbook": 25.0, "other-steps": 26.0}


def report(*, without: Sequence[str] = (), findings: Mapping[str, Sequence[str]] | None = None) -> Report:
    """Three runs of everything. without: measurements that are left out. findings: system → what its runs end to end
    were found to have done wrong."""
    wrong = findings or {}
    runs = [run for luck in (0.9, 1.0, 1.1) for run in _round(luck, wrong) if run.measure not in without]
    return Report(
        began_at="2026-01-02T03:04:05Z",
        seconds=754.2,
        scale="full",
        machine={"cpu": "2 made-up cores", "memory": "4 GiB"},
        versions={"python": "3.11.0", "postgresql": "18.1"},
        systems=SYSTEMS,
        skipped={"temporal": "Go is not installed"},
        runs=runs,
    )


def _round(luck: float, findings: Mapping[str, Sequence[str]]) -> list[Run]:
    runs = [
        Run(
            "end_to_end",
            system,
            "",
            {"orders_per_second": rate * luck, "accept_p50_ms": 10 / luck, "accept_p99_ms": 40 / luck},
            cpu={role: each / luck for role, each in CPU[system].items()},
            quantiles={"accept": quantiles(10 / luck)},
            findings=findings.get(system, ()),
        )
        for system, rate in RATES.items()
    ]
    runs += [
        Run(
            "low_load",
            system,
            "",
            {"confirmed_p50_ms": delay / luck, "confirmed_p99_ms": 1.5 * delay / luck},
            quantiles={"confirmed": quantiles(delay / luck)},
        )
        for system, delay in DELAY.items()
    ]
    for stored in (0, 100_000, 1_000_000):
        runs.append(Run("growth", "pedidos", f"{stored} stored", {"cpu_ms_per_order": (1.5 + stored / 1e7) / luck}))
    for workers, rate in ((1, 100.0), (2, 190.0), (4, 360.0)):
        setting = f"{workers} worker{'s' if workers > 1 else ''}"
        runs.append(Run("scale_out", "pedidos", setting, {"orders_per_second": rate * luck}))
    for bridges, rate in ((1, 100.0), (2, 170.0), (4, 300.0)):
        setting = f"{bridges} bridge{'s' if bridges > 1 else ''}"
        runs.append(Run("scale_out", "pedidos", setting, {"orders_per_second": rate * luck}))
    for part, cost in (("http", 0.25), ("accept", 0.35), ("steps", 0.2), ("kafka", 0.1)):
        runs.append(Run("floor", "floor", part, {"cpu_ms_per_order": cost / luck}))
    waiting = {"accept_p99_none_waiting_ms": 10.0, "accept_p99_waiting_ms": 20.0, "drain_orders_per_second": 900 * luck}
    runs.append(Run("backlog", "pedidos", "", waiting))
    runs.append(Run("steady", "pedidos", "800 per second", {"confirmed_p99_ms": 50 / luck}))
    for setting, factor in (("large lists", 1.05), ("hashing", 2.0)):
        beside = {"accept_p99_alone_ms": 10 / luck, "accept_p99_beside_ms": 10 * factor / luck}
        runs.append(Run("beside", "pedidos", setting, beside))
    for events, used in ((0, 4.0), (600_000, 4.1), (10_000_002, 4.4)):
        runs.append(Run("idle", "pedidos", f"{events} events", {"idle_cpu_percent": used}))
    runs.append(
        Run("watchers", "pedidos", "2000 watchers", {"memory_kib_per_watcher": 30 / luck, "seen_p99_ms": 140 / luck})
    )
    runs.append(
        Run("slow_charge", "pedidos", "", {"others_p99_without_ms": 50 / luck, "others_p99_with_ms": 52 / luck})
    )
    for setting, factor in (("off", 1.0), ("on", 1.02), ("all traced", 1.4)):
        runs.append(Run("telemetry", "pedidos", setting, {"cpu_ms_per_order": 2 * factor}))
        latencies = {"accept_p99_ms": 20 * factor / luck, "confirmed_p99_ms": 100 * factor**9}
        runs.append(Run("telemetry_low_load", "pedidos", setting, latencies))
    return [*runs, *_of_pages(luck)]


def _of_pages(luck: float) -> list[Run]:
    views = {"shops": 60.0, "map of an order": 90.0}
    runs = [
        Run("pages", "pedidos", name, {"first_view_kb": kb, "first_view_requests": 12.0, "server_p50_ms": 8 / luck})
        for name, kb in views.items()
    ]
    runs.append(Run("map_hops", "pedidos", "", {"hop_seen_within_goal_percent": 99.5}))
    for setting, rate in (("no page", 1000.0), ("500 pages", 970.0)):
        runs.append(Run("open_pages", "pedidos", setting, {"orders_per_second": rate * luck}))
    for setting, cost in (("without web", 1.0), ("with web", 1.05)):
        runs.append(Run("beside_web", "pedidos", setting, {"cpu_ms_per_order": cost / luck}))
    for setting, cost in (("plain", 2.0), ("with extras", 2.12)):
        figures = {"cpu_ms_per_order": cost / luck, "steady_accept_p50_ms": cost * 2 / luck}
        runs.append(Run("extras", "pedidos", setting, figures))
    runs.append(Run("webhooks", "pedidos", "10 endpoints", {"deliveries_per_second": 1200 * luck}))
    runs.append(Run("webhooks", "pedidos", "100000 waiting", {"memory_added_mib": 8 / luck}))
    for setting, delay in (("many endpoints", 100.0), ("many endpoints, one slow", 105.0)):
        runs.append(Run("webhooks", "pedidos", setting, {"others_p99_ms": delay * luck}))
    for setting, taken in (("as started", 1000.0), ("without web", 900.0)):
        figures = {"idle_mib": taken, "idle_cpu_percent": 4.0, "warm_start_seconds": 6.5}
        runs.append(Run("footprint", "pedidos", setting, figures))
    return runs


def quantiles(middle: float) -> list[float]:
    """101 milliseconds that grow, with this one in the middle."""
    luck = random.Random(7)
    rest = sorted(middle * luck.lognormvariate(0, 0.25) for _ in range(100))
    return sorted([*rest[:50], middle, *rest[50:]])

"""The names of measurements and figures that goals and plots use. Other names are shown too.

| measure | settings | figures | quantiles |
|---|---|---|---|
| end_to_end | "" | orders_per_second, accept_p50_ms, accept_p99_ms, cpu_ms_per_order | accept |
| low_load | "" | confirmed_p50_ms, confirmed_p99_ms, seen_p50_ms, seen_p99_ms | accept, confirmed, seen |
| memory | "" | idle_mib, busy_mib | |
| backlog | "" | drain_orders_per_second, accept_p99_none_waiting_ms, accept_p99_waiting_ms | |
| growth | "0 stored", "100000 stored", … | cpu_ms_per_order | |
| listed | "1000000 stored" | lists_per_second, accept_p99_alone_ms, accept_p99_listed_ms | accept |
| idle | "0 events", "10000002 events", … | idle_cpu_percent | |
| steady | "800 per second" | accept_p99_ms, confirmed_p50_ms, confirmed_p99_ms | accept, confirmed |
| beside | "large lists", "hashing" | accept_p99_alone_ms, accept_p99_beside_ms | accept |
| scale_out | "1 worker", "4 workers", … | orders_per_second | |
| shards | "1 shard", "2 shards", … | events_per_second, relay_cpu_percent, postgres_cpu_percent, kafka_cpu_percent | |
| watched | "" | as end_to_end | accept |
| watchers | "2000 watchers" | memory_kib_per_watcher, seen_p99_ms | seen |
| slow_charge | "" | others_p99_without_ms, others_p99_with_ms | |
| telemetry | "off", "on", "all traced" | as end_to_end; scrape_ms | accept |
| telemetry_low_load | "off", "on", "all traced" | as low_load; scrape_ms | accept, confirmed, seen |
| pages | "shops", "map of an order", … | first_view_kb, first_view_requests, server_p50_ms | server |
| map_hops | "" | hop_seen_p99_ms, hop_seen_within_goal_percent | hop_seen, hop_heard |
| open_pages | "no page", "500 pages" | as end_to_end | accept |
| page_watchers | "500 pages" | live_kib_per_page, edge_kib_per_page, seen_p99_ms | seen |
| beside_web | "with web", "without web" | as end_to_end | accept |
| extras | "plain", "with extras" | as end_to_end, and steady_accept_p50_ms, steady_accept_p99_ms | accept |
| webhooks | "1 endpoint", "10 endpoints" | deliveries_per_second, cpu_ms_per_delivery | |
| webhooks | "100000 waiting" | memory_added_mib | |
| webhooks | "many endpoints", "many endpoints, one slow" | others_p50_ms, others_p99_ms | others |
| footprint | "as started", "with web", "without web" | warm_start_seconds, idle_mib, idle_cpu_percent | |
| floor | of system "floor", one per part: "http", "accept", … | cpu_ms_per_order | |
"""

import re

OURS = "pedidos"
"""This platform over plain HTTP. Other names that begin like this are variants of it."""
OURS_HTTPS = "pedidos-https"
TEXTBOOK = "textbook"
FLOOR = "floor"

THROUGHPUT = "orders_per_second"
CPU = "cpu_ms_per_order"

_COUNTED = re.compile(r"(\d[\d,_ ]*)\s*(.*)")


def is_ours(system: str) -> bool:
    """Whether it is this platform, in any variant."""
    return system == OURS or system.startswith(f"{OURS}-")


def is_floor(system: str) -> bool:
    """Whether it is the floor: the parts alone, not a system."""
    return system == FLOOR or system.startswith(f"{FLOOR}-")


def is_peer(system: str) -> bool:
    """Whether it is one of the compared systems."""
    return not is_ours(system) and not is_floor(system)


def counted(setting: str) -> tuple[int, str] | None:
    """A setting such as "4 workers" as (4, "worker"); None if it does not begin with a number."""
    match = _COUNTED.match(setting)
    if match is None:
        return None
    number, what = match.groups()
    return int(re.sub(r"\D", "", number)), what.strip().removesuffix("s")

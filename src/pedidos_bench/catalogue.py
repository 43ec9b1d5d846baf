"""Every measurement and every system that the benchmark knows."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pedidos_bench.measures import (
    backlog,
    beside,
    beside_web,
    end_to_end,
    extras,
    footprint,
    growth,
    idle,
    listed,
    low_load,
    map_hops,
    memory,
    open_pages,
    pages,
    scale_out,
    shards,
    slow_charge,
    steady,
    telemetry,
    watched,
    watchers,
    webhooks,
)
from pedidos_bench.results import Run
from pedidos_bench.session import Session
from pedidos_bench.sizes import Sizes
from pedidos_bench.system import Servers, System
from pedidos_bench.systems import dbos, restate
from pedidos_bench.systems.pedidos import Pedidos, pedidos_gateway, pedidos_https
from pedidos_bench.systems.temporal import TEMPORAL, TEMPORAL_LOCAL
from pedidos_bench.systems.textbook import Textbook

Compared = Callable[[Session, Sizes, int], Run]
"""Takes a system that has warmed up, and how many orders it does in a round."""

Ours = Callable[[Servers, Sizes], Iterator[Run]]

COMPARED: Mapping[str, Compared] = {
    "end_to_end": lambda session, _, orders: end_to_end.measure(session, orders),
    "low_load": lambda session, sizes, _: low_load.measure(session, sizes.low_load_seconds),
    "memory": lambda session, _, orders: memory.measure(session, orders),
}
"""Measurements of every system."""

OURS: Mapping[str, Ours] = {
    "steady": lambda servers, s: steady.measure(servers, s.steady_rate, s.steady_seconds),
    "backlog": lambda servers, s: backlog.measure(servers, s.backlog_orders, s.backlog_rate, s.backlog_seconds),
    "growth": lambda servers, s: growth.measure(servers, s.stored, s.growth_orders),
    "idle": lambda servers, s: idle.measure(servers, s.idle_orders, s.idle_seconds),
    "listed": lambda servers, s: listed.measure(servers, s.stored[-1], s.readers, s.listed_rate, s.backlog_seconds),
    "beside": lambda servers, s: beside.measure(servers, s.stored[-1], s.readers, s.listed_rate, s.beside_seconds),
    "scale_out": lambda servers, s: scale_out.measure(servers, s.scales, s.scale_out_seconds),
    "shards": lambda servers, s: shards.measure(servers, s.scales, s.shard_events),
    "watched": lambda servers, s: watched.measure(servers, s.growth_orders),
    "watchers": lambda servers, s: watchers.measure(servers, s.watchers, s.watched_orders, s.watched_rate),
    "slow_charge": lambda servers, s: slow_charge.measure(servers, s.slow_charge_bursts),
    "telemetry": lambda servers, s: telemetry.measure(
        servers, s.telemetry_orders, s.telemetry_bursts, s.low_load_seconds, s.telemetry_rounds
    ),
    "pages": lambda _, s: pages.measure(s.page_views),
    "map_hops": lambda _, s: map_hops.measure(s.map_orders),
    "open_pages": lambda servers, s: open_pages.measure(
        servers, s.open_pages, s.open_pages_orders, s.open_pages_rounds, s.watched_orders, s.watched_rate
    ),
    "beside_web": lambda servers, s: beside_web.measure(servers, s.telemetry_orders, s.beside_web_rounds),
    "extras": lambda servers, s: extras.measure(
        servers, s.telemetry_orders, s.watched_rate, s.extras_seconds, s.extras_rounds
    ),
    "webhooks": lambda servers, s: webhooks.measure(
        servers, s.hook_deliveries, s.hooks_waiting, s.hook_endpoints, s.hook_seconds
    ),
    "footprint": lambda servers, s: footprint.measure(servers, s.idle_seconds),
}
"""Measurements of this platform alone."""

MEASURES = (*COMPARED, "floor", *OURS)


def systems(*, fetch_restate: bool = False) -> Sequence[System]:
    """Every system, in the order to show. fetch_restate: whether Restate's server may be downloaded."""
    return [
        *(Pedidos(), pedidos_gateway(), pedidos_https(), Textbook()),
        *restate.variants(fetch=fetch_restate),
        *dbos.VARIANTS,
        *(TEMPORAL, TEMPORAL_LOCAL),
    ]

"""The size of a measurement: a few minutes, or thorough."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """rounds: how often everything is measured; within a round, the compared systems take turns.

    A system's round has as many orders as the system does in round_seconds, judged by its warm-up, between
    least_orders and most_orders. stored: orders that exist before the run, for growth; idle_orders: for idle. Rates are
    orders per second.
    """

    name: str
    measures: Sequence[str]
    systems: Sequence[str]
    rounds: int
    warm_up_orders: int
    round_seconds: float
    least_orders: int
    most_orders: int
    low_load_seconds: float
    floor_requests: int
    floor_orders: int
    backlog_orders: int
    backlog_rate: float
    backlog_seconds: float
    stored: Sequence[int]
    growth_orders: int
    idle_orders: Sequence[int]
    idle_seconds: float
    readers: int
    listed_rate: float
    beside_seconds: float
    steady_rate: float
    steady_seconds: float
    scales: Sequence[int]
    scale_out_seconds: float
    shard_events: int
    watchers: int
    watched_orders: int
    watched_rate: float
    slow_charge_bursts: int
    telemetry_orders: int
    telemetry_bursts: int
    telemetry_rounds: int
    beside_web_rounds: int
    extras_seconds: float
    extras_rounds: int
    page_views: int
    map_orders: int
    open_pages: int
    open_pages_orders: int
    open_pages_rounds: int
    hook_deliveries: int
    hooks_waiting: int
    hook_endpoints: int
    hook_seconds: float

    def orders(self, per_second: float) -> int:
        """Number of orders in a round of a system that does `per_second` orders per second."""
        return max(self.least_orders, min(self.most_orders, round(per_second * self.round_seconds)))


QUICK = Sizes(
    name="quick",
    measures=("end_to_end", "low_load", "floor"),
    systems=("pedidos", "textbook", "restate", "dbos-steps"),
    rounds=2,
    warm_up_orders=60,
    round_seconds=5.0,
    least_orders=150,
    most_orders=6_000,
    low_load_seconds=5.0,
    floor_requests=5_000,
    floor_orders=2_000,
    backlog_orders=2_000,
    backlog_rate=100.0,
    backlog_seconds=5.0,
    stored=(0, 20_000),
    growth_orders=2_000,
    idle_orders=(0, 20_000),
    idle_seconds=10.0,
    readers=20,
    listed_rate=50.0,
    beside_seconds=5.0,
    steady_rate=800.0,
    steady_seconds=5.0,
    scales=(1, 2, 4),
    scale_out_seconds=5.0,
    shard_events=20_000,
    watchers=200,
    watched_orders=200,
    watched_rate=50.0,
    slow_charge_bursts=2,
    telemetry_orders=2_000,
    telemetry_bursts=4,
    telemetry_rounds=3,
    beside_web_rounds=10,
    extras_seconds=3.0,
    extras_rounds=6,
    page_views=60,
    map_orders=5,
    open_pages=500,
    open_pages_orders=4_000,
    open_pages_rounds=3,
    hook_deliveries=4_000,
    hooks_waiting=10_000,
    hook_endpoints=1_000,
    hook_seconds=10.0,
)

FULL = Sizes(
    name="full",
    measures=(
        *("end_to_end", "low_load", "memory", "floor"),
        *("steady", "backlog", "growth", "idle", "listed", "beside", "scale_out", "shards", "watched"),
        *(
            "watchers",
            "slow_charge",
            "telemetry",
            "pages",
            "map_hops",
            "open_pages",
            "beside_web",
            "extras",
            "webhooks",
            "footprint",
        ),
    ),
    systems=(),
    rounds=3,
    warm_up_orders=100,
    round_seconds=15.0,
    least_orders=400,
    most_orders=30_000,
    low_load_seconds=20.0,
    floor_requests=20_000,
    floor_orders=10_000,
    backlog_orders=20_000,
    backlog_rate=200.0,
    backlog_seconds=10.0,
    stored=(0, 100_000, 1_000_000),
    growth_orders=10_000,
    idle_orders=(0, 100_000, 1_666_667),  # the last ones have ten million events
    idle_seconds=30.0,
    readers=20,
    listed_rate=100.0,
    beside_seconds=10.0,
    steady_rate=800.0,
    steady_seconds=15.0,
    scales=(1, 2, 4),
    scale_out_seconds=10.0,
    shard_events=60_000,
    watchers=2_000,
    watched_orders=2_000,
    watched_rate=50.0,
    slow_charge_bursts=6,
    telemetry_orders=2_000,
    telemetry_bursts=20,
    telemetry_rounds=3,
    beside_web_rounds=40,
    extras_seconds=5.0,
    extras_rounds=20,
    page_views=300,
    map_orders=20,
    open_pages=500,
    open_pages_orders=10_000,
    open_pages_rounds=5,
    hook_deliveries=20_000,
    hooks_waiting=100_000,
    hook_endpoints=10_000,
    hook_seconds=30.0,
)

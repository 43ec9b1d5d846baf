"""Derives from CPU per order what a number of orders per second needs, and where each part reaches its limit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pedidos.domain.sharding import MOST_PARTS
from pedidos.messaging.topics import EVENTS, TOPICS
from pedidos_bench.plan import sizes
from pedidos_bench.plan.costs import Costs
from pedidos_bench.plan.settings import PlanSettings

DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Values that are not measured. busy: share of a core that a process uses; the rest is for peaks and failures.
    database_cores: of the largest acceptable PostgreSQL server. max_connections: that such a server allows.
    replication: copies of the data on Kafka. gateway_seconds: response time of the payment gateway. send_seconds: how
    long a relay waits for Kafka's acknowledgement of a batch, beside its own CPU."""

    busy: float = 0.6
    database_cores: int = 32
    max_connections: int = 200
    replication: int = 3
    gateway_seconds: float = 0.0
    send_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Need:
    """amount: of the part, in unit. because: how it is calculated."""

    part: str
    amount: float
    unit: str
    because: str


@dataclass(frozen=True, slots=True)
class Limit:
    """How many orders per second the part handles before it must be divided, and what is done then."""

    part: str
    orders_per_second: float
    then: str


@dataclass(frozen=True, slots=True)
class Plan:
    """counts: of the parts that can have several instances (processes, children, shards)."""

    orders_per_second: float
    needs: Sequence[Need]
    limits: Sequence[Limit]
    counts: "Counts"


@dataclass(frozen=True, slots=True)
class Counts:
    """cores: of all machines together, for the cost of the orders, with headroom."""

    apis: int
    relays: int
    bridges: int
    children: int
    partitions: int
    databases: int
    cores: int


def plan(rate: float, costs: Costs, settings: PlanSettings, assumed: Assumptions) -> Plan:
    """What this many orders per second need. Raises ValueError unless rate is above 0."""
    if rate <= 0:
        raise ValueError("orders per second must be above 0")
    counts = count(rate, costs, settings, assumed)
    return Plan(
        rate,
        [*_processes(rate, costs, settings, assumed, counts), *_postgres(rate, costs, settings, assumed, counts),
         *_kafka(rate, costs, assumed, counts)],
        sorted(limits(costs, settings, assumed), key=lambda limit: limit.orders_per_second),
        counts,
    )  # fmt: skip


def count(rate: float, costs: Costs, settings: PlanSettings, assumed: Assumptions) -> Counts:
    """How many of each."""
    relays = _whole(rate * shard_seconds(costs, settings, assumed) / assumed.busy)
    servers = _cores(rate, costs, assumed, "postgres") / assumed.database_cores
    databases = _whole(max(servers, relays / MOST_PARTS))
    steps = 1 - sizes.ROWS["accept"] / sum(sizes.ROWS.values())
    statements = steps * _cores(rate, costs, assumed, "postgres")
    waiting = rate / settings.bridge_batch * assumed.gateway_seconds + statements
    bridges = _whole(_cores(rate, costs, assumed, "bridge"))
    return Counts(
        apis=_whole(_cores(rate, costs, assumed, "api")),
        relays=max(databases, relays),
        bridges=bridges,
        children=_whole(_cores(rate, costs, assumed, "worker") + waiting),
        partitions=max(settings.partitions, bridges),
        databases=databases,
        cores=_whole(rate * _total(costs, assumed) / 1000 / assumed.busy),
    )


def shard_seconds(costs: Costs, settings: PlanSettings, assumed: Assumptions) -> float:
    """How long an order takes one relay shard whose batches are full: its CPU, and its share of the waits for Kafka."""
    return costs.full.get("relay", 0.0) / 1000 + assumed.send_seconds * sizes.EVENTS / settings.relay_batch


def limits(costs: Costs, settings: PlanSettings, assumed: Assumptions) -> list[Limit]:
    """The limit of each part that cannot be scaled by starting another instance."""
    alone = {
        "valkey": ("the task broker, a core", "a broker for each step's queue"),
        "live": ("a live process, which reads every event", "topics divided by merchant; each live process reads some"),
    }
    found = [
        Limit(what, assumed.busy * 1000 / costs.full[role], then)
        for role, (what, then) in alone.items()
        if costs.full.get(role)
    ]
    shard = shard_seconds(costs, settings, assumed)
    if shard:
        most = assumed.busy / shard
        found.append(Limit("one relay shard, a core", most, "more relay shards, each with its own position"))
        what = f"{MOST_PARTS} relay shards, the most"
        found.append(Limit(what, most * MOST_PARTS, "a database for each group of merchants, with shards of its own"))
    if costs.full.get("bridge"):
        most = settings.partitions * assumed.busy * 1000 / costs.full["bridge"]
        found.append(
            Limit(f"bridges on {settings.partitions} partitions", most, "more partitions, before more bridges")
        )
    if costs.full.get("postgres"):
        most = assumed.database_cores * assumed.busy * 1000 / costs.full["postgres"]
        what = f"one PostgreSQL of {assumed.database_cores} cores"
        found.append(Limit(what, most, "a database for each group of merchants, each with its relay shards"))
    connections = sum(
        each * costs.full.get(role, 0.0) / 1000 / assumed.busy for role, each in _connections(settings).items()
    )
    if connections:
        what = f"{assumed.max_connections} connections"
        found.append(Limit(what, assumed.max_connections / connections, "a pooler such as PgBouncer"))
    return found


def _connections(settings: PlanSettings) -> dict[str, int]:
    """Role → connections of one process (of a worker: of one child) while it is busy."""
    return {"api": min(settings.api_threads, settings.database_pool), "relay": 1, "bridge": 1, "worker": 1}


def _processes(rate: float, costs: Costs, settings: PlanSettings, assumed: Assumptions, counts: Counts) -> list[Need]:
    def because(role: str) -> str:
        return f"{costs.full.get(role, 0.0):.2f} ms an order, {assumed.busy:.0%} of a core each"

    workers = _whole(counts.children / settings.worker_concurrency)
    statements = "; besides, as long as it waits for PostgreSQL"
    gateway = f", and one for each batch that waits {assumed.gateway_seconds:g} s for the gateway"
    share = (
        f"; with its share of the {assumed.send_seconds * 1000:g} ms that each batch of {settings.relay_batch:,} waits"
    )
    kafka = share if assumed.send_seconds else ""
    needs = [
        Need("api", counts.apis, "processes", because("api")),
        Need("relay", counts.relays, "shards", because("relay") + kafka),
        Need("bridge", counts.bridges, "processes", because("bridge")),
        Need("worker", workers, f"processes of {settings.worker_concurrency}",
             because("worker") + statements + (gateway if assumed.gateway_seconds else "")),
        Need("task broker", _whole(_cores(rate, costs, assumed, "valkey")), "servers", because("valkey")),
    ]  # fmt: skip
    if costs.full.get("edge"):
        needs.append(Need("edge", _cores(rate, costs, assumed, "edge"), "cores", because("edge")))
    if costs.full.get("live"):
        needs.append(Need("live", _cores(rate, costs, assumed, "live"), "cores in each process", because("live")))
    return [
        *needs,
        Need("all together", counts.cores, "cores", f"{_total(costs, assumed):.2f} ms an order in all roles"),
    ]


def _postgres(rate: float, costs: Costs, settings: PlanSettings, assumed: Assumptions, counts: Counts) -> list[Need]:
    each = _connections(settings)
    connections = (
        counts.apis * each["api"]
        + counts.relays * each["relay"]
        + counts.bridges * each["bridge"]
        + counts.children * each["worker"]
    )
    batches = len(sizes.COMMITS)
    return [
        Need("PostgreSQL", counts.databases, "servers",
             f"{_cores(rate, costs, assumed, 'postgres'):.1f} cores, {assumed.database_cores} in one"),
        Need("PostgreSQL connections", connections, "", f"{each['api']} of each api process, 1 of every other"),
        Need("rows written", rate * sum(sizes.ROWS.values()), "per s", f"{sum(sizes.ROWS.values())} an order"),
        Need("commits, batches full", rate * batches / settings.bridge_batch, "per s",
             f"{batches} a batch of {settings.bridge_batch}"),
        Need("commits, each order alone", rate * batches, "per s", f"{batches} an order"),
        Need("WAL", rate * sizes.WAL_BYTES, "bytes/s", f"{sizes.WAL_BYTES:,} bytes an order"),
        Need("WAL in a day", rate * sizes.WAL_BYTES * DAY, "bytes", "for the archive"),
        _event_log(rate, settings),
        Need("idempotency keys", rate * sizes.KEY_BYTES * settings.idempotency_hours * 3600, "bytes",
             f"{sizes.KEY_BYTES} bytes an order, kept {settings.idempotency_hours} hours"),
        Need("orders, items, payments", rate * sizes.KEPT_BYTES * DAY, "bytes/day",
             f"{sizes.KEPT_BYTES:,} bytes an order, which stay"),
    ]  # fmt: skip


def _event_log(rate: float, settings: PlanSettings) -> Need:
    a_day = rate * sizes.EVENT_BYTES * DAY
    if not settings.events_days:
        return Need("event log", a_day, "bytes/day", f"{sizes.EVENT_BYTES:,} bytes an order, kept forever")
    told = f"{sizes.EVENT_BYTES:,} bytes an order, kept {settings.events_days} days"
    return Need("event log", a_day * settings.events_days, "bytes", told)


def _kafka(rate: float, costs: Costs, assumed: Assumptions, counts: Counts) -> list[Need]:
    days = max(topic.retention_ms for topic in TOPICS if topic.name == EVENTS) / 1000 / DAY
    written = rate * sizes.kafka_bytes()
    brokers = max(assumed.replication, _whole(_cores(rate, costs, assumed, "kafka") * assumed.replication))
    return [
        Need("Kafka", brokers, "brokers",
             f"{costs.full.get('kafka', 0.0):.2f} ms an order and copy; {assumed.replication} copies, each on another"),
        Need("Kafka partitions", counts.partitions, "per topic", "at least one for each bridge"),
        Need("Kafka records", rate * sizes.kafka_records(), "per s", f"{sizes.kafka_records()} an order"),
        Need("Kafka written", written, "bytes/s", f"{sizes.kafka_bytes():,} bytes an order, before replication"),
        Need("Kafka disk", written * DAY * days * assumed.replication, "bytes",
             f"{days:g} days, {assumed.replication} copies"),
    ]  # fmt: skip


def _total(costs: Costs, assumed: Assumptions) -> float:
    """CPU milliseconds for one order; the measurement has one copy on Kafka."""
    return sum(costs.full.values()) + costs.full.get("kafka", 0.0) * (assumed.replication - 1)


def _cores(rate: float, costs: Costs, assumed: Assumptions, role: str) -> float:
    return rate * costs.full.get(role, 0.0) / 1000 / assumed.busy


def _whole(amount: float) -> int:
    return max(1, math.ceil(amount - 1e-9))

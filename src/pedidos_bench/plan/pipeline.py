"""The pipeline as a simulation: accept → relay → bridge → worker → confirmed, on shared cores.

PostgreSQL's work for an order is divided among the statements by the rows that they write, Kafka's work by the records
that are written and read. A process waits for its servers, so their work is part of its own. Work off an order's path,
such as the live streams, uses cores as well. The simulation leaves out the time of the disk and of the network.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from pedidos.domain.fusing import CLOSING, OPENING
from pedidos.processes.relay.pauses import IDLE_SECONDS, rest_seconds
from pedidos.storage.orders.placing import NOTIFY_MAX_BATCH
from pedidos_bench.plan import sizes
from pedidos_bench.plan.model import Counts
from pedidos_bench.plan.settings import PlanSettings
from pedidos_bench.plan.simulation import Clock, Crew, Station

BESIDE = ("live", "scheduler", "edge")
"""Roles whose work no later part waits for; the edge is among them, since it works while the api does."""

EVENTS_OF_COMMIT = {"open": len(OPENING), "close": len(CLOSING)}
"""Of the commits of a worker, which one task makes. Orders that take the steps one by one are left out."""

GLANCES = len(sizes.COMMITS)
"""Batches in which the relay sends the events of an order to Kafka when the order is alone."""


Done = Callable[[Sequence[Any]], None]


@dataclass(frozen=True, slots=True)
class Prices:
    """CPU milliseconds by role. each: for every order. batch: for all batches together of an order that is alone in
    them. client: of the load client, per request."""

    each: Mapping[str, float]
    batch: Mapping[str, float]
    client: float = 0.0


class Event(NamedTuple):
    """An event on its way through the relay."""

    order: int
    placed: bool


@dataclass
class Outcome:
    """Seconds. began, accepted, confirmed: order → when. batches: station → mean number of items in a batch."""

    began: dict[int, float] = field(default_factory=dict)
    accepted: dict[int, float] = field(default_factory=dict)
    confirmed: dict[int, float] = field(default_factory=dict)
    batches: dict[str, float] = field(default_factory=dict)

    def orders_per_second(self) -> float:
        """From the first submit to the last confirmation."""
        return len(self.confirmed) / (max(self.confirmed.values()) - min(self.began.values()))

    def confirmed_ms(self, percent: float) -> float:
        """Accept → confirmed: the milliseconds within which this percentage of the orders was confirmed."""
        took = sorted(self.confirmed[order] - self.accepted[order] for order in self.confirmed)
        return took[min(len(took) - 1, int(len(took) * percent / 100))] * 1000


class Pipeline:
    """One simulation. Call open_loop() or closed_loop() once to run it."""

    def __init__(
        self,
        prices: Prices,
        counts: Counts,
        cores: float,
        settings: PlanSettings,
        charge_seconds: float = 0.0,
        send_seconds: float = 0.0,
    ):
        self._clock = Clock(cores)
        self._prices = prices
        self._settings = settings
        self._outcome = Outcome()
        self._submitted: Iterator[int] = iter(())
        self._closed = False
        rows, commits = sum(sizes.ROWS.values()), len(sizes.COMMITS)
        records = sizes.kafka_records() + 1  # those written, and the one that the bridge reads

        def database(part: str) -> tuple[float, float]:
            return self._batch("postgres") / commits, self._each("postgres") * sizes.ROWS[part] / rows

        self._client = self._station(1, 0.0, prices.client / 1000, self._sent)
        self._api = self._station(counts.apis, 0.0, self._each("api"), self._handled)
        # Requests that meet in an api process share a commit, and the next ones wait for it.
        self._accept = self._station(counts.apis, *database("accept"), self._accepted, settings.api_threads)
        self._relay = self._station(
            counts.relays,
            (self._batch("relay") + self._batch("kafka")) / GLANCES,
            (self._each("relay") + self._each("kafka") * (records - 1) / records) / sizes.EVENTS,
            self._published,
            settings.relay_batch,
        )
        self._relay.waits = send_seconds
        self._relay.looks = IDLE_SECONDS
        self._relay.rings = lambda events: len(events) <= NOTIFY_MAX_BATCH and all(event.placed for event in events)
        self._relay.rests = lambda events: rest_seconds(events, settings.relay_batch)
        self._bridge = self._station(
            counts.bridges,
            self._batch("bridge"),
            self._each("bridge") + self._each("kafka") / records,
            self._bridged,
            settings.bridge_batch,
        )
        self._bridge.may_begin = lambda: self._work.messages < settings.queue_limit
        workers = Crew(counts.children)
        batches, orders = zip(*map(database, EVENTS_OF_COMMIT), strict=True)
        self._work = Station(
            self._clock,
            workers,
            self._batch("worker") + self._batch("valkey") + sum(batches),
            self._each("worker") + self._each("valkey") + sum(orders),
            self._worked,
            merges=False,
        )
        self._work.waits = charge_seconds
        self._beside = self._station(10**9, 0.0, sum(map(self._each, BESIDE)) / sizes.EVENTS, lambda _: None, 10**9)

    def open_loop(self, times: Sequence[float]) -> Outcome:
        """Submits orders at these seconds, regardless of the answers to earlier orders."""
        for order, moment in enumerate(times):
            self._clock.after(moment, partial(self._submit, order))
        return self._run()

    def closed_loop(self, orders: int, connections: int) -> Outcome:
        """Each connection submits its next order when it has the answer."""
        self._closed = True
        self._submitted = iter(range(connections, orders))
        for order in range(min(connections, orders)):
            self._submit(order)
        return self._run()

    def _run(self) -> Outcome:
        self._clock.run()
        stations = {"relay": self._relay, "bridge": self._bridge, "work": self._work}
        self._outcome.batches = {name: each.items / each.batches for name, each in stations.items() if each.batches}
        return self._outcome

    def _station(self, servers: int, per_batch: float, per_item: float, done: Done, most: int = 1) -> Station:
        return Station(self._clock, Crew(servers), per_batch, per_item, done, most)

    def _each(self, role: str) -> float:
        return self._prices.each.get(role, 0.0) / 1000

    def _batch(self, role: str) -> float:
        return self._prices.batch.get(role, 0.0) / 1000

    def _submit(self, order: int) -> None:
        self._outcome.began[order] = self._clock.now
        self._client.put([order])

    def _sent(self, orders: Sequence[int]) -> None:
        self._api.put(orders)

    def _handled(self, orders: Sequence[int]) -> None:
        self._accept.put(orders)

    def _accepted(self, orders: Sequence[int]) -> None:
        self._outcome.accepted |= dict.fromkeys(orders, self._clock.now)
        self._relay.put([Event(order, placed=True) for order in orders])
        for _ in orders:
            following = next(self._submitted, None) if self._closed else None
            if following is not None:
                self._submit(following)

    def _published(self, events: Sequence[Event]) -> None:
        self._beside.put(events)
        self._bridge.put([event.order for event in events if event.placed])

    def _bridged(self, orders: Sequence[int]) -> None:
        self._work.put(orders)

    def _worked(self, orders: Sequence[int]) -> None:
        for _ in range(sum(EVENTS_OF_COMMIT.values())):
            self._relay.put([Event(order, placed=False) for order in orders])
        self._outcome.confirmed |= dict.fromkeys(orders, self._clock.now)
        self._bridge.crew.look()

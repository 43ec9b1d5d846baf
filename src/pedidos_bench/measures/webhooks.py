"""Webhooks: how many a second, what many that wait take, and whether one slow subscriber delays the others.

The notifier is alone with PostgreSQL and the receiver, which is a process on the same cores. The events are written as
the notifier writes them, from here: what it takes to read them from Kafka is not in these figures.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from pedidos.security.account_keys import AccountKeys
from pedidos_bench.cpu import cpu_seconds, memory_mib, spent
from pedidos_bench.distribution import percentile, quantiles
from pedidos_bench.hooks import events
from pedidos_bench.hooks.receiving import NotReceived, Receiving, receiving
from pedidos_bench.measures.started import settle
from pedidos_bench.results import Run
from pedidos_bench.sql import hooks
from pedidos_bench.system import Servers
from pedidos_bench.systems.pedidos import Pedidos, PedidosTarget

ENDPOINTS = (1, 10)
"""Subscribers among which the deliveries of a measured batch are divided."""
MOST_SECONDS = 240.0
WATCH_SECONDS = 20.0
"""How long the memory is watched while deliveries wait, and again while they go out."""
LOOK_SECONDS = 0.5
WARM_UP_SECONDS = 5.0
"""Events to many endpoints before those that count: connections and plans of statements are made meanwhile."""
RATE = 100.0
"""Events per second to many endpoints."""
SLOW_SHARE = 0.02
"""Of these, what is for the slow one."""
SEED = 11

_WITHOUT = frozenset({"api", "live", "web", "relay", "bridge", "worker", "scheduler", "edge", "gateway", "postbox"})


@dataclass(frozen=True, slots=True)
class _Place:
    target: PedidosTarget
    servers: Servers
    receiver: Receiving
    keys: AccountKeys

    @property
    def engine(self) -> Engine:
        return self.target.engine

    def roots(self) -> Mapping[str, Sequence[int]]:
        return {
            "notifier": self.target.processes()["notifier"],
            "postgres": self.servers.processes["postgres"],
            "receiver": [self.receiver.pid],
        }

    def notifier_mib(self) -> float:
        return memory_mib({"notifier": self.target.processes()["notifier"]})["notifier"]

    @contextmanager
    def endpoints(self, urls: Sequence[str]) -> Iterator[Sequence[UUID]]:
        """Inside, there are these endpoints, and no other. Yields their merchants. Afterwards the notifier is a new
        one: it is stopped meanwhile, because it locks what is removed."""
        merchants = hooks.add(self.engine, self.keys, urls)
        try:
            yield merchants
        finally:
            self.target.scale(notifier=0)
            hooks.remove_all(self.engine)
            self.target.scale(notifier=1)


def measure(servers: Servers, deliveries: int, waiting: int, endpoints: int, seconds: float) -> Iterator[Run]:
    """deliveries: of a batch. waiting: while memory is measured. endpoints, seconds: with one slow one, and without."""
    settle(servers)
    changes = {"webhook_allow_loopback": True}
    system = Pedidos(customers=1, without=_WITHOUT, changes=changes)
    with receiving() as receiver, system.started(servers) as target:
        place = _Place(target, servers, receiver, AccountKeys(servers.settings.account_keys))
        for count in ENDPOINTS:
            yield _rate(place, deliveries, count)
        yield _memory(place, waiting)
        for slow in (False, True):
            yield _beside(place, endpoints, seconds, slow=slow)


def _rate(place: _Place, deliveries: int, endpoints: int) -> Run:
    """The deliveries wait; then the notifier is started. What comes while it starts is not counted."""
    setting = f"{endpoints} endpoint{'s' if endpoints > 1 else ''}"
    place.target.scale(notifier=0)
    with place.endpoints([place.receiver.url("take")] * endpoints) as merchants:
        events.write(place.engine, merchants, deliveries)
        settle(place.servers)
        place.receiver.seen()
        place.target.scale(notifier=1)
        early = len(place.receiver.seen().delays)
        before = cpu_seconds(place.roots())
        try:
            got = place.receiver.until_taken(deliveries - early, MOST_SECONDS)
        except NotReceived as error:
            return Run("webhooks", "pedidos", setting, {}, findings=[str(error)])
        used = spent(before, cpu_seconds(place.roots()))
        left = hooks.waiting(place.engine)
    came = len(got.delays)
    cpu = {role: value * 1000 / came for role, value in used.items()}
    figures = {
        "deliveries_per_second": (came - 1) / (got.last - got.first),
        "cpu_ms_per_delivery": cpu["notifier"] + cpu["postgres"],
        "not_noted_yet": float(left),
    }
    more = early + came - deliveries
    findings = [f"{more} webhooks came again, though nothing died"] if more else []
    return Run("webhooks", "pedidos", setting, figures, cpu, findings=findings)


def _memory(place: _Place, waiting: int) -> Run:
    """The notifier's memory while none wait, while they wait for an endpoint that refuses, and while they go out."""
    time.sleep(WATCH_SECONDS / 4)
    none = place.notifier_mib()
    with place.endpoints([place.receiver.url("refuse")]) as merchants:
        events.write(place.engine, merchants, waiting)
        held = _most_mib(place)
    with place.endpoints([place.receiver.url("take")]) as merchants:
        place.target.scale(notifier=0)
        events.write(place.engine, merchants, waiting)
        place.target.scale(notifier=1)
        sending = _most_mib(place)
    figures = {"memory_none_mib": none, "memory_waiting_mib": held, "memory_sending_mib": sending}
    figures["memory_added_mib"] = max(held, sending) - none
    return Run("webhooks", "pedidos", f"{waiting} waiting", figures)


def _most_mib(place: _Place) -> float:
    most, end = place.notifier_mib(), time.monotonic() + WATCH_SECONDS
    while time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        most = max(most, place.notifier_mib())
    return most


def _beside(place: _Place, endpoints: int, seconds: float, *, slow: bool) -> Run:
    """Events at a steady rate to many endpoints, some of them to one that is slow, or as quick as the others."""
    luck = random.Random(SEED)  # noqa: S311  # which endpoint is next
    place.receiver.seen()
    urls = [place.receiver.url("slow" if slow else "take"), *[place.receiver.url("take")] * (endpoints - 1)]
    setting = "many endpoints" + (", one slow" if slow else "")
    with place.endpoints(urls) as merchants:
        first, others = merchants[0], merchants[1:]

        warm_up = [luck.choice(others) for _ in range(round(RATE * WARM_UP_SECONDS))]
        chosen = [first if luck.random() < SLOW_SHARE else luck.choice(others) for _ in range(round(RATE * seconds))]
        to_slow = chosen.count(first)
        try:
            events.write_steadily(place.engine, warm_up, RATE)
            place.receiver.until_taken(len(warm_up), MOST_SECONDS)
            events.write_steadily(place.engine, chosen, RATE)
            got = place.receiver.until_taken(len(chosen) - (to_slow if slow else 0), MOST_SECONDS)
        except NotReceived as error:
            return Run("webhooks", "pedidos", setting, {}, findings=[str(error)])
    figures = {
        "others_p50_ms": percentile(got.delays, 0.5),
        "others_p99_ms": percentile(got.delays, 0.99),
        "endpoints": float(endpoints),
        "events_for_the_first": float(to_slow),
    }
    return Run("webhooks", "pedidos", setting, figures, quantiles={"others": quantiles(got.delays)})

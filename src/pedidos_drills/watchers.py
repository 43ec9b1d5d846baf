"""Clients that follow live streams during a drill, and whether they saw exactly what happened."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from pedidos.domain.order import SETTLED
from pedidos.setup.demo import demo_id
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos.storage.engine import make_engine
from pedidos_drills.drill import DrillContext, Finding
from pedidos_drills.ledger.records import Evidence
from pedidos_drills.sql.stored import everything
from pedidos_local import ports
from pedidos_local.client.api_client import Address, ApiClient
from pedidos_local.client.stream import follow

CATCH_UP_SECONDS, SILENCE_SECONDS = 60.0, 3.0
"""How long the watchers have to see each order's end, and for how long nothing more must come then."""


@dataclass
class Watcher:
    """A client that follows a stream. customer_id: whose orders it shows, None for all. times: how often each event
    came, by order, version and type. over: orders whose end it has seen."""

    customer_id: str | None
    times: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    over: set[str] = field(default_factory=set)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    openings: int = 0

    def open(self) -> None:
        self.openings += 1
        self.opened.set()


@asynccontextmanager
async def watching(scene: DrillContext, port: int) -> AsyncIterator[list[Watcher]]:
    """Inside the context, an operator and two customers follow their orders through this port."""
    settings = scene.stage.settings
    url = str(settings.public_url).replace(f":{settings.port_base + ports.EDGE}", f":{port}")
    address = Address(url, settings.ca_file)
    people = [account for account in ACCOUNTS if account.role in ("customer", "operator")]
    chosen = [*people[:2], people[-1]]
    async with AsyncExitStack() as stack:
        watchers, tasks = [], []
        for account in chosen:
            password = scene.stage.credentials.accounts[account.email]
            person = await stack.enter_async_context(ApiClient(address, account.email, password))
            watchers.append(Watcher(str(demo_id(account.number)) if account.role == "customer" else None))
            tasks.append(asyncio.create_task(_follow(person, watchers[-1])))
        try:
            for watcher in watchers:
                await asyncio.wait_for(watcher.opened.wait(), 20)
            yield watchers
        finally:
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception):
                    scene.findings.append((f"a stream could not be resumed: {ended}", None))


async def _follow(person: ApiClient, watcher: Watcher) -> None:
    async for event in follow(person, "/v1/events", watcher.open):
        watcher.times[event.data["order_id"], event.data["version"], event.type] += 1
        if event.data["status"] in SETTLED:
            watcher.over.add(event.data["order_id"])


def known_orders(scene: DrillContext) -> set[str]:
    engine = make_engine(scene.stage.settings, "drill")
    try:
        return {row.id for row in everything(engine)["orders"]}
    finally:
        engine.dispose()


async def caught_up(watchers: list[Watcher], accepted: set[str]) -> None:
    """Returns when the operator has seen the end of all accepted orders and nothing new has arrived for a while, or
    when the time is over. The check decides whether every event arrived exactly once."""
    operator = watchers[-1]
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CATCH_UP_SECONDS
    seen, since = -1, loop.time()
    while loop.time() < deadline and (loop.time() - since < SILENCE_SECONDS or not accepted <= operator.over):
        now = sum(watcher.times.total() for watcher in watchers)
        if now != seen:
            seen, since = now, loop.time()
        await asyncio.sleep(0.2)


def mistold(evidence: Evidence, earlier: set[str], watchers: list[Watcher]) -> Iterator[Finding]:
    """Reports events of the orders placed meanwhile that did not reach their watchers exactly once, or that reached
    others, and what watchers saw that did not happen."""
    customers = {order.id: order.customer_id for order in evidence.orders if order.id not in earlier}
    for watcher in watchers:
        name = "the operator" if watcher.customer_id is None else "their customer"
        for event in evidence.events:
            if event.order_id not in customers:
                continue
            due = watcher.customer_id in (None, customers[event.order_id])
            times = watcher.times[event.order_id, event.version, event.type]
            if times != due:
                whom = name if due else "another customer"
                yield f"its event {event.version} came {times} times to {whom}", event.order_id
        happened = {(event.order_id, event.version, event.type) for event in evidence.events}
        for order_id, version, kind in watcher.times.keys() - happened:
            if order_id in customers:
                yield f"{name} saw {kind} as its event {version}, which did not happen", order_id

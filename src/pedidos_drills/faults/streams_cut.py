"""Live streams are cut at random, and the process that serves them is killed."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from pedidos.domain.order import SETTLED
from pedidos.setup.demo import demo_id
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos.storage.engine import make_engine
from pedidos_drills.drill import Drill, DrillContext, Finding
from pedidos_drills.ledger import Evidence
from pedidos_drills.proxy import Proxy
from pedidos_drills.sql.stored import everything
from pedidos_local import ports
from pedidos_local.client.api_client import Address, ApiClient
from pedidos_local.client.stream import follow

WIRE = 69
"""Offset from port_base of the proxy between the watchers and the edge."""

CUTS = 14
PAUSE_SECONDS = (0.2, 1.2)
KILLED_AFTER = (5, 10)
"""Numbers of cuts after which the live process is killed."""

CATCH_UP_SECONDS, SILENCE_SECONDS = 60.0, 3.0
"""How long the watchers have to see each order's end, and for how long nothing more must come then."""


@dataclass
class Watcher:
    """A client that follows a stream. customer_id: whose orders it shows, None for all. times: how often each event
    came, by order and version. over: orders whose end it has seen."""

    customer_id: str | None
    times: Counter[tuple[str, int]] = field(default_factory=Counter)
    over: set[str] = field(default_factory=set)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    openings: int = 0

    def open(self) -> None:
        self.openings += 1
        self.opened.set()


async def run(scene: DrillContext) -> None:
    base = scene.stage.layout.port_base
    wire = Proxy(base + WIRE, base + ports.EDGE)
    await wire.open()
    try:
        async with _watching(scene, wire.port) as watchers:
            earlier = await asyncio.to_thread(_orders, scene)
            scene.checks.append(lambda evidence: mistold(evidence, earlier, watchers))
            await _cut_again_and_again(scene, wire)
            await scene.load.finish()
            accepted = {answer.order_id for answer in scene.load.answers if answer.order_id} - earlier
            await _caught_up(watchers, accepted)
            resumed = sum(watcher.openings for watcher in watchers) - len(watchers)
            scene.say(f"  {len(watchers)} streams were resumed {resumed} times")
    finally:
        await wire.close()


async def _cut_again_and_again(scene: DrillContext, wire: Proxy) -> None:
    dice = random.Random(scene.load.seed)  # noqa: S311  # the same seed, the same pauses
    for number in range(1, CUTS + 1):
        await asyncio.sleep(dice.uniform(*PAUSE_SECONDS))
        async with scene.broken("every live stream is cut"):
            wire.cut()
        if number in KILLED_AFTER:
            async with scene.broken("the live process is killed"):
                await scene.killed("live-1")


@asynccontextmanager
async def _watching(scene: DrillContext, port: int) -> AsyncIterator[list[Watcher]]:
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
        watcher.times[event.data["order_id"], event.data["version"]] += 1
        if event.data["status"] in SETTLED:
            watcher.over.add(event.data["order_id"])


def _orders(scene: DrillContext) -> set[str]:
    engine = make_engine(scene.stage.settings, "drill")
    try:
        return {row.id for row in everything(engine)["orders"]}
    finally:
        engine.dispose()


async def _caught_up(watchers: list[Watcher], accepted: set[str]) -> None:
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
    others."""
    customers = {order.id: order.customer_id for order in evidence.orders if order.id not in earlier}
    for watcher in watchers:
        name = "the operator" if watcher.customer_id is None else "their customer"
        for event in evidence.events:
            if event.order_id not in customers:
                continue
            due = watcher.customer_id in (None, customers[event.order_id])
            times = watcher.times[event.order_id, event.version]
            if times != due:
                whom = name if due else "another customer"
                yield f"its event {event.version} came {times} times to {whom}", event.order_id


DRILL = Drill(
    "streams-cut",
    breaks="Live streams are cut at random, and the process that serves them is killed.",
    weak="Watchers miss updates, or get some twice.",
    run=run,
    orders=300,
    rate=12.0,
)

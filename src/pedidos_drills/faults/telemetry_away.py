"""The collector of traces is away, silent, then full; then the store of spans is locked; then strangers who do not read
hold every connection of /metrics."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from socket import create_connection

import psutil

from pedidos.sentence import Sentence
from pedidos.telemetry.catalogue import spans as metrics
from pedidos.telemetry.metrics_server import CONNECTIONS
from pedidos_drills.collector import Collector
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.platform import COLLECTOR, COLLECTOR_URL
from pedidos_drills.sql.holding import taken
from pedidos_local.monitoring.scraping import address_of, scrape, value

BROKEN_SECONDS = 12.0
"""Longer than an exporter waits for one answer."""
TRACED = ("api-1", "live-1", "relay-1", "bridge-1", "worker-1")
MOST_GROWTH = 48 * 1024 * 1024
"""Bytes by which a process may grow, which is several times the spans that may wait."""
LOCKED = "lock table spans in access exclusive mode"
AGAIN_SECONDS = 30.0
CONNECT_SECONDS = 5.0


async def run(scene: DrillContext) -> None:
    async with Collector(scene.stage.layout.port_base + COLLECTOR) as collector:
        await scene.load.until_accepted(40)
        proxy = scene.stage.proxies["collector"]
        await scene.until(lambda: collector.taken > 0, "the collector to get spans")
        before = {name: _memory(scene, name) for name in TRACED}
        await _without_collector(scene, "refuses connections", proxy.refuse)
        await _without_collector(scene, "does not answer", proxy.silence)
        await _without_collector(scene, "is full", collector.fill)
        earlier = collector.taken
        await scene.until(lambda: collector.taken > earlier, "spans to be sent again", AGAIN_SECONDS)
        async with (
            _dropping(scene, "store", f"the store of spans is locked for {BROKEN_SECONDS:.0f} s"),
            taken(scene.stage.settings, LOCKED),
        ):
            await asyncio.sleep(BROKEN_SECONDS)
        await _held_metrics(scene)
        after = {name: _memory(scene, name) for name in TRACED}
    for name in TRACED:
        grown = after[name] - before[name]
        scene.say(f"  {name} has {after[name] / 2**20:.0f} MiB, {grown / 2**20:+.1f}")
        if grown > MOST_GROWTH:
            scene.findings.append((f"{name} grew by {grown / 2**20:.0f} MiB", None))


async def _without_collector(scene: DrillContext, how: str, breaks: Callable[[bool], None]) -> None:
    async with _dropping(scene, "collector", f"the collector of traces {how} for {BROKEN_SECONDS:.0f} s"):
        breaks(True)
        await asyncio.sleep(BROKEN_SECONDS)
        breaks(False)


@asynccontextmanager
async def _dropping(scene: DrillContext, destination: str, what: str) -> AsyncIterator[None]:
    """Inside the context, spans for this destination are dropped and counted, and orders are not affected."""
    before = await asyncio.to_thread(_dropped, scene, destination)
    async with scene.broken(what), scene.bystanders(what):
        yield
    dropped = await asyncio.to_thread(_dropped, scene, destination) - before
    scene.say(f"  {dropped:.0f} spans were dropped")
    if dropped <= 0:
        scene.findings.append((f"no dropped span was counted while {what}", None))


def _dropped(scene: DrillContext, destination: str) -> float:
    """Spans that all processes have dropped so far."""
    name = metrics.SPANS_DROPPED.exposed
    return sum(value(scrape(scene.stage.layout.target(each)), name, destination=destination) for each in TRACED)


async def _held_metrics(scene: DrillContext) -> None:
    """Strangers hold every connection of every /metrics, and send nothing."""
    addresses = [address_of(scene.stage.layout.target(name)) for name in TRACED]
    async with scene.broken("strangers hold every connection of /metrics"), scene.bystanders("/metrics"):
        with ExitStack() as held:
            for address in addresses * CONNECTIONS:
                held.enter_context(create_connection(address, CONNECT_SECONDS))
            await asyncio.sleep(BROKEN_SECONDS)
    await asyncio.to_thread(_dropped, scene, "collector")  # they answer again


def _memory(scene: DrillContext, name: str) -> int:
    """Bytes in memory of the process and its children."""
    root = psutil.Process(scene.stage.pid(name))
    family = (root, *root.children(recursive=True))
    return sum(each.memory_info().rss for each in family)


DRILL = Drill(
    "telemetry-away",
    breaks=Sentence(
        "The collector of traces is away, silent, and full; the store of spans is locked; strangers hold /metrics."
    ),
    weak=Sentence("Orders wait for what only measures, or spans pile up in memory."),
    run=run,
    orders=900,
    rate=10.0,
    changes={"otlp_url": COLLECTOR_URL},
)

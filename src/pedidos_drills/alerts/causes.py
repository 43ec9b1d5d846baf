"""What makes each alert fire. All but a few are real faults; those change a table by hand."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import trustme
from aiohttp import ClientSession
from sqlalchemy import Engine

from pedidos.domain.audit import Who
from pedidos.messaging.groups import BRIDGE
from pedidos.messaging.topics import PLACED
from pedidos.security.account_keys import AccountKeys
from pedidos.security.keys import JWKS_FILE, write
from pedidos.security.rotation import rotate
from pedidos.security.webhook_secrets import sealed_secrets
from pedidos.setup.demo_accounts import ACCOUNTS
from pedidos.storage.webhooks import endpoints
from pedidos_drills.alerts.drill import AlertDrill, Cause, Scene
from pedidos_drills.alerts.small_disk import nearly_full
from pedidos_drills.faults.poison import send_all
from pedidos_drills.faults.subscribers_fail import PORT as SUBSCRIBERS_PORT
from pedidos_drills.offsets import set_to_end
from pedidos_drills.sql import tampering
from pedidos_local import ports

LEFT_ALONE = {"hung_seconds": 600.0}
"""The supervisor must not replace a process that is stopped on purpose."""

NOTICED_SECONDS = 7.0
"""Prometheus takes up to five seconds to notice where a process that was started again is, and then scrapes it."""

DEAD_LETTERS = 3
"""The limit of dead letters in a row where a consumer is to stop."""

LATE_SECONDS = 14.0
"""Longer than the objective allows until an order is confirmed."""


def _by_hand(change: Callable[[Engine], AbstractContextManager[None]]) -> Cause:
    @asynccontextmanager
    async def cause(scene: Scene) -> AsyncIterator[None]:
        with change(scene.engine):
            yield

    return cause


def _halted(name: str) -> Cause:
    return lambda scene: scene.halted(name)


def _suspended(name: str) -> Cause:
    return lambda scene: scene.suspended(name)


@asynccontextmanager
async def _database_away(scene: Scene) -> AsyncIterator[None]:
    """The api does not reach PostgreSQL, so it refuses orders."""
    proxy = scene.stage.proxies["api-database"]
    proxy.refuse(True)
    proxy.cut()
    try:
        yield
    finally:
        proxy.refuse(False)


@asynccontextmanager
async def _slow_workers(scene: Scene) -> AsyncIterator[None]:
    """Orders wait for longer than the objective allows, again and again."""
    going_on = asyncio.Event()

    async def stop_and_go() -> None:
        while not going_on.is_set():
            async with scene.suspended("worker-1"):
                await asyncio.sleep(LATE_SECONDS)
            await asyncio.sleep(3)

    task = asyncio.create_task(stop_and_go())
    try:
        yield
    finally:
        going_on.set()
        await task


@asynccontextmanager
async def _slow_kafka(scene: Scene) -> AsyncIterator[None]:
    """Somebody watches, and events come late, again and again."""
    over = asyncio.Event()

    async def stop_and_go() -> None:
        while not over.is_set():
            async with scene.suspended("kafka"):
                await asyncio.sleep(4)
            await asyncio.sleep(0.5)

    async with _watching(scene, 1):
        task = asyncio.create_task(stop_and_go())
        try:
            yield
        finally:
            over.set()
            await task


@asynccontextmanager
async def _watching(scene: Scene, streams: int) -> AsyncIterator[None]:
    """Inside the context, customers hold this number of streams open."""
    customers = [account.email for account in ACCOUNTS if account.role == "customer"]
    address = f"http://{ports.LOOPBACK}:{ports.of_instance(scene.stage.settings, 'live', 1)}/v1/events"
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession())
        for number in range(streams):
            token = await scene.load.sign_in(customers[number % len(customers)])
            answer = await stack.enter_async_context(
                session.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=None)
            )
            answer.raise_for_status()
        yield


@asynccontextmanager
async def _streams_full(scene: Scene) -> AsyncIterator[None]:
    async with _watching(scene, 2):
        yield


@asynccontextmanager
async def _restarts(scene: Scene) -> AsyncIterator[None]:
    """The relay starts again and again. Told to, because after deaths the supervisor's pauses grow."""
    for _ in range(5):
        await scene.stage.supervisor.restart("relay-1")
        await asyncio.sleep(NOTICED_SECONDS)
    yield


@asynccontextmanager
async def _certificate_ends(scene: Scene) -> AsyncIterator[None]:
    """The certificate's file is one that ends in five days. The edge keeps the one that it has read."""
    file = scene.stage.layout.state_dir / "certificates" / "server.pem"
    kept = file.read_bytes()
    made = trustme.CA().issue_cert("localhost", not_after=datetime.now(UTC) + timedelta(days=5))
    file.write_bytes(made.cert_chain_pems[0].bytes())
    try:
        yield
    finally:
        file.write_bytes(kept)


@asynccontextmanager
async def _old_key(scene: Scene) -> AsyncIterator[None]:
    """The key set says that the key has signed for 400 days; then the keys are rotated."""
    keys_dir = scene.stage.settings.keys_dir
    document = json.loads((keys_dir / JWKS_FILE).read_text("utf-8"))
    document["keys"][0]["nbf"] -= int(timedelta(days=400).total_seconds())
    write(keys_dir / JWKS_FILE, json.dumps(document).encode(), mode=0o644)
    try:
        yield
    finally:
        rotate(keys_dir, at_once=True)


@asynccontextmanager
async def _undecodable(scene: Scene) -> AsyncIterator[None]:
    """One partition gets more records that cannot be decoded than the limit allows. Then the group's position is set
    behind them."""
    settings = scene.stage.settings
    records = [{"key": b"one partition", "value": b"{ not JSON"} for _ in range(3 * DEAD_LETTERS)]
    await asyncio.to_thread(send_all, settings, PLACED, records)
    try:
        yield
    finally:
        async with scene.halted("bridge-1"):
            await asyncio.to_thread(set_to_end, settings, BRIDGE)


@asynccontextmanager
async def _subscriber_away(scene: Scene) -> AsyncIterator[None]:
    """The only subscriber of webhooks is where nothing listens. Then it is removed."""
    keys, endpoint_id = AccountKeys(scene.stage.settings.account_keys), uuid.uuid4()
    url = f"http://{ports.LOOPBACK}:{scene.stage.layout.port_base + SUBSCRIBERS_PORT}/hooks"
    sealed = sealed_secrets(keys, endpoint_id)
    await asyncio.to_thread(endpoints.add, scene.engine, None, endpoint_id, url, [], "", sealed, Who())
    try:
        yield
    finally:
        await asyncio.to_thread(endpoints.remove, scene.engine, None, endpoint_id, Who())


def _burns(name: str, *windows: str) -> tuple[str, ...]:
    return tuple(f"{name}BudgetBurns{window}" for window in windows)


DRILLS = {
    drill.name: drill
    for drill in (
        AlertDrill("ledger", ("LedgerViolated",), _by_hand(tampering.reserved_by_none)),
        AlertDrill("relay-away", ("NoRelayLeads", "PublishingHeldUp"), _halted("relay-1")),
        AlertDrill("refusal", ("PublishingRefused",), _by_hand(tampering.refusing)),
        AlertDrill("bridge-away", ("LagWithoutConsumers",), _halted("bridge-1")),
        AlertDrill("worker-stopped", ("OrdersStuck",), _suspended("worker-1"), changes=LEFT_ALONE),
        AlertDrill("step-fails", ("StepFails",), _by_hand(tampering.merchants_unreadable)),
        AlertDrill("gateway-away", ("GatewayUnavailable",), lambda scene: scene.gateway_faults(down=True), rate=10.0),
        AlertDrill("dead-letter", ("DeadLettersOpen",), _by_hand(tampering.dead_letter)),
        AlertDrill("live-away", ("ProcessDown",), _halted("live-1")),
        AlertDrill("restarts", ("ProcessRestarts",), _restarts, speed=6.0),
        AlertDrill("broker-stopped", ("FiguresOld",), _suspended("valkey"), changes=LEFT_ALONE),
        AlertDrill("certificate", ("CertificateNearItsEnd",), _certificate_ends),
        AlertDrill("signing-key", ("SigningKeyOld",), _old_key),
        AlertDrill("accepted", _burns("Accepted", "1h", "6h"), _database_away, rate=5.0),
        AlertDrill("accepted-slowly", _burns("Accepted", "3d"), _database_away, rate=5.0, speed=600.0),
        AlertDrill("confirmed", _burns("ConfirmedInTime", "1h", "6h"), _slow_workers, rate=5.0, changes=LEFT_ALONE),
        AlertDrill("confirmed-slowly", _burns("ConfirmedInTime", "3d"), _slow_workers, 5.0, 600.0, changes=LEFT_ALONE),
        AlertDrill("streams", _burns("StreamsFresh", "1h", "6h"), _slow_kafka, rate=5.0, changes=LEFT_ALONE),
        AlertDrill("streams-slowly", _burns("StreamsFresh", "3d"), _slow_kafka, 5.0, 600.0, changes=LEFT_ALONE),
        AlertDrill("consumer-stopped", ("ConsumerStopped",), _undecodable, changes={"dead_letter_limit": DEAD_LETTERS}),
        AlertDrill("disk", ("DiskNearlyFull",), nearly_full),
        AlertDrill("mail-server-away", ("MailsWait",), _halted("postbox"), rate=2.0, changes={"order_mails": True}),
        AlertDrill("subscriber-away", ("SubscribersFail",), _subscriber_away, changes={"webhook_allow_loopback": True}),
        AlertDrill("streams-full", ("StreamsFull",), _streams_full, changes={"streams": 2}),
    )
}

"""PostgreSQL's files are lost, and restored to an earlier moment, while Kafka and the gateway have gone on."""

import asyncio
import time
from uuid import uuid4

from pedidos.domain.cursor import Cursor
from pedidos.sentence import Sentence
from pedidos.storage.figures import read
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.ledger.undone import Undone
from pedidos_drills.physical_backup import PhysicalBackup
from pedidos_drills.reconciling import reconcile

OPERATOR = "operator@pedidos.example"
REPEATED = (0, 1, 2)
"""Customers who order after the moment, and send the same request again after the restore."""
NOTICED_SECONDS = 30.0
CONFIRMED_SECONDS = 60.0
STREAM_SECONDS = 10.0
TRIES = 20


async def run(scene: DrillContext) -> None:
    backup = PhysicalBackup(scene.stage)
    await asyncio.to_thread(backup.archive)
    await scene.stage.supervisor.restart("postgres")
    await asyncio.to_thread(backup.take)
    scene.say("  a base backup is taken, and verified")
    await scene.load.until_accepted(20)
    cancelled = await scene.load.order(REPEATED[0])
    await _comes_to(scene, cancelled, REPEATED[0], "confirmed")

    marked = time.monotonic()
    moment = await asyncio.to_thread(backup.moment)
    keys = [str(uuid4()) for _ in REPEATED]
    before = [await scene.load.order(customer, key=key) for customer, key in zip(REPEATED, keys, strict=True)]
    await scene.load.cancel(cancelled or "", REPEATED[0])
    await _comes_to(scene, cancelled, REPEATED[0], "cancelled")
    for customer, order_id in zip(REPEATED, before, strict=True):
        await _comes_to(scene, order_id, customer, "confirmed")
    await scene.load.until_accepted(30)

    async with scene.broken(f"PostgreSQL's files are lost, and restored to {moment}"):
        newest = await _lost(scene, backup)
        await asyncio.to_thread(backup.restore, moment)
        scene.undone.append(Undone(marked, time.monotonic()))
        await scene.stage.supervisor.resume("postgres")
        scene.engine.dispose()
        await _noticed(scene)
        meanwhile = await scene.load.order()
        await _comes_to(scene, meanwhile, 0, "confirmed")
        scene.say("  an order that was placed since is confirmed")
        await _settle(scene)
    await _starts_over(scene, newest)
    for customer, key, order_id in zip(REPEATED, keys, before, strict=True):
        again = await scene.load.order(customer, key=key)
        if again in (None, order_id):
            scene.findings.append((f"its request, repeated after the restore, was answered with {again}", order_id))
    await _comes_to(scene, cancelled, REPEATED[0], "cancelled")
    await scene.load.finish()
    settled, said = await reconcile(scene.stage, "--settle")
    if not settled:
        scene.findings.append((f"there is still something to reconcile: {said}", None))


async def _lost(scene: DrillContext, backup: PhysicalBackup) -> Cursor:
    """The archive gets what is committed; then the server is killed. Returns the cursor of the newest event before."""
    newest, segment = await asyncio.to_thread(backup.finish_segment)
    await scene.until(lambda: backup.is_archived(segment), f"the archive to have {segment}")
    scene.stage.kill("postgres")
    await scene.stage.supervisor.halt("postgres")
    return newest


async def _comes_to(scene: DrillContext, order_id: str | None, customer: int, status: str) -> None:
    """Returns when its customer sees the order in this state. Raises TimeoutError."""
    if order_id is None:
        raise RuntimeError("an order of the drill was not accepted")
    deadline = time.monotonic() + CONFIRMED_SECONDS
    while (found := await scene.load.status_of(order_id, customer)) != status:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the order {order_id} is {found}, not {status}, after {CONFIRMED_SECONDS:.0f} s")
        await asyncio.sleep(0.1)


async def _noticed(scene: DrillContext) -> None:
    """Returns when the relay refuses to publish, or reports that it does not."""
    deadline = time.monotonic() + NOTICED_SECONDS
    while (refusal := (await asyncio.to_thread(read, scene.engine)).refusal) is None:
        if time.monotonic() > deadline:
            scene.findings.append(("the relay did not refuse to publish", None))
            return
        await asyncio.sleep(0.2)
    scene.say(f"  the relay refuses: {refusal}")


async def _settle(scene: DrillContext) -> None:
    """Returns when everything is settled, or reports what is not. An order under way asks for its charge itself."""
    settled, said = await reconcile(scene.stage)
    scene.say("  pedidos reconcile has compared")
    if settled:
        scene.findings.append((f"there was nothing to reconcile: {said}", None))
    for _ in range(TRIES):
        settled, said = await reconcile(scene.stage, "--settle")
        for line in said.splitlines():
            if not line.startswith("    "):
                scene.say(f"  {line}")
        if settled:
            return
    scene.findings.append((f"it could not be settled: {said}", None))


async def _starts_over(scene: DrillContext, newest: Cursor) -> None:
    """A client of a live stream that had seen the newest event is told to start over."""
    token = await scene.load.sign_in(OPERATOR)
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": f"{newest.txid}-{newest.seq}"}
    told = []
    async with scene.load.session.get("/v1/events", headers=headers) as answer:
        try:
            async with asyncio.timeout(STREAM_SECONDS):
                async for line in answer.content:
                    told.append(line.decode().strip())
                    if told[-1] == "event: reset":
                        return
        except TimeoutError:
            scene.findings.append(
                (f"a client of before was not told to start over: {answer.status}, {told[:10]}", None)
            )


DRILL = Drill(
    "restored",
    breaks=Sentence(
        "PostgreSQL's files are lost and restored from a backup to an earlier moment, while Kafka and the gateway have "
        "gone on."
    ),
    weak=Sentence(
        "Running numbers are given to other events, customers have paid for orders that are gone, and nothing says so."
    ),
    run=run,
    orders=250,
    rate=12.0,
)

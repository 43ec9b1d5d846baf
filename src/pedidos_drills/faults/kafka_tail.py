"""Kafka loses records that it has acknowledged: its folder is reset to its state of some seconds earlier, as after a
power failure that lost the page cache. Once under load, and once when no more orders arrive."""

import asyncio
import shutil
import time
from pathlib import Path

from pedidos.sentence import Sentence
from pedidos.storage.engine import make_engine
from pedidos.storage.figures import read
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.evidence import read_topic, stored_event
from pedidos_drills.sql.stored import everything
from pedidos_local import kafka

LOST_SECONDS = 8.0
"""The age of the folder that Kafka gets back: Linux writes its page cache to the disk after up to thirty seconds."""
WHOLE_SECONDS = 30.0
"""After this time Kafka must have everything again."""


async def run(scene: DrillContext) -> None:
    (node,) = kafka.nodes(scene.stage.settings)
    data = node.folder / kafka.DATA
    for load_goes_on in (True, False):
        await scene.load.until_accepted(30)
        kept = await asyncio.to_thread(_copy, data, node.folder / f"kept-{load_goes_on}")
        before = await asyncio.to_thread(_published, scene)
        await asyncio.sleep(LOST_SECONDS)
        if not load_goes_on:
            await scene.load.finish()
            await _quiet(scene)
        async with scene.broken(f"Kafka's folder is reset to its state of {LOST_SECONDS:.0f} s before, or longer"):
            scene.stage.kill("kafka")
            await scene.stage.supervisor.halt("kafka")
            await asyncio.to_thread(_put_back, kept, data)
            await scene.stage.supervisor.resume("kafka")
        await _until_whole(scene)
        lost = await asyncio.to_thread(_published, scene) - before
        scene.say(f"  about {lost} events were published meanwhile")
        if not lost:
            scene.findings.append(("nothing was published that Kafka could have lost", None))
        order_id = await scene.load.order()
        told = await scene.load.follow(order_id or "")
        if "event: order.confirmed" not in told:
            scene.findings.append((f"its live stream did not show how it ended: {told[-200:]!r}", order_id))


def _copy(data: Path, kept: Path) -> Path:
    """Copies the folder while Kafka writes to it; leaves out files that vanish meanwhile."""
    kept.mkdir()
    for source in sorted(data.rglob("*")):
        target = kept / source.relative_to(data)
        try:
            if source.is_dir():
                target.mkdir(exist_ok=True)
            else:
                shutil.copyfile(source, target)
        except FileNotFoundError:
            continue
    return kept


def _put_back(kept: Path, data: Path) -> None:
    shutil.rmtree(data)
    kept.rename(data)


async def _until_whole(scene: DrillContext) -> None:
    """Returns when Kafka has every event that the log had at the start of the check, or reports that it does not in
    time."""
    engine = make_engine(scene.stage.settings, "kafka-tail")
    began = time.monotonic()
    try:
        wanted = {stored_event(row) for row in (await asyncio.to_thread(everything, engine))["events"]}
        missing = wanted
        while missing and time.monotonic() - began < WHOLE_SECONDS:
            found, _ = await asyncio.to_thread(read_topic, scene.stage.settings, engine)
            missing = wanted.difference(found)
    finally:
        engine.dispose()
    if missing:
        scene.findings.append((f"Kafka lacked {len(missing)} events {WHOLE_SECONDS:.0f} s after it was back", None))
    else:
        scene.say(f"  it had all {len(wanted)} events again after {time.monotonic() - began:.1f} s")


async def _quiet(scene: DrillContext) -> None:
    """Returns when no order is in flight and everything is published: no new event will reveal a loss."""
    engine = make_engine(scene.stage.settings, "kafka-tail")
    try:
        for _ in range(600):
            found = await asyncio.to_thread(read, engine)
            if not found.unpublished and found.oldest_waiting is None:
                return
            await asyncio.sleep(0.1)
    finally:
        engine.dispose()
    raise TimeoutError("orders were still in progress after 60 s")


def _published(scene: DrillContext) -> int:
    engine = make_engine(scene.stage.settings, "kafka-tail")
    try:
        return read(engine).published
    finally:
        engine.dispose()


DRILL = Drill(
    "kafka-tail",
    breaks=Sentence(
        "Kafka loses the records of the last seconds that it had acknowledged: under load, and when all is quiet."
    ),
    weak=Sentence("Those events are never published again: consumers miss them, and orders make no progress."),
    run=run,
    orders=400,
    rate=15.0,
    recovers_within=30.0,
)

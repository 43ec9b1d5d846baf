"""A transaction that has written an order's event early commits it late, behind events with higher numbers."""

import asyncio
import time

from sqlalchemy import Connection, Engine

from pedidos.sentence import Sentence
from pedidos.storage import figures
from pedidos.storage.engine import make_engine
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import place_on
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.faults.own_order import note, order_of
from pedidos_drills.sql.observed import process_id

HELD_SECONDS = 5.0
OVERTAKING = 15
"""Number of orders that must be placed meanwhile: their events have higher numbers and are committed earlier."""


async def run(scene: DrillContext) -> None:
    engine = make_engine(scene.stage.settings, "late-commit")
    try:
        for number in range(3):
            await scene.load.until_accepted(10)
            async with scene.broken(f"an order's transaction stays open for {HELD_SECONDS:.0f} s"):
                await _placed_late(scene, engine, number)
    finally:
        engine.dispose()


async def _placed_late(scene: DrillContext, engine: Engine, number: int) -> None:
    order = order_of(scene.load.customer_id(number))
    began = time.monotonic()
    accepted_before = len(scene.load.accepted)
    with engine.connect() as connection, connection.begin():
        (placed,) = await asyncio.to_thread(place_on, connection, [order])
        if not isinstance(placed, Placed):
            raise placed
        await asyncio.sleep(HELD_SECONDS)
        await _is_named(scene, engine, connection)
        overtaken_by = len(scene.load.accepted) - accepted_before
    note(scene, order, placed, began)
    if overtaken_by < OVERTAKING:
        raise RuntimeError(f"only {overtaken_by} orders overtook the one whose transaction stayed open")


async def _is_named(scene: DrillContext, engine: Engine, holder: Connection) -> None:
    """Checks that the status names the transaction that holds up publishing."""
    pid = process_id(holder)
    named = (await asyncio.to_thread(figures.read, engine)).held_up_by
    scene.say(f"  held up by {'; '.join(named) or 'nothing'}")
    if not any(each.startswith(f"pid {pid},") for each in named):
        scene.findings.append((f"the transaction that holds up publishing, of pid {pid}, is not named: {named}", None))


DRILL = Drill(
    "late-commit",
    breaks=Sentence(
        "A transaction takes its place in the event log and commits five seconds later, after younger events."
    ),
    weak=Sentence("The relay has passed its place, and never publishes the event: the order waits forever."),
    run=run,
    orders=500,
    rate=25.0,
)

"""A transaction gets its id and is forgotten, in another database of the server and in the platform's."""

import asyncio
import time

from sqlalchemy import Engine

from pedidos.errors import DatabaseUnavailable
from pedidos.sentence import Sentence
from pedidos.storage import figures
from pedidos.storage.engine import make_engine
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import place_on
from pedidos_drills.drill import Drill, DrillContext
from pedidos_drills.faults.own_order import note, order_of
from pedidos_drills.sql.aged import TAKE_NUMBER, take_number
from pedidos_drills.sql.holding import taken

HELD_SECONDS = 8.0
PUBLISHED_SECONDS = 2.0
"""Maximum time until an event is published, whatever is locked."""
CONFIRMED_SECONDS = 3.0
"""Maximum time for an order: less than the watchdog needs to find an order whose event was not published."""
LOOK_SECONDS = 0.1


async def run(scene: DrillContext) -> None:
    engine = make_engine(scene.stage.settings, "forgotten")
    try:
        for database, where in (("postgres", "another database"), (None, "the platform's database")):
            await scene.load.until_accepted(10)
            async with (
                taken(scene.stage.settings, TAKE_NUMBER, database=database),
                scene.broken(f"a transaction in {where} is forgotten for {HELD_SECONDS:.0f} s"),
                scene.bystanders(f"a transaction in {where} is forgotten", within=CONFIRMED_SECONDS),
            ):
                await _watch(scene, engine, where)
        await scene.load.until_accepted(10)
        async with scene.broken("a transaction is forgotten, and then places an order"):
            await _goes_on(scene, engine)
    finally:
        engine.dispose()


async def _watch(scene: DrillContext, engine: Engine, where: str) -> None:
    """Records a finding if an event is not published in time."""
    longest, until = 0.0, time.monotonic() + HELD_SECONDS
    while time.monotonic() < until:
        found = await asyncio.to_thread(figures.read, engine)
        longest = max(longest, found.unpublished_seconds or 0.0)
        await asyncio.sleep(LOOK_SECONDS)
    scene.say(f"  longest time unpublished: {longest:.2f} s")
    if longest > PUBLISHED_SECONDS:
        finding = f"an event stayed unpublished for {longest:.1f} s, while a transaction in {where} was forgotten"
        scene.findings.append((finding, None))


async def _goes_on(scene: DrillContext, engine: Engine) -> None:
    """When the relay has passed the transaction, the transaction places an order; if it is refused, a new one does."""
    order = order_of(scene.load.customer_id(0))
    began = time.monotonic()
    with engine.connect() as connection:
        take_number(connection)
        before = (await asyncio.to_thread(figures.read, engine)).published
        until = began + HELD_SECONDS
        while time.monotonic() < until and (await asyncio.to_thread(figures.read, engine)).published < before + 20:
            await asyncio.sleep(LOOK_SECONDS)
        try:
            (placed,) = await asyncio.to_thread(place_on, connection, [order])
        except DatabaseUnavailable:
            connection.rollback()
            scene.say("  refused, and repeated in a new transaction")
            (placed,) = await asyncio.to_thread(place_on, connection, [order])
        connection.commit()
    if not isinstance(placed, Placed):
        raise placed
    note(scene, order, placed, began)


DRILL = Drill(
    "forgotten-transaction",
    breaks=Sentence(
        "A transaction with an id is forgotten: in another database, then in ours; the last one then writes."
    ),
    weak=Sentence("Nothing is published while it is open; or the relay passes it, and misses what it then writes."),
    run=run,
    orders=700,
    rate=25.0,
    recovers_within=20.0,
)

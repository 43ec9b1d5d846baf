"""Orders that are declined, and orders that are cancelled after payment: what comes back, and who says so."""

import asyncio
import random
import time

from pedidos.storage.engine import make_engine
from pedidos_classroom.experiments import shared_ledger
from pedidos_classroom.experiments.measures.claim import claim
from pedidos_classroom.experiments.running import PATIENCE_SECONDS, RATE, settled
from pedidos_classroom.experiments.sampling import Sampling
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.load import Load, Mix
from pedidos_drills.recovery import recovery
from pedidos_drills.sql import shared
from pedidos_local import credentials
from pedidos_local.layout import Layout
from pedidos_local.settings import PlatformSettings

ORDERS = 60
MIX = Mix(("tok_ok", "tok_ok", "tok_declined"), cancelled=0.5)

UNDONE = ("declined", "cancelled")


async def carry_out(settings: PlatformSettings, teller: Teller) -> None:
    """Tells how many orders were undone, and the ledger's verdicts on what came back."""
    passwords = credentials.read(Layout.of(settings).secrets_file).accounts
    engine = make_engine(settings.as_owner(), "experiment")
    seed = random.randrange(1_000_000)  # noqa: S311  # decides what is ordered, and is no secret
    load = Load(str(settings.public_url), settings.ca_file, passwords, seed, settings.trace_key)
    try:
        began = await shared_ledger.start(settings, engine, time.time())
        async with load, Sampling(settings, load, teller):
            teller.step("ordering")
            load.start(ORDERS, RATE, MIX)
            await load.placed_all()
            await load.finish()
            teller.step("recovering")
            ended = await recovery(
                engine, "sagas", time.monotonic(), set(load.accepted), PATIENCE_SECONDS, PATIENCE_SECONDS
            )
            await settled(engine, load)
            teller.step("judging")
            verdicts = await shared_ledger.verdicts(settings, engine, began, load.answers, ended)
        states = await asyncio.to_thread(shared.states, engine, set(load.accepted))
    finally:
        engine.dispose()
    undone = {name: states.get(name, 0) for name in UNDONE}
    teller.verdicts([claim("some_undone", undone, holds=all(undone.values())), *verdicts])

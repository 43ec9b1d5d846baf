"""Carries out a card on the running platform: customers order, something breaks and is undone, the ledger judges."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import Engine

from pedidos.errors import Transient
from pedidos.storage.engine import make_engine
from pedidos_classroom.control import Control, NotPossible, Unreachable
from pedidos_classroom.experiments import shared_ledger
from pedidos_classroom.experiments.card import THEN_SECONDS, Card, Step
from pedidos_classroom.experiments.sampling import Sampling
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.load import Load, Mix
from pedidos_drills.recovery import recovery
from pedidos_drills.sql import shared
from pedidos_drills.sql.stored import everything_of
from pedidos_local import credentials
from pedidos_local.layout import Layout
from pedidos_local.settings import PlatformSettings

RATE = 6.0
"""Orders per second: five customers stay far below the limit of an account."""

BEFORE_SECONDS, AFTER_SECONDS = 5.0, 4.0
"""How long everything works, so that the plot shows it."""

PATIENCE_SECONDS = 150.0
RENEW_SECONDS = 2.0
LEASE_SECONDS = 10.0
LOOK_SECONDS = 0.2


class Trouble(Exception):
    """What kept the experiment from being carried out. The message is for the page."""


async def carry_out(card: Card, step: Step, settings: PlatformSettings, teller: Teller) -> None:
    """Tells every step, figures once a second, and at the end the verdicts. Raises Trouble."""
    control = Control.at(settings.state_dir, card.owner, "an experiment", LEASE_SECONDS)
    engine = make_engine(settings.as_owner(), "experiment")
    passwords = credentials.read(Layout.of(settings).secrets_file).accounts
    seed = random.randrange(1_000_000)  # noqa: S311  # decides what is ordered, and is no secret
    load = Load(str(settings.public_url), settings.ca_file, passwords, seed, settings.trace_key)
    try:
        began = await shared_ledger.start(settings, engine, time.time())
        async with load, Sampling(settings, load, teller):
            teller.step("ordering")
            load.start(round(RATE * BEFORE_SECONDS), RATE, Mix(card.tokens, 0.0))
            await asyncio.sleep(BEFORE_SECONDS)
            ended = await _broken(control, [step, *([card.then] if card.then else [])], teller)
            judged = asyncio.create_task(
                recovery(engine, card.name, ended, set(load.accepted), card.recovers_within, PATIENCE_SECONDS)
            )
            await asyncio.sleep(AFTER_SECONDS)
            await load.finish()
            teller.step("recovering")
            recovered = await judged
            await settled(engine, load)
            teller.step("judging")
            found = await shared_ledger.verdicts(settings, engine, began, load.answers, recovered)
            again = await asyncio.to_thread(shared.asked_again, engine, load.accepted)
        teller.verdicts(found, recovered.seconds, recovered.within, asked_again=again)
    except (NotPossible, Unreachable) as refusal:
        raise Trouble(str(refusal)) from refusal
    finally:
        engine.dispose()


async def _broken(control: Control, steps: Sequence[Step], teller: Teller) -> float:
    """Causes the faults one after the other, and returns when they are over, with that moment (time.monotonic())."""
    async with _renewed(control):
        try:
            for step in steps:
                if step is not steps[0]:
                    await asyncio.sleep(THEN_SECONDS)
                await asyncio.to_thread(control.cause, step.act, step.target, step.seconds, step.detail)
                teller.tell(step="broken", what=step.target, act=step.act)
            while any(fault.owner == control.owner for fault in (await asyncio.to_thread(control.board)).faults):
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await asyncio.to_thread(control.undo_own)
    teller.step("mended")
    return time.monotonic()


@asynccontextmanager
async def _renewed(control: Control) -> AsyncIterator[None]:
    """Inside, the faults of the experiment stay until their end. If this process dies, its lease ends."""

    async def renew() -> None:
        while True:
            await asyncio.to_thread(control.renew)
            await asyncio.sleep(RENEW_SECONDS)

    renewing = asyncio.create_task(renew(), name="renew")
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])


async def settled(engine: Engine, load: Load) -> None:
    """Returns when every payment of the orders is settled and their last orders have ended; or when the patience is
    over, and the ledger says what is left."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        left = await recovery(engine, "the last orders", time.monotonic(), set(load.accepted), 0.0, PATIENCE_SECONDS)
        try:
            unsettled = await asyncio.to_thread(_unsettled, engine, load)
        except Transient:
            unsettled = True
        if left.seconds is not None and not unsettled:
            return
        await asyncio.sleep(LOOK_SECONDS)


def _unsettled(engine: Engine, load: Load) -> bool:
    return bool(everything_of(engine, [UUID(order) for order in load.accepted], [])["unsettled"])

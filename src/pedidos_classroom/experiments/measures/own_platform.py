"""A second platform beside the running one, for an experiment that the running one must not feel."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from pedidos.storage.engine import make_engine
from pedidos_classroom.experiments.running import Trouble
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.drill import DrillContext
from pedidos_drills.load import Load
from pedidos_drills.place import NoPorts, stage_folder
from pedidos_drills.platform import DrillPlatform
from pedidos_drills.recovery import recovery
from pedidos_local.settings import PlatformSettings

PATIENCE_SECONDS = 150.0


@dataclass(frozen=True, slots=True)
class Stage:
    """load: customers of this platform. scene: what drills do with it."""

    platform: DrillPlatform
    load: Load
    engine: Engine
    scene: DrillContext

    @property
    def settings(self) -> PlatformSettings:
        return self.platform.settings

    async def until_done(self, began: float) -> float:
        """Returns when no accepted order is in flight, with the seconds since `began` (time.monotonic()). Raises
        Trouble."""
        found = await recovery(self.engine, "the orders", began, set(self.load.accepted), 0.0, PATIENCE_SECONDS)
        if found.seconds is None:
            raise Trouble(f"After {PATIENCE_SECONDS:.0f} s there are orders that have not come to their end.")
        return found.seconds


@asynccontextmanager
async def own_platform(teller: Teller, **changes: Any) -> AsyncIterator[Stage]:
    """changes: settings of this platform. Raises Trouble if it does not start."""
    teller.step("starting")
    try:
        with stage_folder() as (folder, port_base):
            async with DrillPlatform(folder, port_base, changes) as platform:
                settings = platform.settings
                engine = make_engine(settings, "experiment")
                seed = random.randrange(1_000_000)  # noqa: S311  # decides what is ordered, and is no secret
                accounts = platform.credentials.accounts
                try:
                    async with Load(str(settings.public_url), settings.ca_file, accounts, seed) as load:
                        scene = DrillContext(platform, load, engine, lambda _: None)
                        yield Stage(platform, load, engine, scene)
                finally:
                    engine.dispose()
    except (NoPorts, ExceptionGroup) as failure:
        raise Trouble(f"A platform of its own could not be started: {failure}") from failure
    finally:
        await asyncio.get_running_loop().shutdown_default_executor()

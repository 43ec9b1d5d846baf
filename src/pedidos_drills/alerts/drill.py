"""A drill of alerts: what it causes, and which alerts that must make fire."""

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import Engine

from pedidos.payments.access import authorization
from pedidos_drills.load import Load
from pedidos_drills.platform import DrillPlatform

SPEED = 60.0
"""An hour of a rule lasts a minute."""


class CannotRun(Exception):
    """This machine lacks what a cause needs; the message says what."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The tools of a cause. engine: connected as the role that owns the tables."""

    stage: DrillPlatform
    load: Load
    engine: Engine

    @asynccontextmanager
    async def halted(self, name: str) -> AsyncIterator[None]:
        """Inside the context, the program does not run."""
        await self.stage.supervisor.halt(name)
        try:
            yield
        finally:
            await self.stage.supervisor.resume(name)

    @asynccontextmanager
    async def suspended(self, name: str) -> AsyncIterator[None]:
        """Inside the context, the program is stopped (SIGSTOP), with its children."""
        self.stage.kill(name, signal.SIGSTOP)
        try:
            yield
        finally:
            self.stage.kill(name, signal.SIGCONT)

    @asynccontextmanager
    async def gateway_faults(self, **faults: object) -> AsyncIterator[None]:
        """Inside the context, the gateway simulator has these faults."""
        await self._set_faults(faults)
        try:
            yield
        finally:
            await self._set_faults({})

    async def _set_faults(self, faults: dict[str, object]) -> None:
        settings = self.stage.settings
        async with (
            ClientSession(str(settings.gateway_url), headers=authorization(settings.gateway_admin_key)) as session,
            session.put("/v1/faults", json=faults) as answer,
        ):
            answer.raise_for_status()


Cause = Callable[[Scene], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class AlertDrill:
    """cause: what must make the alerts fire lasts as long as its context; afterwards they must end. rate: orders per
    second meanwhile. speed: by how much windows and waits are shorter. changes: settings that its platform must
    have."""

    name: str
    alerts: tuple[str, ...]
    cause: Cause
    rate: float = 2.0
    speed: float = SPEED
    changes: dict[str, Any] = field(default_factory=dict)

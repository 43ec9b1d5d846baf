"""A program that is halted stays away, also when it had just died, until it is resumed."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from pedidos_local.layout import Layout
from pedidos_local.settings import LocalSettings
from pedidos_local.supervisor import Kind, Refused, Supervisor
from pedidos_local.supervisor_events import Journal
from tests.integration.local.platforms import program

AWAY_SECONDS = 1.5
"""Longer than the supervisor waits before it starts something again that has died once."""


def state(supervisor: Supervisor) -> object:
    return supervisor.facts()[0]["state"]


def test_halt_and_resume(tmp_path: Path) -> None:
    layout = Layout.of(LocalSettings(state_dir=tmp_path))
    layout.make()

    async def scene() -> None:
        journal = Journal()
        supervisor = Supervisor([Kind("store", 0, lambda n: program(layout, "store", n))], layout, journal)
        try:
            await supervisor.start()
            pid = supervisor.facts()[0]["pid"]
            assert isinstance(pid, int)
            os.kill(pid, signal.SIGKILL)
            await supervisor.halt("store-1")
            await asyncio.sleep(AWAY_SECONDS)
            assert state(supervisor) == "stopped"
            await supervisor.resume("store-1")
            assert state(supervisor) == "running"
            with pytest.raises(Refused, match="There is no process shop"):
                await supervisor.halt("shop")
        finally:
            await supervisor.stop()
            journal.close()

    asyncio.run(scene())

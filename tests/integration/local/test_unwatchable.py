"""A program that cannot be checked or watched, for lack of processes or by our mistake, is still kept running."""

import asyncio
import errno
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pedidos_local import child as keeping
from pedidos_local.layout import Layout
from pedidos_local.program import Program
from pedidos_local.settings import LocalSettings
from pedidos_local.spawning import spawn
from pedidos_local.supervisor import Kind, Supervisor
from pedidos_local.supervisor_events import Journal
from tests.integration.local.platforms import alive, program

NO_FORK = BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
"""What asking pg_isready ends with when the machine has no more processes."""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout.of(LocalSettings(state_dir=tmp_path))
    layout.make()
    return layout


def store(layout: Layout, answers: Iterator[Exception | bool]) -> Program:
    """Asked whether it serves, it says or raises these one after the other; what it says itself when they are over."""
    steady = program(layout, "store", 1)

    def ready() -> bool:
        answer = next(answers, None)
        if isinstance(answer, Exception):
            raise answer
        return steady.ready() if answer is None else answer

    return replace(steady, ready=ready)


def supervised(layout: Layout, kept: Program, scene: Callable[[Supervisor], Awaitable[None]]) -> None:
    async def play() -> None:
        supervisor = Supervisor([Kind("store", 0, lambda _: kept)], layout, Journal())
        try:
            await supervisor.start()
            await scene(supervisor)
        finally:
            await supervisor.stop()

    asyncio.run(play())


def test_one_that_cannot_be_asked_is_asked_again(layout: Layout) -> None:
    async def scene(supervisor: Supervisor) -> None:
        (facts,) = supervisor.facts()
        assert (facts["state"], facts["restarts"]) == ("running", 0)

    supervised(layout, store(layout, iter([NO_FORK, NO_FORK])), scene)


def test_one_that_cannot_be_watched_is_ended_and_started_again(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    pids: list[int] = []

    async def noted(*given: Any) -> asyncio.subprocess.Process:
        process = await spawn(*given)
        pids.append(process.pid)
        return process

    monkeypatch.setattr(keeping, "spawn", noted)

    async def scene(supervisor: Supervisor) -> None:
        (facts,) = supervisor.facts()
        assert (facts["state"], facts["restarts"]) == ("running", 1)
        assert facts["last_exit"] == "could not be watched: ValueError: no such answer"
        first, second = pids
        assert facts["pid"] == second
        assert not alive(first)

    supervised(layout, store(layout, iter([ValueError("no such answer")])), scene)


@pytest.mark.parametrize("error", [NO_FORK, ValueError("no such answer")])
def test_of_one_that_cannot_be_asked_status_says_that_it_does_not_answer(layout: Layout, error: Exception) -> None:
    async def scene(supervisor: Supervisor) -> None:
        assert await supervisor.responsive() == {"store-1": False}
        assert await supervisor.responsive() == {"store-1": True}

    supervised(layout, store(layout, iter([True, error, True])), scene)

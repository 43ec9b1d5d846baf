"""The figures of an experiment, once a second: what its customers got, and where the rest waits."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine

from pedidos.domain.order import IN_FLIGHT, Status
from pedidos.errors import Transient
from pedidos.processes.pipeline_figures import PipelineFigures
from pedidos.storage.engine import make_engine
from pedidos_classroom.experiments.telling import Teller
from pedidos_drills.load import Load
from pedidos_drills.sql import shared
from pedidos_local.settings import PlatformSettings

SECONDS = 1.0
PATIENCE_SECONDS = 1.0
"""For one look into the database."""

PAID_ON = frozenset({Status.CONFIRMED, Status.PREPARING, Status.ON_ITS_WAY, Status.DELIVERED})


class Sampling:
    """Use as an async context manager: inside, figures are told. A figure is None while its server does not answer."""

    def __init__(self, settings: PlatformSettings, load: Load, teller: Teller) -> None:
        self._load = load
        self._teller = teller
        self._engine: Engine = make_engine(settings, "experiment", PATIENCE_SECONDS)
        self._figures = PipelineFigures(settings)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Sampling":
        self._task = asyncio.create_task(self._sample(), name="sampling")
        return self

    async def __aexit__(self, *raised: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await asyncio.to_thread(self._figures.close)
        self._engine.dispose()

    async def _sample(self) -> None:
        while True:
            look = asyncio.create_task(asyncio.sleep(SECONDS))
            at, accepted, answers = self._teller.now(), set(self._load.accepted), len(self._load.answers)
            states, figures = await asyncio.gather(self._states(accepted), asyncio.to_thread(self._figures.read))
            self._teller.figures(at, told(len(accepted), answers, states, figures))
            await look

    async def _states(self, accepted: set[str]) -> dict[str, int] | None:
        with suppress(Transient):
            return await asyncio.to_thread(shared.states, self._engine, accepted)
        return None


def told(accepted: int, answers: int, states: dict[str, int] | None, figures: dict[str, Any]) -> dict[str, int | None]:
    """The figures for the page. accepted, confirmed, ended: since the beginning. waiting: orders in flight now. lag:
    records that wait on Kafka. queued: messages in the task broker. unpublished: events that are not on Kafka yet."""
    in_flight = None if states is None else sum(count for name, count in states.items() if Status(name) in IN_FLIGHT)
    confirmed = None if states is None else sum(count for name, count in states.items() if Status(name) in PAID_ON)
    relay = figures["database"].get("relay")
    return {
        "accepted": accepted,
        "answers": answers,
        "confirmed": confirmed,
        "waiting": in_flight,
        "lag": _sum(figures["kafka_lag"]),
        "queued": _sum(figures["queues"]),
        "unpublished": None if relay is None else relay["behind"],
    }


def _sum(part: dict[str, Any]) -> int | None:
    return None if "unavailable" in part else sum(value for value in part.values() if isinstance(value, int))

"""The steps as a worker runs them, with deaths at named points and with transactions that began long ago."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Barrier
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import begun, committed, points_of
from pedidos.domain.steps import NEXT, Step
from pedidos.payments.gateway_client import GatewayClient
from pedidos.settings.groups import StepSettings
from pedidos.steps.execution.isolate import isolated
from pedidos.storage.orders.stalled import note_error
from pedidos.wiring.steps import make_steps
from pedidos_drills.simulation.gateway import SimulatedGateway
from pedidos_drills.sql.aged import take_number

POINTS = {step: points_of(step) for step in Step}
"""Where the worker that runs a step may die."""

SETTINGS = StepSettings(charge_lease_seconds=300.0)
"""Leases end when the simulation advances time, not by the clock."""

PATIENCE_SECONDS = 30.0


class Death(BaseException):
    """The process died here. Not an Exception, so that no step can catch it."""


class Deaths:
    """Replaces crash_points.reach: dies at the armed point, once."""

    def __init__(self) -> None:
        self.armed: str | None = None

    def reach(self, point: str) -> None:
        if point == self.armed:
            self.armed = None
            raise Death(point)


class AgeableEngine:
    """An engine whose next transaction can be one that began, and got its id, long ago."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._old: Connection | None = None
        self.use_old = False

    @property
    def has_old(self) -> bool:
        return self._old is not None

    def age(self) -> None:
        """Begins the transaction that the next begin() after use_old was set will give."""
        self._old = self._engine.connect()
        self._old.begin()
        take_number(self._old)

    def begin(self) -> AbstractContextManager[Connection]:
        if self.use_old and self._old is not None:
            self.use_old = False
            connection, self._old = self._old, None
            return _finished(connection)
        return self._engine.begin()

    def connect(self) -> Connection:
        return self._engine.connect()

    def forget_old(self) -> None:
        """Rolls the old transaction back."""
        self.use_old = False
        if self._old is not None:
            self._old.close()
            self._old = None


@contextmanager
def _finished(connection: Connection) -> Iterator[Connection]:
    with connection:
        yield connection
        connection.commit()


class Worker:
    """Runs steps as pedidos.processes.worker.step_runner does, without Celery."""

    def __init__(self, engine: AgeableEngine, gateway: SimulatedGateway, deaths: Deaths) -> None:
        self._engine = cast(Engine, engine)
        self._deaths = deaths
        self._steps = make_steps(SETTINGS, self._engine, cast(GatewayClient, gateway), "worker-1")
        self.errors: list[str] = []

    def run(self, step: Step, order_ids: Sequence[UUID]) -> Iterator[tuple[Step, list[UUID]]]:
        """Runs the step; yields the hints that it sends. Raises Death."""
        self._deaths.reach(begun(step))
        for moved in isolated(self._steps[step], order_ids, lambda bad, error: self._report(step, bad, error)):
            self._deaths.reach(committed(step))
            if moved and step in NEXT:
                yield NEXT[step].step, moved

    def run_twice(self, step: Step, order_ids: Sequence[UUID]) -> list[tuple[Step, list[UUID]]]:
        """Two workers run the step for the same orders at the same moment; returns the hints of both, as one."""
        start = Barrier(2)

        def run() -> list[UUID]:
            start.wait(PATIENCE_SECONDS)
            return [order_id for _, moved in self.run(step, order_ids) for order_id in moved]

        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(run) for _ in range(2)]
        moved = sorted({order_id for each in both for order_id in each.result()})
        return [(NEXT[step].step, moved)] if moved and step in NEXT else []

    def _report(self, step: Step, order_id: UUID, error: Exception) -> None:
        self.errors.append(f"{step}: {_first_line(error)}")
        note_error(self._engine, order_id, f"{step}: {type(error).__name__}: {_first_line(error)}")


def _first_line(error: Any) -> str:
    return (str(error).splitlines() or [""])[0]

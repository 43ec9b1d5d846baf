"""The steps as a worker runs them, with deaths at named points and with transactions that began long ago."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Barrier
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Engine

from pedidos.crash_points import begun, committed, points_of
from pedidos.domain.steps import NEXT, Step
from pedidos.payments.port import PaymentProvider
from pedidos.settings.groups.orders import StepSettings
from pedidos.steps.execution.isolate import isolated
from pedidos.steps.execution.moved import RunStep
from pedidos.storage.orders.stalled import note_error
from pedidos.wiring.steps import make_steps
from pedidos_drills.simulation.gateway import SimulatedGateway
from pedidos_drills.sql.aged import take_number

POINTS = {step: points_of(step) for step in Step}
"""Where the worker that runs a step may die."""

TOGETHER = (*points_of(Step.VALIDATE), *points_of(Step.CHARGE), committed(Step.CONFIRM))
"""The same if it opens and closes orders in two commits. The deaths of a compensation have other steps too."""

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

    def get_execution_options(self) -> Mapping[str, Any]:
        return self._engine.get_execution_options()

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
    """Runs steps as pedidos.processes.worker.step_runner does, without Celery. fused: whether steps share commits."""

    def __init__(self, engine: AgeableEngine, gateway: SimulatedGateway, deaths: Deaths, *, fused: bool) -> None:
        self._engine = cast(Engine, engine)
        self._gateway = gateway
        self._deaths = deaths
        self.fused = fused
        self._settings = SETTINGS.model_copy(update={"fused_steps": fused})
        self.errors: list[str] = []
        self.start()

    def start(self) -> None:
        """Forgets what the process knew, as after a death."""
        self._steps = make_steps(self._settings, self._engine, cast(PaymentProvider, self._gateway), "worker-1")

    def points(self, step: Step) -> tuple[str, ...]:
        """Where it may die in this step."""
        return TOGETHER if step is Step.VALIDATE and self.fused else POINTS[step]

    def run(
        self, step: Step, order_ids: Sequence[UUID], run_step: RunStep | None = None
    ) -> Iterator[tuple[Step, list[UUID]]]:
        """Runs the step; yields the hints that it sends. Raises Death."""
        self._deaths.reach(begun(step))
        run_step = run_step or self._steps[step]
        for moved in isolated(run_step, order_ids, lambda bad, error: self._report(step, bad, error)):
            for done in moved.steps:
                self._deaths.reach(committed(done))
            following = NEXT.get(moved.steps[-1])
            if not moved.order_ids or following is None:
                continue
            if moved.go_on is not None:
                yield from self.run(following.step, moved.order_ids, moved.go_on)
            else:
                yield following.step, moved.order_ids

    def run_twice(self, step: Step, order_ids: Sequence[UUID]) -> list[tuple[Step, list[UUID]]]:
        """Two workers run the step for the same orders at the same moment; returns the hints of both, by step."""
        start = Barrier(2)

        def run() -> list[tuple[Step, list[UUID]]]:
            start.wait(PATIENCE_SECONDS)
            return list(self.run(step, order_ids))

        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(run) for _ in range(2)]
        hinted: dict[Step, set[UUID]] = {}
        for each in both:
            for following, moved in each.result():
                hinted.setdefault(following, set()).update(moved)
        return [(following, sorted(hinted[following])) for following in Step if following in hinted]

    def _report(self, step: Step, order_id: UUID, error: Exception) -> None:
        self.errors.append(f"{step}: {_first_line(error)}")
        note_error(self._engine, order_id, f"{step}: {type(error).__name__}: {_first_line(error)}")


def _first_line(error: Any) -> str:
    return (str(error).splitlines() or [""])[0]

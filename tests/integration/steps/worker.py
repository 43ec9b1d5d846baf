"""A worker's child process, without Celery, and what it commits together."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.steps import Step
from pedidos.payments.port import PaymentProvider
from pedidos.processes.worker.step_runner import StepRunner
from pedidos.settings.groups.orders import StepSettings
from pedidos.wiring.steps import make_steps
from tests.integration.steps.line import BY
from tests.integration.steps.scripted import ScriptedGateway
from tests.support.tables import rows

SETTINGS = StepSettings(charge_patience_seconds=1)


class Worker:
    """A worker's child process. hinted: what it left to others."""

    def __init__(self, engine: Engine, gateway: ScriptedGateway, settings: StepSettings = SETTINGS) -> None:
        self.hinted: list[tuple[Step, list[UUID]]] = []
        steps = make_steps(settings, engine, cast(PaymentProvider, gateway), BY)
        self._runner = StepRunner(steps, engine, lambda step, ids: self.hinted.append((step, sorted(ids))))

    def run(self, step: Step, order_ids: Sequence[UUID]) -> None:
        self._runner.run(step, order_ids)


def commits(engine: Engine, order_id: UUID) -> list[list[int]]:
    """The versions that each transaction wrote, in the sequence of the log."""
    found: dict[str, list[int]] = {}
    in_the_log = "select txid::text as txid, version from order_events e where order_id = :id order by e.txid, seq"
    for row in rows(engine, in_the_log, id=order_id):
        found.setdefault(row.txid, []).append(row.version)
    return list(found.values())

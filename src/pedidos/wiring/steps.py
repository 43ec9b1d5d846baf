"""The steps, ready to run, and the gateway that they ask."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.payment import PaymentTerms
from pedidos.domain.steps import Step
from pedidos.payments.gateway_client import GatewayClient
from pedidos.processes.worker.step_runner import RunStep
from pedidos.settings.groups import GatewaySettings, PaymentSettings, StepSettings
from pedidos.steps.charge import charge
from pedidos.steps.confirm import confirm
from pedidos.steps.execution.avoiding import Avoided, leave
from pedidos.steps.expire import expire
from pedidos.steps.reserve import reserve
from pedidos.steps.unaccepted import end_unaccepted
from pedidos.steps.undo import undo
from pedidos.steps.validate import validate


def make_steps(settings: StepSettings, engine: Engine, gateway: GatewayClient, by: str) -> dict[Step, RunStep]:
    """All steps, ready to run. by: the name of this worker in timelines."""
    avoided = Avoided()

    def passing_over(order_ids: Sequence[UUID], step: Callable[[Sequence[UUID]], list[UUID]]) -> list[UUID]:
        """Runs the step for the orders that want no held stock, and leaves the others for later."""
        moved, left = avoided.run(engine, order_ids, step)
        leave(engine, left)
        return moved

    def run_validate(order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        yield validate(engine, order_ids, by)

    def run_reserve(order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        yield passing_over(order_ids, lambda free: reserve(engine, free, by))

    def run_charge(order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        return charge(
            engine,
            gateway,
            order_ids,
            by,
            patience_seconds=settings.charge_patience_seconds,
            lease_seconds=settings.charge_lease_seconds,
            avoided=avoided,
        )

    def run_confirm(order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        yield passing_over(order_ids, lambda free: confirm(engine, free, by))

    def run_undo(order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        undo(
            engine,
            gateway,
            order_ids,
            by,
            patience_seconds=settings.charge_timeout_seconds,
            lease_seconds=settings.charge_lease_seconds,
        )
        yield []

    def run_expire(order_ids: Sequence[UUID]) -> Iterator[list[UUID]]:
        def expire_free(free: Sequence[UUID]) -> list[UUID]:
            expire(engine, free, by, terms_of(settings))
            end_unaccepted(engine, free, by, settings.acceptance_seconds)
            return []

        yield passing_over(order_ids, expire_free)

    return {
        Step.VALIDATE: run_validate,
        Step.RESERVE: run_reserve,
        Step.CHARGE: run_charge,
        Step.CONFIRM: run_confirm,
        Step.UNDO: run_undo,
        Step.EXPIRE: run_expire,
    }


def terms_of(settings: PaymentSettings) -> PaymentTerms:
    """The time limits of an unpaid order."""
    return PaymentTerms(deadline=settings.payment_deadline_seconds, limit=settings.payment_limit_seconds)


def make_gateway(settings: GatewaySettings) -> GatewayClient:
    """The client of the payment gateway."""
    return GatewayClient(
        str(settings.gateway_url),
        settings.charge_timeout_seconds,
        key=settings.gateway_key,
        ca_file=settings.gateway_ca_file,
    )

"""The steps, ready to run, and the gateway that they ask."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.fusing import CLOSING, OPENING, OneByOne, are_neighbours
from pedidos.domain.payment import PaymentTerms
from pedidos.domain.steps import Step
from pedidos.payments.gateway_client import GatewayClient
from pedidos.payments.intents_client import IntentsClient
from pedidos.payments.port import PaymentProvider
from pedidos.settings.groups.orders import GatewaySettings, PaymentSettings, StepSettings
from pedidos.steps import fused
from pedidos.steps.charge import Asking, ask, charge, record_captured
from pedidos.steps.confirm import confirm
from pedidos.steps.execution.avoiding import Avoided, leave
from pedidos.steps.execution.moved import Moved, RunStep
from pedidos.steps.expire import expire
from pedidos.steps.refund_parts import refund_parts
from pedidos.steps.release import release
from pedidos.steps.reserve import reserve
from pedidos.steps.unaccepted import end_unaccepted
from pedidos.steps.undo import undo
from pedidos.steps.validate import validate


def make_steps(settings: StepSettings, engine: Engine, gateway: PaymentProvider, by: str) -> dict[Step, RunStep]:
    """All steps, ready to run. by: the name of this worker in timelines."""
    avoided = Avoided()
    closes = settings.fused_steps and are_neighbours(CLOSING)
    asking = Asking(
        settings.charge_patience_seconds,
        settings.charge_lease_seconds,
        terms_of(settings),
        avoided,
        partial(fused.close_together, avoided=avoided) if closes else record_captured,
    )

    def passing_over(order_ids: Sequence[UUID], step: Callable[[Sequence[UUID]], list[UUID]]) -> list[UUID]:
        """Runs the step for the orders that want no held stock, and leaves the others for later."""
        moved, left = avoided.run(engine, order_ids, step)
        leave(engine, left)
        return moved

    def run_validate(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        yield Moved(validate(engine, order_ids, by), (Step.VALIDATE,))

    def run_opening(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        if asking.tempo.slow:
            fused.count(OneByOne.SLOW, len(order_ids))
            yield from run_validate(order_ids)
            return
        opened = fused.open_together(engine, order_ids, by, settings.charge_lease_seconds, avoided)
        begun = {attempt.order_id: attempt for attempt in opened.attempts}

        def go_on(some: Sequence[UUID]) -> Iterator[Moved]:
            return ask(engine, gateway, [begun[order_id] for order_id in some], by, asking)

        if begun:
            yield Moved(list(begun), OPENING[:-1], go_on)
        if opened.left:
            yield from run_validate(opened.left)

    def run_reserve(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        yield Moved(passing_over(order_ids, lambda free: reserve(engine, free, by)), (Step.RESERVE,))

    def run_charge(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        return charge(engine, gateway, order_ids, by, asking)

    def run_confirm(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        yield Moved(passing_over(order_ids, lambda free: confirm(engine, free, by)), (Step.CONFIRM,))

    def run_undo(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        limits = {
            "patience_seconds": settings.charge_timeout_seconds,
            "lease_seconds": settings.charge_lease_seconds,
        }
        refund_parts(engine, gateway, order_ids, by, **limits)  # parts come first: then, what is left is known
        undo(engine, gateway, order_ids, by, **limits)
        yield Moved([], (Step.UNDO,))

    def run_expire(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        def expire_free(free: Sequence[UUID]) -> list[UUID]:
            expire(engine, free, by, terms_of(settings))
            end_unaccepted(engine, free, by, settings.acceptance_seconds)
            release(engine, free, by)
            return []

        yield Moved(passing_over(order_ids, expire_free), (Step.EXPIRE,))

    return {
        Step.VALIDATE: run_opening if settings.fused_steps and are_neighbours(OPENING) else run_validate,
        Step.RESERVE: run_reserve,
        Step.CHARGE: run_charge,
        Step.CONFIRM: run_confirm,
        Step.UNDO: run_undo,
        Step.EXPIRE: run_expire,
    }


def terms_of(settings: PaymentSettings) -> PaymentTerms:
    """The time limits of an unpaid order."""
    return PaymentTerms(deadline=settings.payment_deadline_seconds, limit=settings.payment_limit_seconds)


ADAPTERS: Mapping[str, type[GatewayClient] | type[IntentsClient]] = {
    "charges": GatewayClient,
    "intents": IntentsClient,
}
"""By PEDIDOS_PAYMENT_PROVIDER."""


def make_gateway(settings: GatewaySettings) -> PaymentProvider:
    """The client of the payment gateway."""
    return ADAPTERS[settings.payment_provider](
        str(settings.gateway_url),
        settings.charge_timeout_seconds,
        key=partial(settings.now, "gateway_key"),
        ca_file=settings.gateway_ca_file,
    )

"""Orders of one customer on their way through the steps, with a scripted gateway."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, takewhile
from typing import cast
from uuid import UUID

from sqlalchemy import Engine

from pedidos.domain.payment import PaymentTerms
from pedidos.domain.steps import ENTRY, PIPELINE, Step
from pedidos.payments.port import PaymentProvider
from pedidos.processes.worker.step_runner import StepRunner
from pedidos.settings.groups.orders import StepSettings
from pedidos.steps.charge import Asking, charge
from pedidos.steps.confirm import confirm
from pedidos.steps.execution.moved import Moved
from pedidos.steps.expire import expire
from pedidos.steps.refund_parts import refund_parts
from pedidos.steps.reserve import reserve
from pedidos.steps.undo import undo
from pedidos.steps.validate import validate
from pedidos.wiring.steps import make_steps
from tests.integration.steps.scripted import ScriptedGateway
from tests.support.shop import Product, place_order

BY = "worker-1"
LEASE = 60.0
AT_ONCE = PaymentTerms(deadline=0.0, limit=0.0)
"""Who waits for payment expires."""
TERMS = PaymentTerms(deadline=300.0, limit=4 * 3600.0)


UNCHARGED = ENTRY[Step.CHARGE]
"""Where an order is that waits to be charged."""

RunStep = Callable[[Sequence[UUID]], list[UUID]]
"""Does a step for these orders; returns those that it moved on."""


def steps_of(engine: Engine, gateway: ScriptedGateway) -> dict[Step, RunStep]:
    """Every step as its module has it, without what the wiring does for stock that is held."""

    def run_charge(order_ids: Sequence[UUID]) -> list[UUID]:
        return [*chain(*(moved.order_ids for moved in charge(engine, gateway, order_ids, BY, Asking(1, LEASE, TERMS))))]

    def run_undo(order_ids: Sequence[UUID]) -> list[UUID]:
        undo(engine, gateway, order_ids, BY, patience_seconds=1, lease_seconds=LEASE)
        return []

    def run_expire(order_ids: Sequence[UUID]) -> list[UUID]:
        expire(engine, order_ids, BY, AT_ONCE)
        return []

    return {
        Step.VALIDATE: lambda order_ids: validate(engine, order_ids, BY),
        Step.RESERVE: lambda order_ids: reserve(engine, order_ids, BY),
        Step.CHARGE: run_charge,
        Step.CONFIRM: lambda order_ids: confirm(engine, order_ids, BY),
        Step.UNDO: run_undo,
        Step.EXPIRE: run_expire,
    }


def together(engine: Engine, gateway: ScriptedGateway) -> dict[Step, RunStep]:
    """Every step as a worker runs it that opens and closes orders in one commit each, with what follows at once."""
    settings = StepSettings(charge_patience_seconds=1, charge_lease_seconds=LEASE)
    steps = make_steps(settings, engine, cast(PaymentProvider, gateway), BY)

    def run_expire(order_ids: Sequence[UUID]) -> Iterator[Moved]:
        expire(engine, order_ids, BY, AT_ONCE)
        return iter(())

    runner = StepRunner({**steps, Step.EXPIRE: run_expire}, engine, lambda _step, _order_ids: None)

    def bound(step: Step) -> RunStep:
        def run(order_ids: Sequence[UUID]) -> list[UUID]:
            runner.run(step, order_ids)
            return []

        return run

    return {step: bound(step) for step in Step}


class Line:
    """Orders of one customer, and the steps that move them on."""

    def __init__(self, engine: Engine, gateway: ScriptedGateway, customer: UUID) -> None:
        self.engine = engine
        self.gateway = gateway
        self.customer = customer
        self._steps = steps_of(engine, gateway)

    def placed(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return [place_order(self.engine, self.customer, product, quantity).order_id for _ in range(count)]

    def validated(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._come_to(Step.RESERVE, product, quantity, count)

    def uncharged(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._come_to(Step.CHARGE, product, quantity, count)

    def paid(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._come_to(Step.CONFIRM, product, quantity, count)

    def confirmed(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._come_to(None, product, quantity, count)

    def charge(self, order_ids: Sequence[UUID], lease_seconds: float = LEASE) -> list[UUID]:
        """The orders that were paid by this."""
        groups = charge(self.engine, self.gateway, order_ids, BY, Asking(1, lease_seconds, TERMS))
        return [order_id for moved in groups for order_id in moved.order_ids]

    def undo(self, order_ids: Sequence[UUID], lease_seconds: float = LEASE) -> None:
        undo(self.engine, self.gateway, order_ids, BY, patience_seconds=1, lease_seconds=lease_seconds)

    def refund(self, order_ids: Sequence[UUID], lease_seconds: float = LEASE) -> None:
        """Asks for the refunds in part that are due."""
        refund_parts(self.engine, self.gateway, order_ids, BY, patience_seconds=1, lease_seconds=lease_seconds)

    def _come_to(self, step: Step | None, product: Product, quantity: int, count: int) -> list[UUID]:
        """Orders that wait for this step; None: that have done with all of them."""
        return self.through(self.placed(product, quantity, count), step)

    def through(self, order_ids: Sequence[UUID], step: Step | None = None) -> list[UUID]:
        """Orders that were placed, when they wait for this step; None: when they have done with all of them."""
        moved = list(order_ids)
        for each in takewhile(lambda each: each.step is not step, PIPELINE):
            moved = sorted(self._steps[each.step](moved))
            assert len(moved) == len(order_ids)
        return moved

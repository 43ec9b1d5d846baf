"""The steps, bound to the database and to a scripted gateway."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlalchemy import Engine

from pedidos.domain.payment import PaymentTerms
from pedidos.steps.charge import charge
from pedidos.steps.confirm import confirm
from pedidos.steps.reserve import reserve
from pedidos.steps.undo import undo
from pedidos.steps.validate import validate
from tests.integration.steps.scripted import ScriptedGateway
from tests.support.shop import Product, place_order

BY = "worker-1"
LEASE = 60.0
AT_ONCE = PaymentTerms(deadline=0.0, limit=0.0)
"""Who waits for payment expires."""


class Line:
    """Orders of one customer, and the steps that move them on."""

    def __init__(self, engine: Engine, gateway: ScriptedGateway, customer: UUID) -> None:
        self.engine = engine
        self.gateway = gateway
        self.customer = customer

    def placed(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return [place_order(self.engine, self.customer, product, quantity).order_id for _ in range(count)]

    def validated(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._all(validate(self.engine, self.placed(product, quantity, count), BY), count)

    def reserved(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._all(reserve(self.engine, self.validated(product, quantity, count), BY), count)

    def paid(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._all(self.charge(self.reserved(product, quantity, count)), count)

    def confirmed(self, product: Product, quantity: int = 1, count: int = 1) -> list[UUID]:
        return self._all(confirm(self.engine, self.paid(product, quantity, count), BY), count)

    def charge(self, order_ids: Sequence[UUID], lease_seconds: float = LEASE) -> list[UUID]:
        """The orders that were paid by this."""
        groups = charge(self.engine, self.gateway, order_ids, BY, patience_seconds=1, lease_seconds=lease_seconds)
        return [order_id for group in groups for order_id in group]

    def undo(self, order_ids: Sequence[UUID], lease_seconds: float = LEASE) -> None:
        undo(self.engine, self.gateway, order_ids, BY, patience_seconds=1, lease_seconds=lease_seconds)

    def _all(self, moved: list[UUID], count: int) -> list[UUID]:
        assert len(moved) == count
        return sorted(moved)


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
def line(engine: Engine, gateway: ScriptedGateway, customer: UUID) -> Line:
    return Line(engine, gateway, customer)

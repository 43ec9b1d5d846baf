"""An order that a drill places in a transaction of its own, and that counts as one of the load's."""

import hashlib
import time
from uuid import UUID, uuid4

from pedidos.setup.demo import PIZZERIA, demo_id
from pedidos.storage.orders.placed import Placed
from pedidos.storage.orders.placing import NewOrder
from pedidos_drills.drill import DrillContext
from pedidos_drills.ledger.records import Answered


def order_of(customer: str) -> NewOrder:
    """One pizza, under a key that is new."""
    key = str(uuid4())
    return NewOrder(
        customer_id=UUID(customer),
        merchant_id=PIZZERIA,
        items=[(demo_id(101), 1)],
        payment_token="tok_ok",  # noqa: S106  # the simulator's name for a card that pays
        idempotency_key=key,
        request_hash=hashlib.sha256(key.encode()).digest(),
    )


def note(scene: DrillContext, order: NewOrder, placed: Placed, began: float) -> None:
    """From now on the ledger expects the order. began: when it was asked for (time.monotonic())."""
    at = time.monotonic()
    answer = Answered(order.idempotency_key, str(order.customer_id), 202, str(placed.order_id), at, at - began)
    scene.load.note(answer)

"""Places orders one after the other, as the limits of an account expect of a process."""

from threading import Lock

from sqlalchemy import Engine

from pedidos.domain.order_limits import OrderLimiter, OrderLimits
from pedidos.settings.processes import WebSettings
from pedidos.storage.orders.placed import Placed, RowHeld
from pedidos.storage.orders.placing import NewOrder, place

TURN_SECONDS = 1.0
"""Longest wait for the orders before. It occupies a thread meanwhile, and there are few."""


class Placing:
    """Places the orders of the pages."""

    def __init__(self, engine: Engine, settings: WebSettings) -> None:
        self._engine = engine
        self._kept_hours = settings.idempotency_hours
        self._limiter = OrderLimiter(
            OrderLimits(settings.orders_per_minute, settings.unpaid_orders, settings.unpaid_units)
        )
        self._turn = Lock()

    def place(self, order: NewOrder) -> Placed:
        """Makes the order durable. Raises a subclass of PlacingRefused."""
        if not self._turn.acquire(timeout=TURN_SECONDS):
            raise RowHeld
        try:
            return place(self._engine, order, self._kept_hours, self._limiter)
        finally:
            self._turn.release()

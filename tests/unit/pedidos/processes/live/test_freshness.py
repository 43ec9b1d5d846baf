"""Which orders count for how late a confirmation is seen."""

from uuid import UUID

import pytest

from pedidos.domain.cursor import Cursor
from pedidos.messaging.codec import Attributes, PublishedEvent
from pedidos.processes.live.frames import LiveEvent
from pedidos.processes.live.freshness import measure
from pedidos.telemetry.catalogue.orders import ORDERS_SEEN_SECONDS


def confirmed(order: UUID, **detail: str) -> LiveEvent:
    attributes = Attributes(shard=0, number=1, cursor=Cursor(1, 1), log="", order_id=order, version=6)
    body = {"occurred_at": "2026-11-30T12:00:00+00:00", "detail": detail}
    return LiveEvent(PublishedEvent(attributes, "order.confirmed", "confirmed", order, order, body), 0)


def test_an_order_for_later_was_not_awaited_since_it_was_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    monkeypatch.setattr(ORDERS_SEEN_SECONDS, "observe", seen.append)
    accepted = UUID(int=1_000_000 << 80)  # at 1000 s
    measure([confirmed(accepted), confirmed(accepted, scheduled_for="2026-12-01T12:00:00+00:00")], 1003.0)
    assert seen == [3.0]

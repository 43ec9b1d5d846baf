"""An order is awaited until the platform has nothing left to do with it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from pedidos.domain.order import Status, event_type
from pedidos.processes.relay.awaited import MOST, Awaited
from pedidos.storage.event_log.events import LoggedEvent


def event(order_id: UUID, status: Status) -> LoggedEvent:
    some = uuid4()
    now = datetime.now(UTC)
    return LoggedEvent(1, 1, order_id, 1, event_type(status), status, some, some, {}, None, now)


def test_an_order_is_awaited_until_it_is_settled() -> None:
    awaited = Awaited()
    assert not awaited
    one, other = uuid4(), uuid4()
    awaited.note([event(one, Status.RECEIVED), event(other, Status.RECEIVED), event(one, Status.CHARGING)])
    awaited.note([event(other, Status.REJECTED)])
    assert awaited
    awaited.note([event(one, Status.PAID), event(one, Status.CONFIRMED)])
    assert not awaited
    awaited.note([event(one, Status.PREPARING)])
    assert not awaited


def test_the_number_of_orders_is_limited() -> None:
    awaited = Awaited()
    awaited.note([event(uuid4(), Status.RECEIVED) for _ in range(MOST + 1)])
    assert not awaited

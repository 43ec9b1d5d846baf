"""Kafka records and rows of the log become the same server-sent events; what is not an event is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from kafka.consumer.fetcher import ConsumerRecord

from pedidos.domain.access import Role
from pedidos.domain.cursor import Cursor
from pedidos.domain.seen import Seen
from pedidos.messaging.codec import InvalidRecord, OrderEvent, encode
from pedidos.processes.live import frames
from pedidos.storage.event_log.events import LoggedEvent

ORDER, CUSTOMER, MERCHANT = (UUID(int=n) for n in (1, 2, 3))
AT = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)


def record(
    status: str = "delivered", shard: int = 0, timestamp: int = 0, detail: dict[str, str] | None = None
) -> ConsumerRecord:
    event = OrderEvent(
        order_id=ORDER,
        version=2,
        type=f"order.{status}",
        status=status,
        customer_id=CUSTOMER,
        merchant_id=MERCHANT,
        occurred_at=AT,
        detail={"note": "a\nb"} if detail is None else detail,
    )
    key, value, headers = encode(event, shard=shard, number=7, cursor=Cursor(12, 34))
    return ConsumerRecord("events", 0, -1, 7, timestamp, 0, key, value, headers, None, 0, 0, 0)


def fields(frame: bytes) -> dict[str, str]:
    lines = frame.decode().split("\n")
    assert lines[-2:] == ["", ""]
    return dict(line.split(": ", 1) for line in lines[:-2])


def test_record() -> None:
    live = frames.of_record(record(timestamp=1_767_323_045_009))
    assert (live.number, live.cursor, live.final) == (7, Cursor(12, 34), True)
    shown = fields(live.frame(Role.OPERATOR))
    assert (shown["id"], shown["event"]) == ("12-34", "order.delivered")
    data = orjson.loads(shown["data"])
    assert data.pop("published_at") == "2026-01-02T03:04:05.009Z"
    row = LoggedEvent(12, 34, ORDER, 2, "order.delivered", "delivered", CUSTOMER, MERCHANT, {"note": "a\nb"}, None, AT)
    logged = fields(frames.of_logged(Role.OPERATOR, row))
    assert (logged["id"], logged["event"], orjson.loads(logged["data"])) == ("12-34", "order.delivered", data)


@pytest.mark.parametrize(("viewer", "told"), [(Role.CUSTOMER, "platform"), (Role.OPERATOR, "worker-7@host")])
def test_each_role_is_told_its_own_author(viewer: Role, told: str) -> None:
    by = {"by": "worker-7@host"}
    live = frames.of_record(record(detail=by))
    for _ in range(2):
        assert orjson.loads(fields(live.frame(viewer))["data"])["detail"] == {"by": told}
    assert orjson.loads(fields(live.frame(Role.MERCHANT))["data"])["detail"] == {"by": "platform"}
    row = LoggedEvent(12, 34, ORDER, 2, "order.delivered", "delivered", CUSTOMER, MERCHANT, by, None, AT)
    assert orjson.loads(fields(frames.of_logged(viewer, row))["data"])["detail"] == {"by": told}


def test_a_timestamp_that_is_no_time() -> None:
    with pytest.raises(InvalidRecord):
        frames.of_record(record(timestamp=-(2**62)))


def test_only_end_states_are_final() -> None:
    assert not frames.of_record(record("confirmed")).final
    assert frames.of_record(record("cancelled")).final


@pytest.mark.parametrize(
    "foreign",
    [record()._replace(headers=[]), record("paid\\ndata: x")],
)
def test_what_is_no_event(foreign: ConsumerRecord) -> None:
    with pytest.raises(InvalidRecord):
        frames.of_record(foreign)


def test_an_identifier_has_no_data() -> None:
    assert frames.identifier(Seen(Cursor(12, 34))) == b"id: 12-34\n\n"


def test_with_several_shards_the_id_says_how_far_each_is() -> None:
    live = replace(frames.of_record(record(shard=2)), fronts=(Cursor(9, 1), Cursor(12, 34)))
    early, late = (fields(live.frame(Role.OPERATOR, base=base)) for base in (Cursor(8, 0), Cursor(11, 0)))
    assert (early.pop("id"), late.pop("id")) == ("9-1.2.1-12-34", "11-0.2.1-12-34")
    assert early == late
    row = LoggedEvent(12, 30, ORDER, 2, "order.delivered", "delivered", CUSTOMER, MERCHANT, {}, None, AT)
    seen = Seen(Cursor(9, 1), 2, ((1, Cursor(12, 34)),))
    assert fields(frames.of_logged(Role.OPERATOR, row, seen=seen))["id"] == "12-30.2.1-12-34"
    assert frames.identifier(seen) == b"id: 9-1.2.1-12-34\n\n"

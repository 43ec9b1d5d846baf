"""Kafka records and rows of the log become the same server-sent events; what is not an event is refused."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from pedidos.domain.cursor import Cursor
from pedidos.messaging.codec import Headers, InvalidRecord, OrderEvent, encode
from pedidos.processes.live import frames
from pedidos.storage.event_log.events import LoggedEvent

ORDER, CUSTOMER, MERCHANT = (UUID(int=n) for n in (1, 2, 3))
AT = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)


def record(status: str = "delivered", position: str = "0/7") -> tuple[bytes, Headers]:
    event = OrderEvent(
        order_id=ORDER,
        version=2,
        type=f"order.{status}",
        status=status,
        customer_id=CUSTOMER,
        merchant_id=MERCHANT,
        occurred_at=AT,
        detail={"note": "a\nb"},
    )
    _, value, headers = encode(event, position, "12-34", None)
    return value, headers


def fields(frame: bytes) -> dict[str, str]:
    lines = frame.decode().split("\n")
    assert lines[-2:] == ["", ""]
    return dict(line.split(": ", 1) for line in lines[:-2])


def test_record() -> None:
    number, event = frames.of_record(*record(), 1_767_323_045_009)
    assert (number, event.cursor, event.final) == (7, Cursor(12, 34), True)
    assert (event.order_id, event.customer_id, event.merchant_id) == (str(ORDER), str(CUSTOMER), str(MERCHANT))
    shown = fields(event.frame)
    assert (shown["id"], shown["event"]) == ("12-34", "order.delivered")
    data = orjson.loads(shown["data"])
    assert data.pop("published_at") == "2026-01-02T03:04:05.009Z"
    row = LoggedEvent(12, 34, ORDER, 2, "order.delivered", "delivered", CUSTOMER, MERCHANT, {"note": "a\nb"}, None, AT)
    logged = fields(frames.of_logged(row))
    assert (logged["id"], logged["event"], orjson.loads(logged["data"])) == ("12-34", "order.delivered", data)


def test_a_timestamp_that_is_no_time() -> None:
    with pytest.raises(InvalidRecord):
        frames.of_record(*record(), -(2**62))


def test_only_end_states_are_final() -> None:
    assert not frames.of_record(*record("confirmed"), 0)[1].final
    assert frames.of_record(*record("cancelled"), 0)[1].final


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"", record()[1]),
        (None, record()[1]),
        (b"[]", record()[1]),
        (b"{}", record()[1]),
        (b"\xff", record()[1]),
        (record()[0], []),
        (record()[0], [("cursor", None), ("position", b"0/7")]),
        (record()[0], record(position="1/7")[1]),
        (record()[0], record(position="0/-1")[1]),
        (record("paid\\ndata: x")[0], record()[1]),
        (orjson.dumps({**orjson.loads(record()[0]), "order_id": 1}), record()[1]),
    ],
)
def test_poison(value: bytes | None, headers: Headers) -> None:
    with pytest.raises(InvalidRecord):
        frames.of_record(value, headers, 0)


def test_an_identifier_has_no_data() -> None:
    assert frames.identifier(Cursor(12, 34)) == b"id: 12-34\n\n"

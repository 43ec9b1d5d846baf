"""The envelope of an event, and what the bridge makes of records that are none."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pedidos.messaging.codec import SOURCE, InvalidRecord, OrderEvent, encode, order_placed

finite = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | finite | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
events = st.builds(
    OrderEvent,
    order_id=st.uuids(),
    version=st.integers(1, 2**31 - 1),
    type=st.sampled_from(["order.placed", "order.validated", "order.refunded"]),
    status=st.sampled_from(["received", "validated", "cancelled"]),
    customer_id=st.uuids(),
    merchant_id=st.uuids(),
    occurred_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    detail=st.dictionaries(st.text(), json_values, max_size=4),
)


@given(events, st.integers(1, 2**63), st.integers(0, 2**64), st.none() | st.just("00-0af7651916cd43dd-b7ad6b71-01"))
def test_what_is_encoded_can_be_read_back(event: OrderEvent, number: int, txid: int, traceparent: str | None) -> None:
    key, value, headers = encode(event, f"0/{number}", f"{txid}-7", traceparent)
    read = json.loads(value)
    assert key == str(event["order_id"]).encode()
    assert {UUID(read[name]) for name in ("order_id", "customer_id", "merchant_id")} == {
        event["order_id"],
        event["customer_id"],
        event["merchant_id"],
    }
    assert (read["version"], read["type"], read["status"]) == (event["version"], event["type"], event["status"])
    assert datetime.fromisoformat(read["occurred_at"]) == event["occurred_at"]
    assert read["detail"] == event["detail"]
    named = dict(headers)
    assert len(named) == len(headers)
    assert named["ce_specversion"] == b"1.0"
    assert named["ce_id"] == f"{event['order_id']}/{event['version']}".encode()
    assert named["ce_type"] == f"br.pedidos.{event['type']}".encode()
    assert named["ce_source"] == SOURCE.encode()
    assert named["content-type"] == b"application/json"
    assert named["position"] == f"0/{number}".encode()
    assert named["cursor"] == f"{txid}-7".encode()
    assert named.get("traceparent") == (traceparent.encode() if traceparent else None)


@given(events)
def test_only_a_placed_order_is_understood(event: OrderEvent) -> None:
    key, value, headers = encode(event, "0/1", "1-1", None)
    if event["type"] == "order.placed":
        assert order_placed(key, value, headers) == event["order_id"]
    else:
        with pytest.raises(InvalidRecord, match="type"):
            order_placed(key, value, headers)


PLACED = ("ce_type", b"br.pedidos.order.placed")
ORDER_ID = uuid4()
KEY = str(ORDER_ID).encode()
VALUE = orjson.dumps({"order_id": str(ORDER_ID)})

garbage = st.none() | st.binary(max_size=40) | json_values.map(orjson.dumps) | st.just(VALUE)
header_lists = st.lists(
    st.just(PLACED) | st.tuples(st.sampled_from(["ce_type", "x", ""]), st.none() | st.binary(max_size=30)), max_size=4
)


@given(st.none() | st.binary(max_size=40) | st.just(KEY), garbage, header_lists)
@example(KEY, VALUE, [("ce_type", None)])
@example(KEY, VALUE, [("ce_type", b"\x00")])
@example(KEY, b"[" * 100_000, [PLACED])
@example(KEY, b'{"order_id": [1]}', [PLACED])
@example(KEY, b'{"order_id": 1e999}', [PLACED])
@example(KEY, b'{"order_id": {"a": 1}}', [PLACED])
@example(KEY, b'"order_id"', [PLACED])
@example(KEY, b'{"order_id": "\\ud800"}', [PLACED])
@example(None, VALUE, [PLACED])
def test_garbage_is_not_understood_and_nothing_worse(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    try:
        assert order_placed(key, value, headers) == ORDER_ID
    except InvalidRecord as problem:
        # The reason goes into a text column and a header: it is printable, and short.
        assert str(problem).isprintable()  # noqa: PT017  # either outcome is right
        assert len(str(problem)) < 500  # noqa: PT017


@pytest.mark.parametrize(
    ("key", "value", "headers", "reason"),
    [
        (KEY, VALUE, [], "The type is missing"),
        (KEY, VALUE, [("ce_type", b"br.pedidos.order.paid")], "br.pedidos.order.paid"),
        (KEY, b"{", [PLACED], "not JSON"),
        (KEY, None, [PLACED], "not JSON"),
        (KEY, b"{}", [PLACED], "no order_id"),
        (KEY, b'{"order_id": "17"}', [PLACED], "no order_id"),
        (b"another", VALUE, [PLACED], "key"),
        (None, VALUE, [PLACED], "key"),
    ],
)
def test_the_reason_says_what_is_wrong(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]], reason: str
) -> None:
    with pytest.raises(InvalidRecord, match=reason):
        order_placed(key, value, headers)


@given(st.binary(min_size=1, max_size=2000))
def test_a_foreign_type_is_told_in_few_printable_words(kind: bytes) -> None:
    with pytest.raises(InvalidRecord) as problem:
        order_placed(KEY, VALUE, [("ce_type", b"x" + kind)])
    assert str(problem.value).isprintable()
    assert len(str(problem.value)) < 500

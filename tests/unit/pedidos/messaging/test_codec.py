"""An event is read back as it was encoded; a record that is none is refused, with a reason that can be shown."""

import json
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pedidos.domain.cursor import Cursor
from pedidos.messaging.codec import (
    SOURCE,
    Attributes,
    Headers,
    InvalidRecord,
    OrderEvent,
    decode,
    decode_attributes,
    decode_placed,
    encode,
)
from pedidos.messaging.record_batches import Record
from pedidos.messaging.topics import EVENTS, PLACED

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


def record(key: bytes | None, value: bytes | None, headers: object, topic: str = PLACED) -> Record:
    return Record(topic, key, value, headers)  # type: ignore[arg-type]  # whatever comes


@given(events, st.integers(1, 2**63), st.integers(0, 2**64), st.none() | st.just("00-0af7651916cd43dd-b7ad6b71-01"))
def test_listeners_can_read_what_is_encoded(event: OrderEvent, number: int, txid: int, traceparent: str | None) -> None:
    key, value, headers = encode(event, shard=0, number=number, cursor=Cursor(txid, 7), traceparent=traceparent)
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


@given(events, st.integers(1, 2**59), st.integers(0, 2**62), st.sampled_from(["", "0123456789abcdef"]))
def test_what_is_encoded_is_decoded(event: OrderEvent, number: int, txid: int, log: str) -> None:
    key, value, headers = encode(event, shard=3, number=number, cursor=Cursor(txid, 7), log=log)
    read = decode(record(key, value, headers, EVENTS))
    assert read.attributes == Attributes(3, number, Cursor(txid, 7), log, event["order_id"], event["version"])
    assert read.attributes == decode_attributes(record(key, None, headers, EVENTS))
    assert (read.order_id, read.version) == (event["order_id"], event["version"])
    assert (read.type, read.status) == (event["type"], event["status"])
    assert (read.customer_id, read.merchant_id) == (event["customer_id"], event["merchant_id"])
    assert read.body == json.loads(value)


EVENT = OrderEvent(
    order_id=UUID(int=1),
    version=2,
    type="order.paid",
    status="paid",
    customer_id=UUID(int=2),
    merchant_id=UUID(int=3),
    occurred_at=datetime(2026, 1, 2, tzinfo=UTC),
    detail={},
)
ENCODED = record(*encode(EVENT, shard=0, number=42, cursor=Cursor(700, 3), log="0123456789abcdef"), EVENTS)


def with_header(name: str, value: bytes | None) -> Headers:
    """The headers of an event, one of them changed."""
    return list({**dict(ENCODED.headers), name: value}.items())  # type: ignore[arg-type]  # as Kafka gives them


def with_member(name: str, value: object) -> bytes:
    """The value of an event, one member of it changed."""
    return orjson.dumps({**orjson.loads(ENCODED.value or b""), name: value})


def test_members_that_are_not_known_are_kept() -> None:
    assert decode(ENCODED._replace(value=with_member("tip_cents", 200))).body["tip_cents"] == 200


@pytest.mark.parametrize(
    ("foreign", "reason"),
    [
        (ENCODED._replace(headers=[]), "which event"),
        (ENCODED._replace(headers=with_header("position", None)), "which event"),
        (ENCODED._replace(headers=with_header("position", b"0/-1")), "which event"),
        (ENCODED._replace(headers=with_header("position", b"0/" + b"9" * 40)), "which event"),
        (ENCODED._replace(headers=with_header("cursor", b"700")), "which event"),
        (ENCODED._replace(headers=with_header("ce_id", b"\xff")), "which event"),
        (ENCODED._replace(headers=with_header("log", b"not an id")), "which event"),
        (ENCODED._replace(headers=with_header("ce_id", b"-" * 36 + b"/2"), key=b"-" * 36), "not a UUID"),
        (ENCODED._replace(headers=with_header("ce_id", f"{UUID(int=1)}/3".encode())), "another event"),
        (ENCODED._replace(key=None), "key"),
        (ENCODED._replace(key=b"another"), "key"),
        (ENCODED._replace(value=None), "not JSON"),
        (ENCODED._replace(value=b"\xff"), "not JSON"),
        (ENCODED._replace(value=b"[]"), "not a JSON object"),
        (ENCODED._replace(value=b"{}"), "another event"),
        (ENCODED._replace(value=with_member("order_id", 1)), "another event"),
        (ENCODED._replace(value=with_member("version", 3)), "another event"),
        (ENCODED._replace(value=with_member("type", "order.paid\ndata: x")), "type"),
        (ENCODED._replace(value=with_member("type", 7)), "type"),
        (ENCODED._replace(value=with_member("status", None)), "status"),
        (ENCODED._replace(value=with_member("detail", None)), "detail"),
        (ENCODED._replace(value=with_member("customer_id", "7")), "customer_id"),
        (ENCODED._replace(value=with_member("merchant_id", [])), "merchant_id"),
    ],
)
def test_what_is_not_an_event_is_refused(foreign: Record, reason: str) -> None:
    with pytest.raises(InvalidRecord, match=reason):
        decode(foreign)


@given(events)
def test_only_a_placed_order_is_understood(event: OrderEvent) -> None:
    key, value, headers = encode(event, shard=0, number=1, cursor=Cursor(1, 1))
    if event["type"] == "order.placed":
        assert decode_placed(record(key, value, headers)) == event["order_id"]
    else:
        with pytest.raises(InvalidRecord, match="type"):
            decode_placed(record(key, value, headers))


OURS = ("ce_type", b"br.pedidos.order.placed")
ORDER_ID = UUID("0199e5c8-7a00-7000-8000-000000000017")
KEY = str(ORDER_ID).encode()
VALUE = orjson.dumps({"order_id": str(ORDER_ID)})

garbage = st.none() | st.binary(max_size=40) | json_values.map(orjson.dumps) | st.just(VALUE)
header_lists = st.lists(
    st.just(OURS) | st.tuples(st.sampled_from(["ce_type", "x", ""]), st.none() | st.binary(max_size=30)), max_size=4
)


@given(st.none() | st.binary(max_size=40) | st.just(KEY), garbage, header_lists)
@example(KEY, VALUE, [("ce_type", None)])
@example(KEY, VALUE, [("ce_type", b"\x00")])
@example(KEY, b"[" * 100_000, [OURS])
@example(KEY, b'{"order_id": [1]}', [OURS])
@example(KEY, b'{"order_id": 1e999}', [OURS])
@example(KEY, b'{"order_id": {"a": 1}}', [OURS])
@example(KEY, b'"order_id"', [OURS])
@example(KEY, b'{"order_id": "\\ud800"}', [OURS])
@example(None, VALUE, [OURS])
def test_garbage_is_not_understood_and_nothing_worse(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    try:
        assert decode_placed(record(key, value, headers)) == ORDER_ID
    except InvalidRecord as problem:
        # The reason goes into a text column and a header: it is printable, and short.
        assert str(problem).isprintable()  # noqa: PT017  # either outcome is right
        assert len(str(problem)) < 500  # noqa: PT017


@pytest.mark.parametrize(
    ("key", "value", "headers", "reason"),
    [
        (KEY, VALUE, [], "The type is missing"),
        (KEY, VALUE, [("ce_type", b"br.pedidos.order.paid")], "br.pedidos.order.paid"),
        (KEY, b"{", [OURS], "not JSON"),
        (KEY, None, [OURS], "not JSON"),
        (KEY, b"{}", [OURS], "no order_id"),
        (KEY, b'{"order_id": "17"}', [OURS], "no order_id"),
        (b"another", VALUE, [OURS], "key"),
        (None, VALUE, [OURS], "key"),
    ],
)
def test_the_reason_says_what_is_wrong(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes]], reason: str
) -> None:
    with pytest.raises(InvalidRecord, match=reason):
        decode_placed(record(key, value, headers))


@given(st.binary(min_size=1, max_size=2000))
def test_a_foreign_type_is_told_in_few_printable_words(kind: bytes) -> None:
    with pytest.raises(InvalidRecord) as problem:
        decode_placed(record(KEY, VALUE, [("ce_type", b"x" + kind)]))
    assert str(problem.value).isprintable()
    assert len(str(problem.value)) < 500

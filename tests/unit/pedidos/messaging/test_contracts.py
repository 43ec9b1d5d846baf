"""The AsyncAPI document agrees with the code, and with what is really sent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from pedidos.domain.cursor import Cursor
from pedidos.domain.order import (
    COURIER_ASSIGNED,
    COURIER_LEFT,
    PARTLY_REFUNDED,
    PAYMENT_DELAYED,
    READY,
    REFUND_DELAYED,
    REFUNDED,
    STAYS,
    Status,
    event_type,
)
from pedidos.domain.payment import Trouble
from pedidos.messaging.codec import OrderEvent, encode
from pedidos.messaging.contracts import EVENT_TYPES, asyncapi, order_event_headers, order_event_schema
from pedidos.messaging.topics import TOPICS


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def an_event(kind: str, status: str, detail: dict[str, Any]) -> OrderEvent:
    return OrderEvent(
        order_id=uuid4(),
        version=3,
        type=kind,
        status=status,
        customer_id=uuid4(),
        merchant_id=uuid4(),
        occurred_at=datetime.now(UTC),
        detail=detail,
    )


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_every_reference_leads_to_something() -> None:
    document = asyncapi()
    found = list(references(document))
    assert found
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def test_channels_are_the_topics() -> None:
    assert [channel["address"] for channel in asyncapi()["channels"].values()] == [topic.name for topic in TOPICS]


def test_every_event_has_one_type() -> None:
    assert len(set(EVENT_TYPES)) == len(Status) + len(STAYS)


DETAILS: list[tuple[str, dict[str, Any]]] = [
    (event_type(Status.RECEIVED), {"total_cents": 4990}),
    (event_type(Status.REJECTED), {"by": "worker-1", "reasons": ["The merchant was closed."]}),
    (event_type(Status.UNAVAILABLE), {"by": "worker-1", "out_of_stock": [str(uuid4())]}),
    (event_type(Status.DECLINED), {"by": "worker-1", "reason": None}),
    (REFUNDED, {"by": "worker-1", "amount_cents": 4990}),
    (
        PARTLY_REFUNDED,
        {"by": "worker-1", "amount_cents": 1, "cause": "late", "reason": "It came late.", "refund": str(uuid4())},
    ),
    (
        PAYMENT_DELAYED,
        {
            "by": "worker-1",
            "cause": Trouble.ERRORS,
            "reason": "The payment provider answers with errors.",
            "until": "2026-03-01T12:15:00+00:00",
        },
    ),
    (REFUND_DELAYED, {"by": "worker-1", "cause": Trouble.SILENT, "reason": "The payment provider does not answer."}),
    (
        REFUND_DELAYED,
        {
            "by": "worker-1",
            "cause": Trouble.AWAY,
            "reason": "The payment provider cannot be reached.",
            "refund": str(uuid4()),
            "amount_cents": 300,
        },
    ),
    (READY, {"by": f"merchant:{uuid4()}"}),
    (COURIER_ASSIGNED, {"by": f"courier:{uuid4()}", "epoch": 1}),
    (COURIER_LEFT, {"by": f"courier:{uuid4()}", "epoch": 2}),
    (event_type(Status.CONFIRMED), {}),
]


@pytest.mark.parametrize(("kind", "detail"), DETAILS)
def test_what_is_sent_is_what_the_contract_says(kind: str, detail: dict[str, Any]) -> None:
    kept = {
        PAYMENT_DELAYED: Status.CHARGING,
        READY: Status.PREPARING,
        COURIER_ASSIGNED: Status.PREPARING,
        COURIER_LEFT: Status.ON_ITS_WAY,
    }
    status = next((each for each in Status if event_type(each) == kind), kept.get(kind, Status.CANCELLED))
    key, value, headers = encode(
        an_event(kind, status, detail), shard=0, number=17, cursor=Cursor(993, 4), traceparent="00-1-2-01"
    )
    validator(order_event_schema()).validate(orjson.loads(value))
    text = {name: content.decode() for name, content in headers}
    validator(order_event_headers(EVENT_TYPES)).validate(text)
    assert key.decode() == orjson.loads(value)["order_id"]


@pytest.mark.parametrize(
    "change",
    [{"version": 0}, {"status": "lost"}, {"type": "order.lost"}, {"order_id": None}, {"detail": []}],
)
def test_what_is_wrong_does_not_pass(change: dict[str, Any]) -> None:
    _, value, _ = encode(an_event(event_type(Status.PAID), Status.PAID, {}), shard=0, number=1, cursor=Cursor(1, 1))
    assert not validator(order_event_schema()).is_valid(orjson.loads(value) | change)


def test_headers_are_required_and_checked() -> None:
    _, _, headers = encode(an_event(event_type(Status.PAID), Status.PAID, {}), shard=0, number=1, cursor=Cursor(1, 1))
    text = {name: content.decode() for name, content in headers}
    contract = validator(order_event_headers(EVENT_TYPES))
    for name in text:
        assert not contract.is_valid({other: content for other, content in text.items() if other != name})
    assert not contract.is_valid(text | {"position": "17"})


def test_the_placed_topic_carries_new_orders_alone() -> None:
    headers = asyncapi()["components"]["messages"]["orderPlaced"]["headers"]
    assert headers["properties"]["ce_type"] == {"enum": ["br.pedidos.order.placed"]}

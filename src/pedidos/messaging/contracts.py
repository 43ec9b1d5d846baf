"""The contracts of the topics, as an AsyncAPI 3.0 document: keys, headers, and the schema of the values.

Source: AsyncAPI Specification 3.0.0, and its Kafka bindings 0.5.0.
"""

from typing import Any

from pydantic import TypeAdapter

from pedidos import __version__
from pedidos.domain.acceptance import NOT_ACCEPTED
from pedidos.domain.order import STAYS, Status, event_type
from pedidos.domain.payment import Trouble
from pedidos.domain.refunds import Cause
from pedidos.messaging.codec import SOURCE, TYPE_PREFIX, OrderEvent
from pedidos.messaging.topics import DEAD_LETTERS, EVENTS, PLACED, TOPICS, Topic
from pedidos.settings.groups.kafka import PartitionSettings

Json = dict[str, Any]

KAFKA_BINDING = "0.5.0"

ABOUT = """What happens to orders, for everyone who listens.

Events are CloudEvents 1.0 in binary mode: the attributes are Kafka headers, the value is the event alone. The key is
the order's id, so the events of one order are in one partition, in the order of their versions.

Delivery is at least once. An event that is published a second time has the same `ce_id`, `position` and `cursor`: a
listener that keeps the last running number of `position` recognises it.
"""

EVENT_TYPES = [*map(event_type, Status), *sorted(STAYS)]

CHANNELS = {PLACED: ("ordersPlaced", "orderPlaced"), EVENTS: ("orderEvents", "orderEvent")}
CHANNELS |= {DEAD_LETTERS: ("deadLetters", "deadLetter")}
"""Per topic, the names of its channel and of its message in the document."""

SENDERS = {PLACED: "The relay publishes", EVENTS: "The relay publishes", DEAD_LETTERS: "The bridge sets aside"}

_LEFT_AS_IT_WAS = ", ".join(f"`{each}`" for each in sorted(STAYS))

FIELDS: dict[str, Json] = {
    "order_id": {"description": "The order; also the record's key."},
    "version": {"minimum": 1, "description": "Counts the order's events from 1, without a gap."},
    "type": {
        "enum": EVENT_TYPES,
        "description": f"What happened. {_LEFT_AS_IT_WAS} leave the state as it was.",
    },
    "status": {"enum": [*Status], "description": "The order's state after the event."},
    "customer_id": {"description": "The account that placed the order."},
    "merchant_id": {"description": "The merchant from whom it was ordered."},
    "occurred_at": {"description": "When, by PostgreSQL's clock (RFC 3339, UTC)."},
}

DETAIL: Json = {
    "description": "What the type says besides. Members may be added: ignore those that you do not know.",
    "properties": {
        "by": {"type": "string", "description": "Who moved the order: a worker's name, or an account's id."},
        "total_cents": {
            "type": "integer",
            "minimum": 1,
            "description": "order.placed, order.scheduled: what the order costs.",
        },
        "reason": {
            "type": ["string", "null"],
            "description": "order.declined, order.expired, order.partly_refunded, order.payment_delayed,"
            " order.refund_delayed, and order.cancelled by the platform: why. Null when the gateway gave no reason.",
        },
        "cause": {
            "enum": [NOT_ACCEPTED, *Cause, *Trouble],
            "description": "order.cancelled by the platform, order.partly_refunded, order.payment_delayed, and"
            " order.refund_delayed: why, for programs. not_accepted: the merchant did not accept the order in time."
            " provider_errors: the payment provider answers with errors; provider_silent: it does not answer in time;"
            " provider_away: it cannot be reached.",
        },
        "until": {
            "type": "string",
            "format": "date-time",
            "description": "order.payment_delayed: the payment provider is asked again until then. Then the order"
            " expires.",
        },
        "promised_at": {
            "type": "string",
            "format": "date-time",
            "description": "order.preparing: when the merchant has promised that the customer has the order.",
        },
        "epoch": {
            "type": "integer",
            "minimum": 1,
            "description": "Of a courier's events: grows with each courier that takes the order. Only the latest one"
            " delivers it.",
        },
        "scheduled_for": {
            "type": "string",
            "format": "date-time",
            "description": "Of an order for later, in order.scheduled and in the event of each move: when its customer"
            " wants it.",
        },
        "reasons": {
            "type": "array",
            "items": {"type": "string"},
            "description": "order.rejected: every rule that the order breaks; order.unavailable: what is sold out. In"
            " English words.",
        },
        "out_of_stock": {
            "type": "array",
            "items": {"type": "string", "format": "uuid"},
            "description": "order.unavailable: the products of which there were too few.",
        },
        "coupon": {
            "enum": ["used_up", "used_by_you"],
            "description": "order.unavailable: what kept the order from using its coupon, if that was it.",
        },
        "amount_cents": {
            "type": "integer",
            "minimum": 1,
            "description": "order.partly_refunded: what was given back. order.refunded: the same, of what was left."
            " order.refund_delayed with `refund`: what is to be given back.",
        },
        "refund": {
            "type": "string",
            "format": "uuid",
            "description": "order.partly_refunded: which of the order's refunds it is. order.refund_delayed: the same,"
            " if it is a part that waits.",
        },
        "omitted": {
            "const": True,
            "description": "Kafka refused the event with its detail, which is left out; the order's timeline has it.",
        },
    },
}


def order_event_schema() -> Json:
    """The JSON Schema of a record's value on the two order topics."""
    schema = TypeAdapter(OrderEvent).json_schema()
    for name, more in FIELDS.items():
        schema["properties"][name] |= more
    schema["properties"]["detail"] |= DETAIL
    schema["description"] = "What happened to an order."
    return schema


def order_event_headers(types: list[str]) -> Json:
    """The JSON Schema of the headers; their values are text in UTF-8. types are those that the topic carries."""
    return {
        "type": "object",
        "required": [
            *("content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "position", "cursor"),
        ],
        "properties": {
            "content-type": {"const": "application/json"},
            "ce_specversion": {"const": "1.0"},
            "ce_id": {"type": "string", "description": "`<order id>/<version>`: one event, however often it comes."},
            "ce_source": {"const": SOURCE},
            "ce_type": {"enum": [f"{TYPE_PREFIX}{each}" for each in types]},
            "position": {
                "type": "string",
                "pattern": "^[0-9]+/[1-9][0-9]*$",
                "description": "`<shard>/<n>`: n counts all events of the shard from 1, without a gap. An order"
                " is in one shard at a time; when there are more shards than before, all orders go on in new ones.",
            },
            "cursor": {
                "type": "string",
                "pattern": "^[0-9]+-[1-9][0-9]*$",
                "description": "`<txid>-<seq>`: the event's place in the log, and its id on live streams.",
            },
            "log": {
                "type": "string",
                "pattern": "^[0-9a-f]{16}$",
                "description": "The id of the log in which the event has `position` and `cursor`. Another id:"
                " PostgreSQL was restored to an earlier moment, and a new log goes on from there. Left out by"
                " replays, and by earlier versions.",
            },
            "signature": {
                "type": "string",
                "format": "binary",
                "description": "20 bytes, not text: the id of a key, then a keyed BLAKE2b of the record. The platform's"
                " own consumers refuse a record without it. Left out by earlier versions.",
            },
            "traceparent": {"type": "string", "description": "W3C Trace Context of the request, where it is known."},
        },
    }


def asyncapi() -> Json:
    """The document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "pedidos",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {CHANNELS[topic.name][0]: _channel(topic) for topic in TOPICS},
        "operations": {f"send-{CHANNELS[topic.name][0]}": _operation(topic) for topic in TOPICS},
        "components": {
            "messages": {
                "orderPlaced": _message("A new order", [event_type(Status.RECEIVED)]),
                "orderEvent": _message("Something happened to an order", EVENT_TYPES),
                "deadLetter": _dead_letter(),
            },
            "schemas": {"orderEvent": order_event_schema()},
        },
    }


def _channel(topic: Topic) -> Json:
    _, message = CHANNELS[topic.name]
    partitions = topic.partitions or PartitionSettings.model_fields["partitions"].default
    return {
        "address": topic.name,
        "summary": topic.summary,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": partitions,
                "replicas": PartitionSettings.model_fields["replication"].default,
                "topicConfiguration": {"retention.ms": topic.retention_ms},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _operation(topic: Topic) -> Json:
    channel, message = CHANNELS[topic.name]
    return {
        "action": "send",
        "summary": f"{SENDERS[topic.name]}: {topic.summary}",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"}],
    }


def _message(title: str, types: list[str]) -> Json:
    return {
        "title": title,
        "contentType": "application/json",
        "headers": order_event_headers(types),
        "payload": {"$ref": "#/components/schemas/orderEvent"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "format": "uuid", "description": "The order's id."},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _dead_letter() -> Json:
    return {
        "title": "A record that could not be understood",
        "summary": "Key, value and headers are those of the record as it came, with two headers added.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": ["origin", "reason"],
            "properties": {
                "origin": {"type": "string", "description": "`<topic>/<partition>/<offset>` of the record."},
                "reason": {"type": "string", "description": "What was wrong with it, in words."},
            },
        },
        "payload": {"description": "Any bytes."},
    }

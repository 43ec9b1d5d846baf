"""Which orders are traced. The id of an order decides, so every process decides alike, and no message says it.

An order's id (a UUIDv7, RFC 9562) is its trace id. Its last 56 bits are random, as W3C Trace Context Level 2 wants them
of a trace id, and are compared with a threshold as OpenTelemetry's consistent probability sampling does it: a collector
that samples by the same rule keeps the same traces.
"""

from uuid import UUID

RANDOM = (1 << 56) - 1
"""Mask of the bits that decide."""

NEVER = RANDOM + 1
"""A threshold that no id reaches."""

WATCHED = 0xFFFF << 40
"""The lowest value of the bits that decide in an id that is made for an order to be traced. One in 65,536 other ids
reaches it too. 46 random bits of the id are left, besides its time."""


def threshold(ratio: float) -> int:
    """Ids are sampled whose random bits are at least this. Never above WATCHED: ids made to be sampled always are."""
    return min(round((1 - ratio) * NEVER), WATCHED)


def root_span(order_id: UUID) -> int:
    """The id of the span that all others of the order's trace are below: the id's last 64 bits, which are never 0."""
    return order_id.int & ((1 << 64) - 1)


def traceparent(order_id: UUID) -> str:
    """The W3C trace context of a sampled order."""
    return f"00-{order_id.hex}-{root_span(order_id):016x}-01"


def sampled_part(key: bytes) -> bytes:
    """The digits of the random bits in the text of an id; of another text, anything."""
    return key[21:23] + key[24:36]


def least_key(least: int) -> bytes:
    """What sampled_part() of an id is at least, as text, if its random bits are at least this."""
    return b"%014x" % least if least <= RANDOM else b"~"

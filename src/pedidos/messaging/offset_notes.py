"""Notes on a partition's use of its dead-letter limit, in the metadata of the offsets that a consumer commits."""

from collections.abc import Iterable

import orjson
from kafka.structs import OffsetAndMetadata

from pedidos.domain.dead_letter_limit import NOTHING_SPENT, Spent

MAX_REASON = 600
"""Characters of the reason. The brokers allow 4096 bytes of metadata."""


def note(spent: Spent) -> str:
    """The note as metadata; empty while nothing is spent."""
    if spent == NOTHING_SPENT:
        return ""
    return orjson.dumps({"dead_letters": round(spent.letters, 3), "stopped": spent.stopped[:MAX_REASON]}).decode()


def read_note(committed: OffsetAndMetadata) -> Spent:
    """Reads the metadata. A note of another program counts as nothing spent."""
    try:
        noted = orjson.loads(committed.metadata or "")
        return Spent(float(noted["dead_letters"]), str(noted["stopped"]))
    except (ValueError, TypeError, KeyError):
        return NOTHING_SPENT


def stops(committed: Iterable[OffsetAndMetadata]) -> list[str]:
    """Why a group has stopped, for each stopped partition."""
    return [spent.stopped for spent in map(read_note, committed) if spent.stopped]

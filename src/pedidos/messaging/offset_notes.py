"""What a partition has spent of its dead-letter limit, as the metadata of the offset that its consumer commits."""

from collections.abc import Iterable

import orjson
from kafka.structs import OffsetAndMetadata

from pedidos.domain.dead_letter_limit import NOTHING_SPENT, Spent

MAX_REASON = 600
"""Characters of the reason. The brokers allow 4096 bytes of metadata."""


def note(spent: Spent) -> str:
    """The metadata. Empty while nothing is spent."""
    if spent == NOTHING_SPENT:
        return ""
    return orjson.dumps({"dead_letters": round(spent.letters, 3), "stopped": spent.stopped[:MAX_REASON]}).decode()


def read_note(committed: OffsetAndMetadata) -> Spent:
    """The reverse; what others have written there counts as nothing."""
    try:
        noted = orjson.loads(committed.metadata or "")
        return Spent(float(noted["dead_letters"]), str(noted["stopped"]))
    except (ValueError, TypeError, KeyError):
        return NOTHING_SPENT


def stops(committed: Iterable[OffsetAndMetadata]) -> list[str]:
    """Why a group has stopped, for each of its partitions that has."""
    return [spent.stopped for spent in map(read_note, committed) if spent.stopped]

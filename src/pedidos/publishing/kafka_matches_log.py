"""Checks whether Kafka's records come from this log, and how much of the log Kafka has."""

from collections.abc import Mapping, Sequence

from kafka.structs import TopicPartition
from sqlalchemy import Connection

from pedidos.domain.lineage import Heard, Logs
from pedidos.sentence import Sentence
from pedidos.storage.event_log import lineage


def is_far_enough_back(logs: Logs, published: int, heard: Heard) -> bool:
    """Whether no record before this one in its partition can matter."""
    return logs.before(heard) or (logs.here(heard) and heard.number <= published)


def newest(logs: Logs, there: Sequence[Heard], published: int) -> Heard | None:
    """The record of this log with the highest running number up to the position."""
    ours = [heard for heard in there if logs.here(heard) and heard.number <= published]
    return max(ours, key=lambda heard: heard.number, default=None)


def is_ours(logs: Logs, heard: Heard) -> bool:
    """Whether the record comes from a relay, of this log or another, and not from another producer."""
    return logs.here(heard) or logs.before(heard) or logs.strange(heard)


def another_log(connection: Connection, logs: Logs, found: Mapping[TopicPartition, Sequence[Heard]]) -> str | None:
    """Why the records cannot all come from this log; None if they can."""
    strange = [heard for there in found.values() for heard in there if logs.strange(heard)]
    if strange:
        highest = max(heard.number for heard in strange)
        return Sentence(
            "Kafka has events of another log ({log}, up to number {highest}) than PostgreSQL's.",
            log=strange[0].log,
            highest=highest,
        )
    newest = [max(ours, key=lambda h: h.number) for there in found.values() if (ours := [*filter(logs.here, there)])]
    missing = lineage.missing(connection, newest)
    if missing:
        return Sentence(
            "Kafka has events that PostgreSQL does not have, up to number {highest}: it was restored to an earlier "
            "moment.",
            highest=max(missing),
        )
    return None

"""Checks whether Kafka's records come from this log, and how much of the log Kafka has."""

from collections.abc import Collection, Mapping, Sequence

from kafka.structs import TopicPartition
from sqlalchemy import Connection

from pedidos.domain.lineage import Heard, Logs
from pedidos.domain.sharding import Shard
from pedidos.sentence import Sentence
from pedidos.storage.event_log import lineage


def is_far_enough_back(logs: Logs, shard: Shard, published: int, heard: Heard) -> bool:
    """Whether no record before this one in its partition can matter to the shard.

    A record of an earlier shard is mostly older than all of this one. If it was published again later, a record of this
    shard before it is overlooked, and published again too.
    """
    if not logs.here(heard):
        return logs.before(heard)
    return heard.number <= published if heard.shard == shard.id else heard.cursor.txid < shard.begins


def newest(logs: Logs, shard: Shard, there: Sequence[Heard], published: int) -> Heard | None:
    """The record of this shard of this log with the highest running number up to the position."""
    ours = [each for each in there if logs.here(each) and each.shard == shard.id and each.number <= published]
    return max(ours, key=lambda heard: heard.number, default=None)


def is_ours(logs: Logs, heard: Heard) -> bool:
    """Whether the record comes from a relay, of this log or another, and not from another producer."""
    return logs.here(heard) or logs.before(heard) or logs.strange(heard)


def another_log(
    connection: Connection, logs: Logs, shards: Collection[int], found: Mapping[TopicPartition, Sequence[Heard]]
) -> str | None:
    """Why the records cannot all come from this log; None if they can. shards: the ids of those that this log has."""
    strange = [heard for there in found.values() for heard in there if logs.strange(heard)]
    if strange:
        highest = max(heard.number for heard in strange)
        return Sentence(
            "Kafka has events of another log ({log}, up to number {highest}) than PostgreSQL's.",
            log=strange[0].log,
            highest=highest,
        )
    here = [[*filter(logs.here, there)] for there in found.values()]
    newest = {(n, each.shard): each for n, ours in enumerate(here) for each in sorted(ours, key=lambda h: h.number)}
    missing = lineage.missing(connection, list(newest.values()))
    # A shard that began after the moment to which PostgreSQL was restored is missing with all of its events.
    missing |= {each.number for ours in here for each in ours if each.shard not in shards}
    if missing:
        return Sentence(
            "Kafka has events that PostgreSQL does not have, up to number {highest}: it was restored to an earlier "
            "moment.",
            highest=max(missing),
        )
    return None

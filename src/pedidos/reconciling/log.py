"""Kafka's side: whether it has more than the log, and a new log that continues after that."""

from datetime import datetime

from sqlalchemy import Connection, Engine

from pedidos.domain.audit import Action, Entry, Who
from pedidos.domain.lineage import Logs
from pedidos.messaging.signatures import RecordKeys, SignatureCheck
from pedidos.messaging.topic_ends import TopicEnds
from pedidos.publishing.kafka_matches_log import another_log, is_ours
from pedidos.settings.groups.kafka import EventTopicSettings
from pedidos.storage.audit_log.writing import write
from pedidos.storage.engine import statements
from pedidos.storage.event_log import lineage, shards, unsigned

FIRST = 0
"""The shard whose row says which records may lack a signature."""
CLIENT = "pedidos-reconcile"
UNPUBLISHED = 1_000_000
"""The number of transactions by which clients may have been ahead of what was published, when the database was lost."""
APART = 1_000_000
"""With several shards, the end of a partition shows the newest record of some of them only. Their running numbers do
not differ by more than this, because an order's shard is a hash."""


def disagreement(settings: EventTopicSettings, engine: Engine) -> str | None:
    """What Kafka has and the log does not; None if nothing. Raises Transient."""
    with statements(engine) as connection:
        return _look(settings, connection)[0]


def go_on(settings: EventTopicSettings, engine: Engine, since: datetime, who: Who) -> int | None:
    """Begins a new log if Kafka has more than this one; returns the running number after which it continues.

    since: the time from which the gateway may know more. No relay publishes meanwhile.
    """
    with engine.begin() as connection:
        lineage.lock_positions(connection)
        reason, highest, newest = _look(settings, connection)
        if reason is None:
            return None
        lineage.begin_log(connection, highest, newest + UNPUBLISHED, since)
        after = lineage.read(connection).current.after
        write(connection, Entry(Action.EVENT_LOG_BEGAN, who, detail={"after": after}))
        return after


def _look(settings: EventTopicSettings, connection: Connection) -> tuple[str | None, int, int]:
    """Returns also the highest running number and the highest txid in the records."""
    logs: Logs = lineage.read(connection)
    check = SignatureCheck(RecordKeys(settings.record_keys), lambda: unsigned.until(connection, FIRST))
    ends = TopicEnds(settings, CLIENT, check)
    try:
        _, found = ends.read(lambda heard: is_ours(logs, heard), lambda: None)
    finally:
        ends.close()
    ours = [heard for there in found.values() for heard in there if is_ours(logs, heard)]
    known = shards.known(connection)
    reason = another_log(connection, logs, known, found)
    highest = max((h.number for h in ours), default=0)
    if len({*known, *(h.shard for h in ours)}) > 1:
        highest += APART
    return reason, highest, max((h.cursor.txid for h in ours), default=0)

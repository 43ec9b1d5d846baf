"""What listeners hear is the event log."""

from tests.integration.pipeline.rig import Rig
from tests.integration.pipeline.topic import Record, Topic, deduplicated
from tests.support.tables import rows


def check_published(rig: Rig, events: Topic) -> list[Record]:
    """What is on Kafka, each position once, is the event log, in its order; returns the records as they are."""
    rig.wait_until_published()
    records = events.read()
    log = rows(rig.engine, "select txid::text as transaction, e.* from order_events e order by e.txid, e.seq")
    once = deduplicated(records)
    assert [record.position for record in once] == list(range(1, len(log) + 1))
    assert [record.told for record in once] == [(event.order_id, event.version, event.type) for event in log]
    assert [record.headers["cursor"].decode() for record in once] == [
        f"{event.transaction}-{event.seq}" for event in log
    ]
    (noted,) = rows(rig.engine, "select published from relay_positions")
    assert noted.published == len(log)
    return records

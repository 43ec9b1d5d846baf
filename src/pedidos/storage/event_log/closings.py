"""What is recorded when a shard that has ended is published to its end: where its records lie on Kafka.

With that, Kafka says at once whether it still has all of them, and no record has to be read.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from pedidos.domain.sharding import Shard
from pedidos.storage.event_log.shards import KEPT
from pedidos.storage.sql import Sql

_CLOSINGS = Sql(
    """
select p.shard, p.part, p.parts, p.begins, p.ends, p.txid = p.ends as is_over,
       p.published <= log.after as is_empty,
       coalesce(p.until_offsets, '{{}}') as until, coalesce(p.confirmed -> 'epochs', '{{}}') as epochs
from relay_positions p
cross join (select after from event_logs order by number desc limit 1) as log
where p.ends is not null and {kept}
order by p.shard
""",
    kept=KEPT,
)


class Closing(NamedTuple):
    """A shard that has ended. is_over: it is published to its end. is_empty: it has no events in this log.

    until: per "topic/partition", the offset before which its records lie; there, Kafka had lost nothing while its
    partitions had these leader epochs. Both are empty if that is not known.
    """

    shard: Shard
    is_over: bool
    is_empty: bool
    until: Mapping[str, int]
    epochs: Mapping[str, int]


def read(connection: Connection) -> list[Closing]:
    """Of the shards that have ended, and whose records may still be on Kafka."""
    rows = connection.exec_driver_sql(_CLOSINGS.text)
    return [Closing(Shard(*row[:5]), row.is_over, row.is_empty, row.until, row.epochs) for row in rows]

"""Up to where Kafka may have records without a signature: those of versions that did not sign.

The offsets are in the row of the relay's position, as JSON: "topic/partition" to offset. They are null until the first
relay that signs has led, and empty on a platform that never published without signatures. They only become smaller.
"""

from collections.abc import Mapping

import orjson
from sqlalchemy import Connection, Engine

from pedidos.storage.engine import in_statement

_READ = "select unsigned_until from relay_positions where shard = %(shard)s"

# A partition that is not in the ends has no records any more, or is of a topic that was created again.
_LOWER = """
update relay_positions
set unsigned_until = case when unsigned_until is null then %(ends)s::jsonb else (
    select coalesce(jsonb_object_agg(known.key, least(known.value, now.value)), '{}')
    from jsonb_each(unsigned_until) as known
    join jsonb_each(%(ends)s::jsonb) as now using (key)
) end
where shard = %(shard)s
"""


def until(connection: Connection, shard: int) -> Mapping[str, int] | None:
    """Per "topic/partition", the offset before which records may lack a signature. None: wherever they are."""
    found: Mapping[str, int] | None = connection.exec_driver_sql(_READ, {"shard": shard}).scalar_one()
    return found


def read(engine: Engine, shard: int) -> Mapping[str, int] | None:
    """The same, in a statement of its own. Raises Transient."""
    return in_statement(engine, lambda connection: until(connection, shard))


def lower(connection: Connection, shard: int, ends: Mapping[str, int]) -> None:
    """Takes in where the partitions end now. From there on, every record must be signed."""
    connection.exec_driver_sql(_LOWER, {"shard": shard, "ends": orjson.dumps(ends).decode()})

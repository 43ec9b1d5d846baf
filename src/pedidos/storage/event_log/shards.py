"""The shards of the event log, raising their number, and the relays that share them.

A larger number of shards begins at a transaction: events below it belong to the shards before, the others to the new
ones. The read of each shard has this limit in the same snapshot (NOT_PAST_END in unpublished.py), so no relay has to
be told. The proof: docs/decisions/0077.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from pedidos.domain.sharding import Shard
from pedidos.storage.engine import in_statement, in_transaction
from pedidos.storage.sql import Sql

HASH = Sql("get_byte(uuid_send(e.order_id), 14) * 256 + get_byte(uuid_send(e.order_id), 15)")
"""The hash of the order of an event e. `domain.sharding.part_of` says the same in Python."""
IN_PART = Sql("mod({hash}, %(parts)s) = %(part)s", hash=HASH)
"""Whether the event e is in the part."""
IN_PART_OF_ROW = Sql("(p.parts = 1 or mod({hash}, p.parts) = p.part)", hash=HASH)
"""The same, for the row p of relay_positions."""
IS_OPEN = Sql("(p.ends is null or p.txid < p.ends)")
"""Whether the shard of the row p of relay_positions may have events that are not published."""

KEPT_DAYS = 8
"""A shard that has ended counts for as long as Kafka keeps its records (messaging/topics.py), and a day longer."""

KEPT = Sql(f"(p.ends is null or p.ended_at > clock_timestamp() - interval '{KEPT_DAYS} days')")

_SHARDS = Sql(
    """
select p.shard, p.part, p.parts, p.begins, p.ends, {is_open} as is_open
from relay_positions p where {kept} order by p.shard
""",
    is_open=IS_OPEN,
    kept=KEPT,
)

# An event of a part is looked for from the position on; with a single part, the end of the index says it at once.
_PROGRESS = Sql(
    """
select p.shard, p.part, p.parts, p.begins, p.ends, p.published as number, case
    when p.txid = p.ends then true
    when p.parts = 1 and p.ends is null then coalesce((
        select (e.txid, e.seq) <= (p.txid, p.seq) from order_events e order by e.txid desc, e.seq desc limit 1
    ), true)
    else (
        select e.seq from order_events e
        where (e.txid, e.seq) > (p.txid, p.seq) and (p.ends is null or e.txid < p.ends) and {in_part}
        order by e.txid, e.seq limit 1
    ) is null
end as all_of_it, coalesce(p.txid = p.ends, false) as is_over
from relay_positions p where {kept} order by p.shard
""",
    in_part=IN_PART_OF_ROW,
    kept=KEPT,
)

# The row of the fence is held until the commit, so the bound of the log cannot pass this transaction meanwhile, as it
# passes others: `final` moves only with this row (finality.py).
_HOLD_BOUND = "select from event_log_fence for update"

_PARTS = "select max(parts) from relay_positions where ends is null"

BEGIN_AT = Sql("greatest(pg_current_xact_id(), fence, final)")
"""Where the new shards begin: at or above the bound of every snapshot in which this transaction is not committed."""

_RAISE = Sql(
    """
with place as materialized (
    select {begin_at} as txid from event_log_fence
), ended as (
    update relay_positions set ends = place.txid, ended_at = clock_timestamp() from place where ends is null
)
insert into relay_positions (shard, part, parts, begins, txid, seq, published, unsigned_until, confirmed)
select (select max(shard) + 1 from relay_positions) + part, part, %(parts)s, place.txid, place.txid, 0, log.after,
       '{{}}', jsonb_build_object('txid', place.txid::text, 'seq', 0, 'published', log.after, 'epochs', '{{}}'::jsonb)
from place
cross join (select after from event_logs order by number desc limit 1) as log
cross join generate_series(0, %(parts)s - 1) as part
""",
    begin_at=BEGIN_AT,
)

# A time that no relay can have set was written before the clock was set back.
_STAY = """
with own as (
    insert into relays (name, until) values (%(name)s, clock_timestamp() + %(lease)s * interval '1 second')
    on conflict (name) do update set until = excluded.until
), gone as (
    delete from relays where until < clock_timestamp() - interval '1 hour'
)
select count(*) from relays
where name <> %(name)s
  and until between clock_timestamp() and clock_timestamp() + 2 * %(lease)s * interval '1 second'
"""

_LEAVE = "delete from relays where name = %(name)s"

_UNTIL = "select until_offsets from relay_positions where shard = %(shard)s and txid = ends"


class Progress(NamedTuple):
    """A shard, the running number of its last event that is published, and whether the log has none after it. is_over:
    it has ended, and everything is published."""

    shard: Shard
    number: int
    all_of_it: bool
    is_over: bool


def watched(connection: Connection) -> list[Shard]:
    """The shards that there are, and those that have ended and whose records may still be on Kafka."""
    return [Shard(*row[:5]) for row in connection.exec_driver_sql(_SHARDS.text)]


def read(engine: Engine) -> dict[Shard, bool]:
    """The same, and whether each may have events that are not published. Raises Transient."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_SHARDS.text).all())
    return {Shard(*row[:5]): row.is_open for row in rows}


def progress(engine: Engine) -> list[Progress]:
    """How far each of these shards is published, by the position that its relay saved last."""
    rows = in_statement(engine, lambda connection: connection.exec_driver_sql(_PROGRESS.text).all())
    return [Progress(Shard(*row[:5]), row.number, row.all_of_it, row.is_over) for row in rows]


def raise_to(engine: Engine, parts: int) -> int:
    """Raises the number of shards, if it is lower. Returns the number that there is then. Raises Transient."""

    def work(connection: Connection) -> int:
        connection.exec_driver_sql(_HOLD_BOUND)
        now: int = connection.exec_driver_sql(_PARTS).scalar_one()
        if parts <= now:
            return now
        connection.exec_driver_sql(_RAISE.text, {"parts": parts})
        return parts

    return in_transaction(engine, work)


def stay(engine: Engine, name: str, lease_seconds: float) -> int:
    """A sign of life of this relay. Returns the number of other relays that live."""
    values = {"name": name, "lease": lease_seconds}
    others: int = in_statement(engine, lambda connection: connection.exec_driver_sql(_STAY, values).scalar_one())
    return others


def leave(engine: Engine, name: str) -> None:
    """This relay ends, and the others share its shards at once."""
    in_statement(engine, lambda connection: connection.exec_driver_sql(_LEAVE, {"name": name}))


def until_offsets(connection: Connection, shard: int) -> Mapping[str, int]:
    """Per "topic/partition", the offset before which all records of a shard lie whose end is published. Empty if the
    end is not published."""
    found: Mapping[str, int] | None = connection.exec_driver_sql(_UNTIL, {"shard": shard}).scalar_one_or_none()
    return found or {}


def values_of(shard: Shard) -> dict[str, int]:
    """The parameters of IN_PART and of the shard's row."""
    return {"shard": shard.id, "part": shard.part, "parts": shard.parts}


def known(connection: Connection) -> Sequence[int]:
    """The ids of all shards that this log has had."""
    return connection.exec_driver_sql("select shard from relay_positions").scalars().all()

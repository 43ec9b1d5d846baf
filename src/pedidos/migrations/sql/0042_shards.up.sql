-- squawk-ignore-file prefer-robust-stmts, constraint-missing-not-valid, prefer-bigint-over-smallint -- a table of one row
-- The event log can be published in shards, whose number can be raised while orders come. See docs/decisions/0077.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- The row of a shard: orders of one of its parts, by a hash of the order's id, and events of the transactions from
-- begins on. When a larger number replaces them, all shards end together: ends is then where the new ones begin.
alter table relay_positions
    add column part     smallint not null default 0,
    add column parts    smallint not null default 1,
    add column begins   xid8 not null default '0',
    add column ends     xid8,
    add column ended_at timestamptz,
    -- "topic/partition" to offset: all records of a shard that has ended lie before it. Null until its end is published.
    add column until_offsets jsonb,
    -- With several shards: up to there, Kafka has lost nothing as long as its partitions have these leader epochs.
    add column confirmed jsonb,
    add constraint relay_positions_part check (part between 0 and parts - 1 and parts <= 16),
    -- A relay that does not know the end, such as one of an earlier version, cannot go past it. (ends, 0) is the end.
    add constraint relay_positions_end check (ends is null or txid < ends or txid = ends and seq = 0),
    add constraint relay_positions_ended check ((ends is null) = (ended_at is null));

-- The relays that run while there are several shards, so that each leads an equal number of them.
create table relays (
    name  text primary key check (length(name) between 1 and 200),
    until timestamptz not null -- without a sign of life, it counts until then
);

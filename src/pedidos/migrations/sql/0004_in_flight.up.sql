-- squawk-ignore-file adding-field-with-default, require-statement-timeout -- the table is rewritten, see below
-- An index on updated_at, or with status in its condition, made every transition of an order write to all four indexes of
-- the table. in_flight stays the same until an order's way ends: all but the last update are heap-only.
-- The table is rewritten, and closed meanwhile: some seconds for a million orders.
-- Can be done twice, since it is committed before the index is made.

set local lock_timeout = '2s';

alter table orders add column if not exists in_flight boolean not null
    generated always as (status in ('received', 'validated', 'reserved', 'charging', 'paid')) stored;
-- Room on each page for a new version of every order on it, as a batch writes them.
-- squawk-ignore prefer-robust-stmts
alter table orders set (fillfactor = 50);

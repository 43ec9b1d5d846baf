-- squawk-ignore-file adding-field-with-default, require-statement-timeout -- the table is rewritten, see below
-- Where an order is once the platform has moved it, and the transaction that wrote its newest event then. Both are null
-- while it is in flight: an index on them is not touched by its updates until then (as in 0004).
-- The table is rewritten, and closed meanwhile: some seconds for a million orders.
-- Can be done twice, since it is committed before the indexes are made.

set local lock_timeout = '2s';

alter table orders
    add column if not exists landed_status text generated always as (
        case when status not in ('received', 'validated', 'reserved', 'charging', 'paid') then status end
    ) stored,
    add column if not exists landed_txid xid8 generated always as (
        case when status not in ('received', 'validated', 'reserved', 'charging', 'paid') then txid end
    ) stored;

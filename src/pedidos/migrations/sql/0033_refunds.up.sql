-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, require-table-schema, ban-drop-constraint, constraint-missing-not-valid -- short; the table is new
-- Refunds in part: each is a row, the intent and its outcome. Can be done twice, since it is committed before the
-- constraint is checked.

set local lock_timeout = '2s';

-- The cents of the refunds in part of an order that were not refused. Null for nearly all orders, for which it takes no
-- room. So what may be given back is a constraint of one row, and who makes a refund holds that row.
alter table payments add column if not exists returned_cents bigint;
alter table payments drop constraint if exists payments_returned_at_most_captured;
alter table payments add constraint payments_returned_at_most_captured
    check (returned_cents between 0 and amount_cents) not valid;

-- lease and the rest as in payments. wish: what was asked for, to recognise a repetition; with it, which units were
-- missing. account_id: who asked; no reference, since accounts are never deleted.
create table if not exists refunds (
    id           uuid primary key default uuidv7(),
    order_id     uuid not null references payments on delete cascade,
    request_key  text not null check (length(request_key) between 1 and 128),
    wish         jsonb not null,
    amount_cents bigint not null check (amount_cents > 0),
    cause        text not null check (cause in ('items_missing', 'not_as_ordered', 'late', 'goodwill')),
    reason       text not null check (length(reason) between 1 and 10000),
    account_id   uuid not null,
    status       text not null check (status in ('pending', 'refunded', 'refused')),
    lease        integer not null default 0 check (lease >= 0),
    lease_until  timestamptz not null default clock_timestamp(),
    attempts     integer not null default 0 check (attempts >= 0),
    next_attempt timestamptz not null default clock_timestamp(),
    reference    text,
    answer       text,
    created_at   timestamptz not null default clock_timestamp(),
    updated_at   timestamptz not null default clock_timestamp(),
    unique (order_id, request_key),
    check (status <> 'refunded' or reference is not null)
) with (fillfactor = 80);
-- squawk-ignore require-concurrent-index-creation -- the table is new
create index if not exists refunds_pending on refunds (next_attempt) where status = 'pending';

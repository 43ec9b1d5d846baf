-- squawk-ignore-file prefer-robust-stmts, prefer-bigint-over-int, require-table-schema -- one transaction; a log is rarely begun
-- Which log this is. Its id is in each record, so that a relay recognises records of another log: of a PostgreSQL that
-- was restored to an earlier moment, or of another database.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- The log as it is now is the one with the highest number. Each row before it is a log that this one went on from.
create table event_logs (
    number         integer primary key check (number >= 1),
    id             text not null unique default left(replace(gen_random_uuid()::text, '-', ''), 16),
    after          bigint not null default 0 check (after >= 0), -- the running numbers of its events are greater,
    txid           xid8 not null default '0',                    -- and their places lie behind this one
    seq            bigint not null default 0,
    unnamed        bigint not null default 0,   -- records up to this running number may lack the id: older versions wrote them
    doubtful       xid8 not null default '0',   -- a place between txid and here may be one of the log before
    gateway_since  timestamptz,                 -- from when on the gateway may know what was lost with the log before
    began_at       timestamptz not null default clock_timestamp()
);
insert into event_logs (number, unnamed) select 1, max(published) + 10000 from relay_positions having max(published) > 0;
insert into event_logs (number) values (1) on conflict do nothing;

-- Why the relay that leads does not publish.
alter table relay_positions add column refusal text;

-- Money at the gateway that belonged to no order: what `pedidos reconcile` did about it. Append-only.
create table reconciled_charges (
    key          text primary key,
    amount_cents bigint not null,
    outcome      text not null check (outcome in ('refunded', 'voided')),
    reference    text,
    done_by      text not null check (length(done_by) between 1 and 120),
    at           timestamptz not null default clock_timestamp()
);
create trigger reconciled_charges_append_only before update on reconciled_charges
    for each statement execute function refuse_audit_change();

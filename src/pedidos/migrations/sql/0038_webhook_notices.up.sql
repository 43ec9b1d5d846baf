-- squawk-ignore-file prefer-robust-stmts, require-table-schema, prefer-bigint-over-int -- one transaction; the columns are new
-- A shop's owner is told by mail when an endpoint takes nothing: once each time that begins.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The endpoint that a mail is about. No reference: a removed endpoint's mails stay, and say that it is gone.
alter table mails add column endpoint_id uuid;

alter table webhook_queues
    add column openings integer not null default 0, -- how often its circuit has opened
    add column held_told_at timestamptz, -- when a mail said that last; null: never
    add column given_up_told integer; -- in which opening a mail said that a delivery was given up

-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation, prefer-bigint-over-int -- one transaction; there are few mails and accounts of merchants
-- Mails are sent: what became of each; mails about events of orders; and who wants no more than what is owed.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The event that a mail is about. No reference to orders: its lock would get in the way of the steps. An account gets one
-- mail about an event.
alter table mails add column order_id uuid, add column version integer;
-- squawk-ignore constraint-missing-not-valid -- the columns are new, and null
alter table mails add constraint mails_of_an_event_check check ((order_id is null) = (version is null));
create unique index mails_once_per_event on mails (order_id, version, account_id) where order_id is not null;

create table mail_deliveries (
    mail_id      uuid primary key references mails on delete cascade,
    state        text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'lapsed')),
    attempts     integer not null default 0 check (attempts >= 0),
    next_attempt timestamptz not null default clock_timestamp(), -- while one runs: when its lease ends
    lease        bigint not null default 0, -- counts who took it: only the last one may say what became of it
    settled_at   timestamptz,
    reason       text check (length(reason) <= 300), -- codes of the mail server, never an address
    check ((state = 'waiting') = (settled_at is null))
);
create index mail_deliveries_due on mail_deliveries (next_attempt) where state = 'waiting';

-- Each mail is queued, by each process that writes one, also one of the version before, which knows nothing of deliveries. Those
-- who write mails have no right to the table, so the function has its owner's.
create function queue_mails() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
    insert into public.mail_deliveries (mail_id) select id from written on conflict do nothing;
    return null;
end $$;
create trigger mails_are_queued after insert on mails
    referencing new table as written for each statement execute function queue_mails();

-- Who wants no mails but those that are owed.
create table mail_refusals (
    account_id uuid primary key references accounts on delete cascade,
    refused_at timestamptz not null default now()
);

-- Events from before this version make no mails. One row.
create table order_mails (
    since timestamptz not null default now()
);
create unique index order_mails_one_row on order_mails ((true));
insert into order_mails default values;

-- To whom a mail to a merchant goes.
create index accounts_by_merchant on accounts (merchant_id) where merchant_id is not null;

-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation -- one transaction; the tables are new
-- Addresses are confirmed by mail, and a forgotten password is reset by mail: the mails to send, and their tokens.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- When it became known that the address is its owner's; null: not yet. The default counts as known: it is for the accounts
-- that are there, for those that an operator creates, and for a process of the version before, which sends no mails. It is
-- computed once, so no row is rewritten.
alter table accounts add column verified_at timestamptz default now();

create table mails (
    id         uuid primary key, -- the token of its link follows from it and from a key that is not in this database
    account_id uuid not null references accounts on delete cascade,
    kind       text not null check (kind ~ '^[a-z_]{1,40}$'),
    recipient  text not null check (length(recipient) between 3 and 254),
    language   text not null check (language ~ '^[a-z]{2}(_[A-Z]{2})?$'),
    token_hash bytea check (length(token_hash) = 32), -- null: it has no link
    created_at timestamptz not null default now()
);
-- The limit of mails to one account, and its owner's copy; retention, and what is sent next.
create index mails_by_account on mails (account_id, created_at);
create index mails_by_time on mails (created_at);

create function refuse_mail_change() returns trigger language plpgsql as $$
begin
    raise exception 'mails is append-only: retention and erasure alone delete' using errcode = 'restrict_violation';
end $$;
create trigger mails_append_only before update or truncate on mails
    for each statement execute function refuse_mail_change();

create table one_time_tokens (
    token_hash bytea primary key check (length(token_hash) = 32),
    purpose    text not null check (purpose in ('verify', 'reset')),
    account_id uuid not null references accounts on delete cascade,
    email      text not null, -- of no use once the account has another address
    expires_at timestamptz not null
);
create index one_time_tokens_by_account on one_time_tokens (account_id);
create index one_time_tokens_by_expiry on one_time_tokens (expires_at);

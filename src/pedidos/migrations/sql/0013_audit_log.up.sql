-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation -- one transaction; the tables are new
-- The audit log: who did what. Apart from the logs of the processes, and written in the transaction of what it reports.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

create table audit_log (
    number      bigint primary key check (number >= 1), -- given by the trigger below
    at          timestamptz not null,
    action      text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
    subject     text check (length(subject) between 1 and 200),
    outcome     text not null check (outcome in ('done', 'refused')),
    account_id  uuid, -- no reference: the entry stays as it is
    role        text,
    session_id  uuid,
    client      text check (length(client) <= 64),
    local_user text check (length(local_user) between 1 and 64),
    request_id  text check (length(request_id) <= 128),
    detail      jsonb not null check (length(detail::text) <= 4000)
);
create index audit_log_by_account on audit_log (account_id, number);
create index audit_log_by_subject on audit_log (subject, number);

-- The number of the last entry. One row.
create table audit_log_number (
    only_one boolean primary key default true check (only_one),
    last     bigint not null default 0
);
insert into audit_log_number default values;

-- Numbers without gaps, in the order of the commits: a missing number is a missing entry, and a reader that goes on after
-- the last number misses none. The row lock lasts until the commit. A role needs no right to the counter: the function
-- has its owner's.
create function number_audit_entry() returns trigger language plpgsql security definer as $$
begin
    update audit_log_number set last = last + 1 returning last into new.number;
    new.at := clock_timestamp();
    return new;
end $$;
do $$
begin -- so that no table of the caller's is taken for the counter
    execute format('alter function number_audit_entry() set search_path = %I, pg_temp', current_schema());
end $$;
create trigger audit_log_numbered before insert on audit_log for each row execute function number_audit_entry();
alter table audit_log enable always trigger audit_log_numbered;

create trigger audit_log_append_only before update or truncate on audit_log
    for each statement execute function refuse_audit_change();
-- Retention deletes old entries. Whatever its setting says, it deletes none of the last 30 days.
create trigger audit_log_keeps before delete on audit_log
    for each row when (old.at > now() - interval '30 days') execute function refuse_audit_change();

-- So that the event log waits for no transaction that cannot write to it. See docs/decisions/0026.
-- Can be done twice.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- One row, which hardly ever changes.
create table if not exists event_log_fence (
    only_one boolean primary key default true check (only_one),
    fence    xid8 not null default '0', -- transactions below it may not write events any more
    final    xid8 not null default '0'  -- below it no event can appear any more, whichever transactions run
);
insert into event_log_fence default values on conflict do nothing;

-- Volatile: it looks with a snapshot of its own, taken after the insert's lock on the log. So either it sees a fence, or
-- who has committed that fence sees the lock. In a transaction of one snapshot for all it would see an old fence.
create or replace function refuse_late_event() returns trigger language plpgsql volatile as $$
begin
    if pg_current_xact_id() < (select fence from event_log_fence) then
        raise exception 'a transaction of this age may not write to the event log any more'
            using errcode = 'serialization_failure', hint = 'Repeat it in a new transaction.';
    elsif current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
        raise exception 'events are written in transactions that are read committed'
            using errcode = 'feature_not_supported';
    end if;
    return null;
end $$;
create or replace trigger order_events_fence before insert on order_events
    for each statement execute function refuse_late_event();
alter table order_events enable always trigger order_events_fence; -- also where a session leaves out the others

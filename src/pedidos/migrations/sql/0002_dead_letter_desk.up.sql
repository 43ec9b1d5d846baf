-- The desk at which an operator looks at dead letters: the whole of a record that was not understood, and who did what.

alter table dead_letters add column key bytea;
alter table dead_letters add column headers jsonb not null default '[]'; -- of a Kafka record: [name, value in base64], in order

-- The audit trail. Append-only, like the event log. It includes failed attempts.
create table dead_letter_actions (
    id        bigint generated always as identity primary key,
    letter_id uuid not null references dead_letters on delete cascade,
    action    text not null check (action in ('replay', 'discard')),
    done      boolean not null, -- false: it was not possible, and the letter is as it was
    done_by   text not null check (length(done_by) between 1 and 120),
    note      text not null check (length(note) <= 2000),
    at        timestamptz not null default clock_timestamp()
);
create index dead_letter_actions_by_letter on dead_letter_actions (letter_id, id);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only' using errcode = 'restrict_violation';
end $$;
create trigger dead_letter_actions_append_only before update on dead_letter_actions
    for each statement execute function refuse_audit_change();

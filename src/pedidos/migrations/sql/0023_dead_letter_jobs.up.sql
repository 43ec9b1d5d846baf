-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation -- one transaction; the tables are new, and there are few letters
-- What an operator asks of many dead letters at once, on a page. The scheduler does it, letter by letter, so it goes on when
-- the page is closed or a process ends.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table dead_letter_jobs (
    id          uuid primary key, -- from the form: a form that is sent twice makes one job
    deed        text not null check (deed in ('preview', 'replay', 'discard')),
    reason      text check (length(reason) between 1 and 2000),
    shown       text not null check (length(shown) <= 8000), -- the filter as the list's page had it in its address
    account_id  uuid not null, -- who asked, as in the audit log
    role        text not null,
    session_id  uuid,
    client      text check (length(client) <= 64),
    request_id  text check (length(request_id) <= 128),
    created_at  timestamptz not null default clock_timestamp(),
    ended_at    timestamptz,
    waits_for   text check (length(waits_for) <= 300), -- why it cannot go on at the moment
    lease_until timestamptz not null default '-infinity', -- until then it belongs to the scheduler that took it
    check ((deed = 'discard') = (reason is not null))
);
create index dead_letter_jobs_open on dead_letter_jobs (created_at) where ended_at is null;
create index dead_letter_jobs_by_age on dead_letter_jobs (created_at);

create table dead_letter_job_letters (
    job_id    uuid not null references dead_letter_jobs on delete cascade,
    letter_id uuid not null references dead_letters on delete cascade,
    done      boolean, -- null: not yet; false: it was not possible
    note      text check (length(note) <= 2000), -- what was done, or why not
    primary key (job_id, letter_id)
);
create index dead_letter_job_letters_by_letter on dead_letter_job_letters (letter_id);
create index dead_letter_job_letters_unsettled on dead_letter_job_letters (job_id, letter_id) where done is null;

-- A list of open letters must not read all closed ones.
create index dead_letters_by_status on dead_letters (status, id);

-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction; the table is new
-- Times in which a merchant is closed in spite of its opening hours: holidays, and "closed now".

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table closures (
    id          uuid primary key default uuidv7(),
    merchant_id uuid not null references merchants on delete cascade,
    begins      timestamptz not null,
    ends        timestamptz not null,
    reason      text not null check (length(reason) <= 120),
    created_at  timestamptz not null default now(),
    unique (merchant_id, begins),
    check (ends > begins)
);
-- What is read are those that have not ended.
-- squawk-ignore require-concurrent-index-creation -- the table is new
create index closures_by_end on closures (merchant_id, ends);

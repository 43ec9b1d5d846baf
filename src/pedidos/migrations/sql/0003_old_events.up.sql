-- For the deletion of events of orders that ended long ago: up to where events may be gone.
-- Can run twice, since it is committed before the index is made.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- One row. A client that resumes from a place that is not above it may miss events, and starts again.
create table if not exists event_log_horizon (
    only_one boolean primary key default true check (only_one),
    removed  xid8 not null default '0' -- events of transactions up to this one may be gone
);
insert into event_log_horizon default values on conflict do nothing;

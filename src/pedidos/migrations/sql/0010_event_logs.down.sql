set local lock_timeout = '2s';
set local statement_timeout = '10s';
drop table if exists reconciled_charges;
-- squawk-ignore prefer-robust-stmts
alter table relay_positions drop column refusal;
drop table if exists event_logs;

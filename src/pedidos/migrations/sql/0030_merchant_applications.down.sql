-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table, ban-drop-column, ban-drop-constraint, constraint-missing-not-valid -- the tables are small
set local lock_timeout = '2s';
delete from one_time_tokens where purpose = 'join';
alter table one_time_tokens drop constraint one_time_tokens_purpose_check;
alter table one_time_tokens add constraint one_time_tokens_purpose_check check (purpose in ('verify', 'reset'));
alter table accounts drop column staff;
alter table merchants drop column suspended_reason, drop column suspended_at;
drop table merchant_applications;
drop function own_merchant();

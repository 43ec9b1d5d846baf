set local lock_timeout = '2s';
set local statement_timeout = '10s';
alter table refresh_tokens drop column successor_salt;
alter table refresh_tokens drop column replaced_for;

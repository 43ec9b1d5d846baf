set local lock_timeout = '2s';
set local statement_timeout = '60s';

drop trigger accounts_revoked_by_deletion on accounts;
drop trigger accounts_revoked_by_change on accounts;
drop function revoke_account();
drop trigger refresh_tokens_revoked on refresh_tokens;
drop function session_of_revoked_token();
drop trigger refresh_tokens_have_a_session on refresh_tokens;
drop function session_of_token();
alter table refresh_tokens drop constraint refresh_tokens_session;
drop table sessions;
drop function revoke_session();
drop table revocations;
alter table accounts drop column version;

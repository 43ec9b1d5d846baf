-- What it takes to give the answer to a refresh again: the successor's salt, and which client asked (security/refreshing.py).

set local lock_timeout = '2s';
set local statement_timeout = '10s';

alter table refresh_tokens add column successor_salt bytea;
alter table refresh_tokens add column replaced_for bytea;

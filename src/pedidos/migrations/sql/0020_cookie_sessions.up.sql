-- Sessions of browsers: a cookie holds a random value, and the session the hash of it.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Null: the session of a client of the API, which has refresh tokens.
alter table sessions add column cookie_hash bytea check (length(cookie_hash) = 32);
-- squawk-ignore require-concurrent-index-creation -- it is empty: no session has a cookie yet
create unique index sessions_by_cookie on sessions (cookie_hash) where cookie_hash is not null;

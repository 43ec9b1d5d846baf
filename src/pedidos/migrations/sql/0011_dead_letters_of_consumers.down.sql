set local lock_timeout = '2s';
set local statement_timeout = '10s';
alter table dead_letters drop constraint dead_letters_source_check;
-- Not valid: letters of other consumers may be there, and are kept.
alter table dead_letters
add constraint dead_letters_source_check check (source in ('relay', 'bridge', 'worker', 'watchdog')) not valid;

set local lock_timeout = '2s';
set local statement_timeout = '10s';
drop index dead_letters_discarded;
alter table payments drop column asked_at;

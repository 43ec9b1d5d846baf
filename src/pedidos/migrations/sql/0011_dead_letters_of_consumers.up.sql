-- Every consumer of a topic writes dead letters under its own name: a new one needs no migration for that.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- squawk-ignore ban-drop-constraint -- the next statement puts a wider one in its place
alter table dead_letters drop constraint dead_letters_source_check;
-- squawk-ignore constraint-missing-not-valid -- there are few letters
alter table dead_letters add constraint dead_letters_source_check check (source ~ '^[a-z][a-z_]*$');

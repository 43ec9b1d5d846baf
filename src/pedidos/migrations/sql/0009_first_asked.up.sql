-- When the gateway was first asked for an order's money, and letters that a person has given up.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

-- From here the payment deadline counts. Null: never asked, as far as is known.
alter table payments add column asked_at timestamptz;
-- Of the same order none is written again.
-- squawk-ignore require-concurrent-index-creation -- there are few letters
create index dead_letters_discarded on dead_letters (order_id) where status = 'discarded';

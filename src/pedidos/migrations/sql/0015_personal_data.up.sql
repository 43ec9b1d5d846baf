-- squawk-ignore-file require-statement-timeout -- two short statements
-- For personal data that is no longer needed: accounts that are erased, and orders that outlive their customers' data.

set local lock_timeout = '2s';

-- squawk-ignore prefer-robust-stmts -- one transaction
alter table accounts add column erased_at timestamptz;

-- The customer of orders that ended long ago (storage/orders/detaching.py).
insert into accounts (id, email, name, role, password_hash, active, erased_at)
values ('00000000-0000-7000-8000-000000000000', 'former-customers@invalid', 'Former customers', 'customer', '!', false, now())
on conflict do nothing;

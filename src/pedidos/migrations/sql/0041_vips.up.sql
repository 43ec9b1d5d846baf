-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction; the table is new
-- Customers whom a merchant has made VIPs, and coupons that are for them alone.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table vips (
    merchant_id uuid not null references merchants on delete cascade,
    customer_id uuid not null references accounts on delete cascade,
    since       timestamptz not null default now(),
    primary key (merchant_id, customer_id)
);
-- squawk-ignore require-concurrent-index-creation -- the table is new
create index vips_by_customer on vips (customer_id);

alter table coupons add column vips_only boolean not null default false;

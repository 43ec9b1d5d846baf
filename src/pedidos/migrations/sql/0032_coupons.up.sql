-- squawk-ignore-file prefer-robust-stmts, require-table-schema, prefer-bigint-over-int -- one transaction; the tables are new; prices are integers
-- Coupons of merchants. What is left of one is scarce like stock, and is counted apart from it, as stock is.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table coupons (
    id              uuid primary key default uuidv7(),
    merchant_id     uuid not null references merchants on delete cascade,
    code            text not null check (code ~ '^[A-Z0-9-]{3,32}$'),
    percent         smallint check (percent between 1 and 100),
    amount_cents    integer check (amount_cents > 0),
    minimum_cents   integer not null default 0 check (minimum_cents >= 0),
    begins          timestamptz not null default now(),
    ends            timestamptz,
    most_per_person integer check (most_per_person > 0),
    active          boolean not null default true,
    created_at      timestamptz not null default now(),
    unique (merchant_id, code),
    check ((percent is null) <> (amount_cents is null)),
    check (ends > begins)
);

-- used: by orders that hold the coupon, because their units are reserved or sold. most: null for no limit.
create table coupon_counts (
    coupon_id uuid primary key references coupons on delete cascade,
    most      integer check (most > 0),
    used      integer not null default 0 check (used >= 0),
    check (used <= most)
) with (fillfactor = 50);

create table coupon_uses (
    order_id    uuid primary key references orders on delete cascade,
    coupon_id   uuid not null references coupon_counts on delete cascade,
    customer_id uuid not null -- no reference: the order has one
);
-- squawk-ignore require-concurrent-index-creation -- the table is new
create index coupon_uses_by_person on coupon_uses (coupon_id, customer_id);

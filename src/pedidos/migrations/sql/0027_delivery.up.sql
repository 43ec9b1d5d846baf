-- squawk-ignore-file prefer-robust-stmts, require-table-schema, prefer-bigint-over-int -- one transaction; the tables are new; prices are integers
-- How an order gets to its customer, and what that costs.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- A merchant without a row does not deliver. The fee is flat, or that of the first band that reaches the address.
create table delivery_terms (
    merchant_id     uuid primary key references merchants on delete cascade,
    flat_cents      integer check (flat_cents between 0 and 100000),
    band_metres     integer[] not null default '{}',
    band_cents      integer[] not null default '{}',
    free_from_cents integer check (free_from_cents > 0),
    latitude        double precision check (latitude between -90 and 90),
    longitude       double precision check (longitude between -180 and 180),
    check ((flat_cents is null) = (cardinality(band_metres) > 0)),
    check (cardinality(band_metres) = cardinality(band_cents) and cardinality(band_metres) <= 20),
    check (array_position(band_metres, null) is null and array_position(band_cents, null) is null),
    check (0 < all(band_metres) and 0 <= all(band_cents)),
    check ((latitude is null) = (longitude is null)),
    check (cardinality(band_metres) = 0 or latitude is not null)
);

-- The lines of an order's total besides its items. An order without a delivery fee is picked up.
create table order_lines (
    order_id     uuid not null references orders on delete cascade,
    kind         text not null check (kind in ('delivery_fee', 'discount', 'tip')),
    amount_cents bigint not null,
    label        text not null default '' check (length(label) <= 40),
    -- No foreign key: its check would wait for a session that holds the coupon. Coupons are never deleted.
    coupon_id    uuid,
    primary key (order_id, kind),
    check ((kind = 'discount') = (coupon_id is not null)),
    check (case kind when 'discount' then amount_cents < 0 when 'tip' then amount_cents > 0 else amount_cents >= 0 end)
);

-- Who gets an order, and where: personal data. The row is deleted some days after the end of its order.
create table order_contacts (
    order_id uuid primary key references orders on delete cascade,
    contact  jsonb not null check (octet_length(contact::text) <= 8192)
);

create table saved_addresses (
    account_id uuid not null references accounts on delete cascade,
    id         uuid not null,
    label      text not null check (length(label) between 1 and 40),
    contact    jsonb not null check (octet_length(contact::text) <= 8192),
    created_at timestamptz not null default now(),
    primary key (account_id, id)
);

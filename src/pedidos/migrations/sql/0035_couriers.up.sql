-- squawk-ignore-file prefer-robust-stmts, require-table-schema, prefer-bigint-over-int -- one transaction; the tables are new; epochs and tries are small
-- Couriers bring the orders of a merchant. Who has an order in hand is a row, with an epoch that grows with each courier.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

alter table accounts
    drop constraint accounts_role_check,
    drop constraint accounts_check,
    add constraint accounts_role_check check (role in ('customer', 'merchant', 'operator', 'courier')) not valid,
    add constraint accounts_check check ((role in ('merchant', 'courier')) = (merchant_id is not null)) not valid;
alter table accounts validate constraint accounts_role_check;
alter table accounts validate constraint accounts_check;

create table courier_assignments (
    order_id     uuid not null references orders on delete cascade,
    epoch        integer not null check (epoch >= 1),
    courier_id   uuid not null references accounts,
    taken_at     timestamptz not null,
    lease_until  timestamptz not null check (lease_until > taken_at),
    picked_up_at timestamptz,
    ended_at     timestamptz,
    ending       text check (ending in ('given_back', 'lost', 'withdrawn', 'delivered')), -- null: it has the order
    primary key (order_id, epoch),
    check ((ending is null) = (ended_at is null)),
    constraint courier_assignments_picked_up check (ending <> 'delivered' or picked_up_at is not null)
);
-- At most one courier has an order, and an order is delivered at most once, whatever a process believes.
create unique index courier_assignments_held on courier_assignments (order_id) where ending is null;
create unique index courier_assignments_delivered on courier_assignments (order_id) where ending = 'delivered';
create index courier_assignments_of_courier on courier_assignments (courier_id, taken_at) where ending is null;

-- What the customer tells the courier. Only the pages and answers for that customer show it.
create table delivery_codes (
    order_id uuid primary key references orders on delete cascade,
    code     text not null check (code ~ '^[0-9]{4}$'),
    tries    integer not null default 0 check (tries between 0 and 5)
);

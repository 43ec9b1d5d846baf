-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation, prefer-bigint-over-int -- one transaction; the tables are new
-- Webhooks: who subscribes to events of orders, the secrets that sign, and every delivery with its attempts.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table webhook_endpoints (
    id          uuid primary key default uuidv7(),
    merchant_id uuid references merchants on delete cascade, -- null: of the operators, for all orders
    url         text not null check (length(url) <= 2000),
    types       text[] not null default '{}', -- empty: all
    description text not null default '' check (length(description) <= 200),
    state       text not null default 'on' check (state in ('on', 'off', 'gone')), -- gone: it answered 410
    created_at  timestamptz not null default clock_timestamp() -- earlier events are not for it
);
create index webhook_endpoints_by_merchant on webhook_endpoints (merchant_id, id);

-- Encrypted with a key that is not in this database.
create table webhook_secrets (
    id          uuid primary key default uuidv7(),
    endpoint_id uuid not null references webhook_endpoints on delete cascade,
    scheme      text not null check (scheme in ('v1', 'v1a')),
    sealed      bytea not null,
    expires_at  timestamptz -- null: it is the current one
);
create index webhook_secrets_by_endpoint on webhook_secrets (endpoint_id);

-- What changes with every delivery, apart from the endpoint. A process leases an endpoint, and with it all of its
-- deliveries: so their order is kept, and a slow one delays no other.
create table webhook_queues (
    endpoint_id uuid primary key references webhook_endpoints on delete cascade,
    due_at      timestamptz, -- null: nothing waits
    lease       bigint not null default 0, -- counts who took it
    lease_until timestamptz not null default '-infinity',
    failures    integer not null default 0, -- in a row
    trials      integer not null default 0, -- failed ones since single trials began
    held_until  timestamptz not null default '-infinity'
) with (fillfactor = 70);
create index webhook_queues_due on webhook_queues (due_at) where due_at is not null;

create table webhook_deliveries (
    id           uuid primary key default uuidv7(),
    endpoint_id  uuid not null references webhook_endpoints on delete cascade,
    order_id     uuid not null, -- no reference: its lock would get in the way of the steps
    version      integer not null check (version >= 1),
    type         text not null,
    body         text not null,
    state        text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
    attempts     integer not null default 0,
    before       integer not null default 0, -- of these, the attempts before it was last sent again by hand
    next_attempt timestamptz not null default clock_timestamp(),
    created_at   timestamptz not null default clock_timestamp(),
    settled_at   timestamptz,
    unique (endpoint_id, order_id, version),
    check ((state = 'waiting') = (settled_at is null))
);
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_attempt) where state = 'waiting';
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, id);
create index webhook_deliveries_settled on webhook_deliveries (settled_at) where settled_at is not null;

create table webhook_attempts (
    delivery_id uuid not null references webhook_deliveries on delete cascade,
    number      integer not null check (number >= 1),
    at          timestamptz not null,
    took_ms     integer not null,
    status      integer not null, -- 0: no answer
    reason      text not null check (length(reason) <= 300),
    answer      text not null check (length(answer) <= 1000), -- its beginning
    primary key (delivery_id, number)
);

-- The tables of pedidos. A rule that the database can hold is held here.
-- Money is in cents, times are timestamptz, ids are UUIDv7 (RFC 9562), so that they grow with time.

create table merchants (
    id          uuid primary key default uuidv7(),
    name        text not null check (length(name) between 1 and 120),
    time_zone   text not null default 'America/Sao_Paulo',
    active      boolean not null default true,
    created_at  timestamptz not null default now()
);

-- Several intervals a day; one that passes midnight is two rows. Minutes since local midnight.
create table opening_hours (
    merchant_id uuid not null references merchants on delete cascade,
    weekday     smallint not null check (weekday between 1 and 7), -- ISO 8601: Monday is 1
    opens       smallint not null check (opens between 0 and 1439),
    closes      smallint not null check (closes <= 1440),
    primary key (merchant_id, weekday, opens),
    check (closes > opens)
);

create table accounts (
    id            uuid primary key default uuidv7(),
    email         text not null check (email = lower(email) and length(email) between 3 and 254),
    name          text not null check (length(name) between 1 and 120),
    role          text not null check (role in ('customer', 'merchant', 'operator')),
    merchant_id   uuid references merchants,
    password_hash text not null,
    active        boolean not null default true,
    created_at    timestamptz not null default now(),
    unique (email),
    check ((role = 'merchant') = (merchant_id is not null))
);

-- One family per sign-in; each refresh replaces the token. A replaced token that comes back revokes its family.
create table refresh_tokens (
    token_hash  bytea primary key check (length(token_hash) = 32),
    family_id   uuid not null,
    account_id  uuid not null references accounts on delete cascade,
    expires_at  timestamptz not null,
    replaced_at timestamptz,
    revoked_at  timestamptz,
    created_at  timestamptz not null default now()
);
create index refresh_tokens_by_family on refresh_tokens (family_id);
create index refresh_tokens_by_expiry on refresh_tokens (expires_at);

create table products (
    id          uuid primary key default uuidv7(),
    merchant_id uuid not null references merchants,
    name        text not null check (length(name) between 1 and 120),
    description text not null default '' check (length(description) <= 2000),
    price_cents integer not null check (price_cents > 0),
    active      boolean not null default true,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now()
);
create index products_by_merchant on products (merchant_id, id);

-- Apart from products, so that the many small updates do not rewrite what hardly ever changes.
-- on_hand + reserved + sold changes only when a merchant counts or receives goods.
create table stock (
    product_id uuid primary key references products on delete cascade,
    on_hand    integer not null check (on_hand >= 0),
    reserved   integer not null default 0 check (reserved >= 0),
    sold       bigint  not null default 0 check (sold >= 0)
) with (fillfactor = 50);

create table orders (
    id            uuid primary key,
    customer_id   uuid not null references accounts,
    merchant_id   uuid not null references merchants,
    status        text not null check (status in (
                      'received', 'validated', 'reserved', 'charging', 'paid', 'confirmed', 'preparing', 'on_its_way',
                      'delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled')),
    version       integer not null check (version >= 1),
    total_cents   bigint not null check (total_cents > 0),
    payment_token text not null check (length(payment_token) between 1 and 64),
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    -- The transaction that wrote the newest event. A transition by an older one is refused, so that the event log, read
    -- in the order of transactions, tells each order's events in the order of their versions.
    txid          xid8 not null default pg_current_xact_id(),
    check (updated_at >= created_at)
) with (fillfactor = 80);
create index orders_by_customer on orders (customer_id, id);
create index orders_by_merchant on orders (merchant_id, id);
-- What the watchdog looks through: orders that the platform still has to move.
create index orders_in_flight on orders (updated_at) where status in ('received', 'validated', 'reserved', 'charging', 'paid');

create table order_items (
    order_id         uuid not null references orders on delete cascade,
    position         smallint not null check (position between 1 and 50),
    product_id       uuid not null references products,
    quantity         integer not null check (quantity between 1 and 99),
    unit_price_cents integer not null check (unit_price_cents > 0),
    primary key (order_id, position)
);

-- The event log: outbox of the relay, timeline of the customer, replay source of the live stream. Append-only.
-- (txid, seq) is the order in which it is read; below pg_snapshot_xmin(pg_current_snapshot()) nothing can still appear.
create table order_events (
    txid        xid8 not null default pg_current_xact_id(),
    seq         bigint generated always as identity,
    order_id    uuid not null references orders on delete cascade,
    version     integer not null check (version >= 1),
    previous    integer generated always as (nullif(version - 1, 0)) stored, -- with its foreign key: no version without the one before
    type        text not null check (type like 'order.%'),
    status      text not null check (status in (
                    'received', 'validated', 'reserved', 'charging', 'paid', 'confirmed', 'preparing', 'on_its_way',
                    'delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled')),
    customer_id uuid not null,
    merchant_id uuid not null,
    detail      jsonb not null default '{}',
    traceparent text,
    occurred_at timestamptz not null default clock_timestamp(),
    primary key (txid, seq),
    unique (order_id, version),
    foreign key (order_id, previous) references order_events (order_id, version)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the event log is append-only' using errcode = 'restrict_violation';
end $$;
create trigger order_events_append_only before update on order_events
    for each statement execute function refuse_change();

-- At most one order per customer and key, whatever a client repeats. Kept 24 hours.
create table idempotency_keys (
    customer_id  uuid not null,
    key          text not null check (length(key) between 1 and 128),
    request_hash bytea not null check (length(request_hash) = 32),
    order_id     uuid not null references orders on delete cascade,
    created_at   timestamptz not null default now(),
    primary key (customer_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- One payment per order. The row is the intent, written before the gateway is asked. lease is the fencing token: who
-- settles must name the number under which it asked.
create table payments (
    order_id     uuid primary key references orders on delete cascade,
    amount_cents bigint not null check (amount_cents > 0),
    status       text not null check (status in ('pending', 'captured', 'declined', 'undoing', 'refunded', 'voided')),
    lease        integer not null check (lease >= 1),
    lease_until  timestamptz not null,
    attempts     integer not null check (attempts >= 0),
    next_attempt timestamptz not null,
    reference    text,
    reason       text,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    check (status not in ('captured', 'refunded') or reference is not null)
) with (fillfactor = 80);
create index payments_unsettled on payments (next_attempt) where status in ('pending', 'undoing');

-- Orders that do not move: what the watchdog has tried, and how the last try failed.
create table stalled_orders (
    order_id   uuid primary key references orders on delete cascade,
    version    integer not null, -- the version it does not move from
    hints      integer not null check (hints >= 0),
    next_hint  timestamptz not null,
    last_error text
);

create table dead_letters (
    id          uuid primary key default uuidv7(),
    source      text not null check (source in ('relay', 'bridge', 'worker', 'watchdog')),
    origin      text not null, -- where exactly: a step, or topic/partition/offset
    order_id    uuid,
    reason      text not null,
    payload     bytea not null default ''::bytea,
    status      text not null default 'open' check (status in ('open', 'replayed', 'discarded')),
    created_at  timestamptz not null default now(),
    resolved_at timestamptz,
    resolved_by text,
    check ((status = 'open') = (resolved_at is null))
);
-- The same letter is kept once while it is open.
create unique index dead_letters_open on dead_letters (source, origin, coalesce(order_id, '00000000-0000-0000-0000-000000000000'))
    where status = 'open';
create index dead_letters_by_order on dead_letters (order_id) where status = 'open';

-- How far the event log is published, per relay shard, and who publishes. epoch grows with every change of leader.
create table relay_positions (
    shard       smallint primary key check (shard >= 0),
    txid        xid8 not null default '0',
    seq         bigint not null default 0,
    published   bigint not null default 0 check (published >= 0), -- events published so far: the running number of the last one
    epoch       bigint not null default 0,
    leader      text,
    lease_until timestamptz not null default '-infinity'
);
insert into relay_positions (shard) values (0);

-- The tables of every peer: what an order needs, and nothing of the engine that moves it.

create table merchants (
    id     uuid primary key default uuidv7(),
    name   text not null,
    active boolean not null default true
);

create table products (
    id          uuid primary key default uuidv7(),
    merchant_id uuid not null references merchants,
    name        text not null,
    price_cents integer not null check (price_cents > 0),
    active      boolean not null default true
);

create table stock (
    product_id uuid primary key references products,
    on_hand    integer not null check (on_hand >= 0),
    reserved   integer not null default 0 check (reserved >= 0)
) with (fillfactor = 50);

create table orders (
    id            uuid primary key default uuidv7(),
    customer_id   uuid not null,
    merchant_id   uuid not null references merchants,
    status        text not null default 'received',
    total_cents   bigint not null check (total_cents > 0),
    payment_token text not null,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now()
) with (fillfactor = 80);

create table order_items (
    order_id         uuid not null references orders,
    position         smallint not null,
    product_id       uuid not null references products,
    quantity         integer not null check (quantity > 0),
    unit_price_cents integer not null check (unit_price_cents > 0),
    primary key (order_id, position)
);

create table payments (
    id           uuid primary key default uuidv7(),
    order_id     uuid not null unique references orders,
    amount_cents bigint not null check (amount_cents > 0),
    created_at   timestamptz not null default now()
);

-- squawk-ignore-file prefer-robust-stmts, require-table-schema, prefer-bigint-over-int -- one transaction; the tables are new; prices are integers
-- Categories and options of products, what an order keeps of those that were chosen, and "sold out today".

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Names are unique: replacing the groups of a product keeps the ids of those whose names stay.
create table option_groups (
    id         uuid primary key default uuidv7(),
    product_id uuid not null references products on delete cascade,
    name       text not null check (length(name) between 1 and 120),
    least      smallint not null check (least between 0 and 20),
    most       smallint not null check (most between 1 and 20),
    position   smallint not null check (position between 1 and 10),
    unique (product_id, name),
    check (least <= most)
);

create table choices (
    id             uuid primary key default uuidv7(),
    group_id       uuid not null references option_groups on delete cascade,
    name           text not null check (length(name) between 1 and 120),
    price_cents    integer not null check (price_cents between 0 and 10000000),
    available      boolean not null default true,
    position       smallint not null check (position between 1 and 30),
    sold_out_until timestamptz,
    unique (group_id, name)
);

-- needs_choices: a group of the product has a least number. An order without choices then has no price, which its statement
-- sees without reading the groups.
-- category: under which the menu has the product; empty: under none.
alter table products
    add column category text not null default '',
    add constraint products_category_check check (length(category) <= 60) not valid,
    add column needs_choices boolean not null default false,
    add column sold_out_until timestamptz;

-- The sum of the prices of an item's choices; null if they are not what an order keeps.
create function choices_cents(choices jsonb) returns bigint language sql immutable parallel safe strict
return (
    select case when count(*) between 1 and 20 and count(*) = count(price) then sum(price)::bigint end
    from (
        select case when each ->> 'price_cents' ~ '^[0-9]{1,8}$' then (each ->> 'price_cents')::bigint end as price
        from jsonb_array_elements(choices) as each
    ) as prices
);

-- choices: their ids, names and prices when the order was placed; null: none. product_cents: the price of the product
-- without them. What an item costs, unit_price_cents, is the sum of both. Earlier items have neither, so they need no check.
alter table order_items
    add column choices jsonb,
    add column product_cents integer,
    add constraint order_items_cost_their_product_and_choices check (
        case when choices is null then product_cents is null
             else product_cents > 0 and (unit_price_cents = product_cents + choices_cents(choices)) is true end
    ) not valid;

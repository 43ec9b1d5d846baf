-- squawk-ignore-file prefer-robust-stmts, require-table-schema, prefer-bigint-over-int -- one transaction; the table is new; stock has integers
-- Whose count or delivery changed a product's stock, and why. What orders take and give back is in the event log.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table stock_changes (
    id          uuid primary key default uuidv7(),
    product_id  uuid not null references products,
    kind        text not null check (kind in ('counted', 'received')),
    former      integer not null check (former >= 0),
    on_hand     integer not null check (on_hand >= 0),
    reason      text not null check (length(reason) <= 200),
    account_id  uuid, -- no reference: the row stays as it is
    request_key text check (length(request_key) between 1 and 128),
    at          timestamptz not null default clock_timestamp(),
    check (kind <> 'received' or on_hand > former)
);
-- squawk-ignore require-concurrent-index-creation -- the table is new
create index stock_changes_by_product on stock_changes (product_id, id);
-- A delivery that is reported twice is added once.
-- squawk-ignore require-concurrent-index-creation -- the table is new
create unique index stock_changes_by_request on stock_changes (product_id, request_key) where request_key is not null;

create function refuse_stock_change() returns trigger language plpgsql as $$
begin
    raise exception 'the history of the stock is append-only' using errcode = 'restrict_violation';
end $$;
create trigger stock_changes_append_only before update or truncate on stock_changes
    for each statement execute function refuse_stock_change();

-- A form that is sent twice adds one product.
alter table products add column request_key text check (length(request_key) between 1 and 128);
-- squawk-ignore require-concurrent-index-creation -- it is empty: no product has a key yet
create unique index products_by_request on products (merchant_id, request_key) where request_key is not null;

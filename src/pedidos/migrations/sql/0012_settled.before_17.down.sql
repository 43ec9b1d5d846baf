set local lock_timeout = '2s';

alter table orders drop column in_flight, drop column landed_status, drop column landed_txid;

alter table orders
    add column in_flight boolean not null generated always as (
        status in ('received', 'validated', 'reserved', 'charging', 'paid')
    ) stored,
    add column landed_status text generated always as (
        case when status not in ('received', 'validated', 'reserved', 'charging', 'paid') then status end
    ) stored,
    add column landed_txid xid8 generated always as (
        case when status not in ('received', 'validated', 'reserved', 'charging', 'paid') then txid end
    ) stored;

create index orders_to_move on orders (id) where in_flight;
create index orders_in_flight_by_customer on orders (customer_id, id) where in_flight;
create index orders_in_flight_by_merchant on orders (merchant_id, id) where in_flight;
create index orders_landed_by_customer on orders (customer_id, landed_status, id) where not in_flight;
create index orders_landed_by_merchant on orders (merchant_id, landed_status, id) where not in_flight;
create index orders_landed on orders (landed_status, id) where not in_flight;
create index orders_moved_by_customer on orders (customer_id, landed_txid) where not in_flight;
create index orders_moved_by_merchant on orders (merchant_id, landed_txid) where not in_flight;

set local lock_timeout = '2s';
set local statement_timeout = '60s';
create index if not exists orders_by_customer on orders (customer_id, id);
create index if not exists orders_by_merchant on orders (merchant_id, id);
drop index if exists orders_in_flight_by_customer, orders_in_flight_by_merchant;
alter table orders drop column landed_status, drop column landed_txid; -- their indexes go with them

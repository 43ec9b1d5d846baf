set local lock_timeout = '2s';
set local statement_timeout = '60s';
create index if not exists orders_in_flight_by_merchant on orders (merchant_id, id) where in_flight;
drop index if exists orders_at_work_by_merchant;

set local lock_timeout = '2s';
set local statement_timeout = '10s';
create index if not exists orders_in_flight on orders (updated_at)
    where status in ('received', 'validated', 'reserved', 'charging', 'paid');
drop index if exists orders_to_move;
alter table orders drop column in_flight;
alter table orders set (fillfactor = 80);

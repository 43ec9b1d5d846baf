set local lock_timeout = '2s';
set local statement_timeout = '10s';
drop trigger if exists order_items_named on order_items;
drop function if exists name_item();
alter table order_items drop column if exists name;

-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- they block no session, and migrations have time
-- A customer's orders in flight. The condition means the same as in_flight, which two other indexes have: while hardly any
-- order is in flight, PostgreSQL took one of those, and read the orders of all customers.
create index concurrently if not exists orders_waiting_by_customer on orders (customer_id, id)
    where landed_status is null;

drop index concurrently if exists orders_in_flight_by_customer;

-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- they block no session, and migrations have time
-- For lists: an owner's orders in one state, newest first, are neighbours. In two halves, so that an order writes as many
-- entries as before when it is placed and when it lands.
create index concurrently if not exists orders_in_flight_by_customer on orders (customer_id, id) where in_flight;

create index concurrently if not exists orders_in_flight_by_merchant on orders (merchant_id, id) where in_flight;

create index concurrently if not exists orders_landed_by_customer on orders (customer_id, landed_status, id)
    where not in_flight;

create index concurrently if not exists orders_landed_by_merchant on orders (merchant_id, landed_status, id)
    where not in_flight;

create index concurrently if not exists orders_landed on orders (landed_status, id) where not in_flight;

-- For replays: an owner's orders that have moved since a place in the event log.
create index concurrently if not exists orders_moved_by_customer on orders (customer_id, landed_txid)
    where not in_flight;

create index concurrently if not exists orders_moved_by_merchant on orders (merchant_id, landed_txid)
    where not in_flight;

-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- they block no session, and migrations have time
-- Orders that wait for their time: by when it comes, for their merchant, and for lists. All other orders write nothing here.
create index concurrently if not exists orders_scheduled on orders (release_at) where release_at is not null;

create index concurrently if not exists orders_scheduled_by_merchant on orders (merchant_id, release_at)
    where release_at is not null;

create index concurrently if not exists orders_scheduled_by_id on orders (id) where release_at is not null;

-- In place of orders_to_move, so an order writes as many entries as before. Processes of the version before, which look
-- for it, find orders_in_flight_by_merchant instead.
create index concurrently if not exists orders_at_work on orders (id) where in_flight and release_at is null;

-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- it blocks no session, and migrations have time
-- What the watchdog looks through: orders that the platform still has to move.
create index concurrently if not exists orders_to_move on orders (id) where in_flight;

-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- it blocks nobody, and takes as long as it takes
-- The ends of orders, by time: whoever looks for old ones reads nothing else. An entry goes with its event.
-- Concurrently, so that orders go on moving meanwhile; therefore it cannot be in a transaction with anything else.
create index concurrently if not exists order_events_ended on order_events (occurred_at)
    where status in ('delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled');

-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- it blocks no session, and takes as long as it takes
-- The ends of orders, by time: a search for old ones reads nothing else. An entry is deleted with its event.
-- Concurrently, so that orders keep moving meanwhile; so it cannot share a transaction with anything else.
create index concurrently if not exists order_events_ended on order_events (occurred_at)
    where status in ('delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled');

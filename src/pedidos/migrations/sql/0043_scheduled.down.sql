-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-constraint, ban-drop-column, constraint-missing-not-valid, require-concurrent-index-creation, require-concurrent-index-deletion
-- An earlier version cannot know of orders that wait, nor show those that did: cancel or release the first, and it refuses
-- the others until their events are too old to be kept.
set local lock_timeout = '2s';
drop index orders_scheduled, orders_scheduled_by_merchant, orders_scheduled_by_id, orders_at_work;
create index orders_to_move on orders (id) where in_flight;
alter table order_events
    drop constraint order_events_status_check,
    add constraint order_events_status_check check (status in (
        'received', 'validated', 'reserved', 'charging', 'paid', 'confirmed', 'preparing', 'on_its_way',
        'delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled'));
alter table orders
    drop constraint orders_waits_until,
    drop constraint orders_status_check,
    drop constraint orders_payment_token_until_paid,
    add constraint orders_status_check check (status in (
        'received', 'validated', 'reserved', 'charging', 'paid', 'confirmed', 'preparing', 'on_its_way',
        'delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled')),
    add constraint orders_payment_token_until_paid
        check (payment_token is not null or status not in ('received', 'validated', 'reserved', 'charging')),
    drop column release_at,
    drop column scheduled_for;

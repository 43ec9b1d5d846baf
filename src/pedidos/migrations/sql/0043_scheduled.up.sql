-- squawk-ignore-file require-statement-timeout, ban-drop-constraint, prefer-robust-stmts -- short: nothing is read or rewritten
-- Orders for later wait in a state of their own, scheduled, in which the pipeline has nothing to do yet.
-- The generated columns of orders list the settled states, and a change of them would rewrite the table. So for them, such
-- an order is in flight; the index of those that the platform has to move leaves it out by release_at, which only an order
-- that waits has. An order that is released, or cancelled, loses it.
-- Can be done twice, since it is committed before the constraints are checked and the indexes made.

set local lock_timeout = '2s';

alter table orders
    add column if not exists scheduled_for timestamptz,
    add column if not exists release_at timestamptz;
alter table orders
    drop constraint if exists orders_status_check,
    drop constraint if exists orders_payment_token_until_paid,
    drop constraint if exists orders_waits_until,
    add constraint orders_status_check check (status in (
        'scheduled', 'received', 'validated', 'reserved', 'charging', 'paid', 'confirmed', 'preparing', 'on_its_way',
        'delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled')) not valid,
    add constraint orders_payment_token_until_paid check (
        payment_token is not null
        or status not in ('scheduled', 'received', 'validated', 'reserved', 'charging')) not valid,
    add constraint orders_waits_until check (
        case when status = 'scheduled'
             then scheduled_for is not null and release_at is not null and release_at <= scheduled_for
             else release_at is null end) not valid;

alter table order_events
    drop constraint if exists order_events_status_check,
    add constraint order_events_status_check check (status in (
        'scheduled', 'received', 'validated', 'reserved', 'charging', 'paid', 'confirmed', 'preparing', 'on_its_way',
        'delivered', 'rejected', 'unavailable', 'declined', 'expired', 'cancelled')) not valid;

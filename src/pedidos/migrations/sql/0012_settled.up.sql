-- squawk-ignore-file prefer-robust-stmts, require-statement-timeout -- one transaction; the table is rewritten, see below
-- The generated columns list the states in which an order has settled, in place of those in flight: a new step adds one of
-- these, and would rewrite the table. No value changes.
-- The table is rewritten with its indexes, and closed meanwhile: some seconds for a million orders.

set local lock_timeout = '2s';

alter table orders
    alter column in_flight set expression as (
        status not in ('confirmed', 'preparing', 'on_its_way', 'delivered',
                       'rejected', 'unavailable', 'declined', 'expired', 'cancelled')
    ),
    alter column landed_status set expression as (
        case when status in ('confirmed', 'preparing', 'on_its_way', 'delivered',
                             'rejected', 'unavailable', 'declined', 'expired', 'cancelled') then status end
    ),
    alter column landed_txid set expression as (
        case when status in ('confirmed', 'preparing', 'on_its_way', 'delivered',
                             'rejected', 'unavailable', 'declined', 'expired', 'cancelled') then txid end
    );

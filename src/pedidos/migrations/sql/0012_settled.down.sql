set local lock_timeout = '2s';
alter table orders
    alter column in_flight set expression as (
        status in ('received', 'validated', 'reserved', 'charging', 'paid')
    ),
    alter column landed_status set expression as (
        case when status not in ('received', 'validated', 'reserved', 'charging', 'paid') then status end
    ),
    alter column landed_txid set expression as (
        case when status not in ('received', 'validated', 'reserved', 'charging', 'paid') then txid end
    );

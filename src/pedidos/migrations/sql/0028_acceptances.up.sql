-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction; the table is new
-- How merchants answered to confirmed orders: an order is accepted, or its time for that is over, and never both.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table acceptances (
    order_id    uuid primary key references orders on delete cascade, -- so an order has one outcome, whatever races
    outcome     text not null check (outcome in ('accepted', 'missed')),
    due_at      timestamptz, -- null: there was no limit
    decided_at  timestamptz not null,
    promised_at timestamptz,
    check ((outcome = 'accepted') = (promised_at is not null)),
    check (promised_at >= decided_at - interval '1 second'), -- it is to the second
    constraint acceptances_in_time check (
        case outcome when 'accepted' then due_at is null or decided_at <= due_at
                     else due_at is not null and decided_at > due_at end
    )
);

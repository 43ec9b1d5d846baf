-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction; the tables are new
-- What customers say about orders that were delivered: once for each order.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- id: later ratings have higher ones. comment: empty if there is none, or none any more.
create table ratings (
    order_id    uuid primary key references orders on delete cascade,
    id          uuid not null default uuidv7(),
    merchant_id uuid not null references merchants,
    stars       smallint not null check (stars between 1 and 5),
    comment     text not null default '' check (length(comment) <= 500),
    rated_at    timestamptz not null default clock_timestamp()
);
create unique index ratings_of_merchant on ratings (merchant_id, id);

-- How many ratings a merchant has, and the sum of their stars. The statement that adds a rating counts it here, so a list of
-- merchants reads one row for each, however many ratings there are. The row is held until that statement's commit: it keeps
-- waiting only those who rate the same merchant at that moment.
create table merchant_ratings (
    merchant_id uuid primary key references merchants on delete cascade,
    ratings     bigint not null check (ratings > 0),
    stars       bigint not null,
    check (stars between ratings and 5 * ratings)
);

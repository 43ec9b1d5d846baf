-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction; the tables are new
-- Pictures of products and of people, each in a table of its own: lists of products and accounts read none of their bytes.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- version: of the content, and part of its address. content: WebP, which does not get smaller when it is compressed again.
create table product_pictures (
    product_id uuid primary key references products on delete cascade,
    version    text not null check (version ~ '^[0-9a-f]{32}$'),
    width      smallint not null check (width between 1 and 800),
    height     smallint not null check (height between 1 and 800),
    content    bytea not null check (octet_length(content) between 1 and 100000)
);
alter table product_pictures alter column content set storage external;

create table account_pictures (
    account_id uuid primary key references accounts on delete cascade,
    version    text not null check (version ~ '^[0-9a-f]{32}$'),
    width      smallint not null check (width between 1 and 800),
    height     smallint not null check (height between 1 and 800),
    content    bytea not null check (octet_length(content) between 1 and 100000)
);
alter table account_pictures alter column content set storage external;

-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction; the tables are new
-- Merchants and operators can have a second factor (TOTP, RFC 6238), with recovery codes.

set local lock_timeout = '2s';
set local statement_timeout = '10s';

create table second_factors (
    account_id   uuid primary key references accounts on delete cascade,
    secret       bytea not null check (length(secret) between 29 and 200), -- encrypted: security/account_keys.py
    began_at     timestamptz not null default now(),
    confirmed_at timestamptz, -- null: not asked for yet, because no code has shown that the app has the secret
    last_step    bigint not null default 0 check (last_step >= 0) -- of the last code; no earlier or equal one is accepted
);

create table recovery_codes (
    account_id uuid not null references second_factors on delete cascade,
    code_hash  bytea not null check (length(code_hash) = 32),
    primary key (account_id, code_hash)
);

-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation, prefer-bigint-over-int -- one transaction; the tables are new
-- Sessions have rows of their own, and what an account, a session or a deletion makes void is on a list that every
-- process which checks access tokens reads (http/revocations.py).

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- Counts the changes after which earlier access tokens and earlier sign-ins must not be trusted.
alter table accounts add column version integer not null default 0;

create table sessions (
    id           uuid primary key,
    account_id   uuid not null references accounts on delete cascade,
    created_at   timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at   timestamptz not null, -- unless it is used before
    ends_at      timestamptz not null, -- however much it is used
    tokens_until timestamptz not null default now() + interval '1 day', -- when its last access token has expired
    address      text check (length(address) <= 100),
    user_agent   text check (length(user_agent) <= 200),
    check (expires_at <= ends_at)
);
create index sessions_by_account on sessions (account_id, last_used_at);
create index sessions_by_expiry on sessions (expires_at);

-- Those that can still be refreshed get a row. Their end is counted from now, so that the upgrade ends none.
insert into sessions (id, account_id, created_at, last_used_at, expires_at, ends_at)
select family_id, account_id, min(created_at), max(created_at),
       least(max(expires_at), now() + interval '30 days'), now() + interval '30 days'
from refresh_tokens
group by family_id, account_id
having bool_or(replaced_at is null and revoked_at is null and expires_at > now());

-- Not valid: the tokens of ended sessions stay until retention removes them.
alter table refresh_tokens
    add constraint refresh_tokens_session foreign key (family_id) references sessions on delete cascade not valid;

-- For processes of the version before, which sign in and sign out beside those of this one during an upgrade: they know
-- no sessions. Both triggers and the column revoked_at go in a later release.
create function session_of_token() returns trigger language plpgsql as $$
begin
    insert into sessions (id, account_id, expires_at, ends_at)
    values (new.family_id, new.account_id, least(new.expires_at, now() + interval '30 days'), now() + interval '30 days')
    on conflict (id) do nothing;
    return new;
end $$;
create trigger refresh_tokens_have_a_session before insert on refresh_tokens
    for each row execute function session_of_token();

create function session_of_revoked_token() returns trigger language plpgsql as $$
begin
    delete from sessions where id = new.family_id;
    return null;
end $$;
create trigger refresh_tokens_revoked after update of revoked_at on refresh_tokens
    for each row when (new.revoked_at is not null) execute function session_of_revoked_token();

create table revocations (
    subject    uuid primary key, -- the id of an account or of a session
    version    integer not null, -- its access tokens of a lower version are void
    expires_at timestamptz not null, -- when all of these have expired
    txid       xid8 not null default pg_current_xact_id()
);
-- Readers ask for what was written since they last asked; retention for what has expired.
create index revocations_by_txid on revocations (txid);
create index revocations_by_expiry on revocations (expires_at);

-- Triggers, so that no way to end a session, to change an account or to delete it can leave the list out. No role needs
-- a right to write it: the functions have their owner's. 2147483647: every token is void. 25 hours: a token is valid for
-- 24 at most, and clocks differ.
create function revoke_session() returns trigger language plpgsql security definer as $$
begin
    insert into revocations (subject, version, expires_at) values (old.id, 2147483647, old.tokens_until)
    on conflict (subject) do nothing;
    return null;
end $$;
create trigger sessions_revoked after delete on sessions
    for each row when (old.tokens_until > now()) execute function revoke_session();

create function revoke_account() returns trigger language plpgsql security definer as $$
begin
    if tg_op = 'UPDATE' then
        new.version := old.version + 1;
    end if;
    insert into revocations (subject, version, expires_at)
    values (old.id, case tg_op when 'UPDATE' then new.version else 2147483647 end, now() + interval '25 hours')
    on conflict (subject) do update
        set version = excluded.version, expires_at = excluded.expires_at, txid = excluded.txid;
    return case tg_op when 'UPDATE' then new else old end;
end $$;
do $$
begin -- so that no table of the caller's is taken for the list
    execute format('alter function revoke_session() set search_path = %I, pg_temp', current_schema());
    execute format('alter function revoke_account() set search_path = %I, pg_temp', current_schema());
end $$;

create trigger accounts_revoked_by_change before update on accounts
    for each row
    when ((old.role, old.merchant_id, old.active) is distinct from (new.role, new.merchant_id, new.active))
    execute function revoke_account();
create trigger accounts_revoked_by_deletion before delete on accounts
    for each row execute function revoke_account();

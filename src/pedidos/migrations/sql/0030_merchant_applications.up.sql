-- squawk-ignore-file prefer-robust-stmts, require-table-schema, require-concurrent-index-creation -- one transaction; the table is new
-- Merchants apply, and an operator approves or refuses; a merchant can be suspended. Accounts of a merchant's staff.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

create table merchant_applications (
    id                 uuid primary key default uuidv7(),
    account_id         uuid not null references accounts, -- who applies, and owns the merchant once it is approved
    name               text not null check (length(name) between 1 and 120),
    tax_number         text not null check (tax_number ~ '^([0-9A-Z]{12}[0-9]{2}|[0-9]{11})$'), -- a CNPJ or a CPF
    address            text not null check (length(address) between 1 and 300),
    time_zone          text not null check (length(time_zone) between 1 and 64),
    hours              jsonb not null,
    delivery_fee_cents integer not null check (delivery_fee_cents between 0 and 100000),
    status             text not null default 'open' check (status in ('open', 'approved', 'refused')),
    reason             text check (length(reason) between 1 and 500),
    merchant_id        uuid references merchants,
    created_at         timestamptz not null default now(),
    decided_at         timestamptz,
    check ((status = 'open') = (decided_at is null)),
    check ((status = 'approved') = (merchant_id is not null)),
    check ((status = 'refused') = (reason is not null))
);
create unique index merchant_applications_one_open on merchant_applications (account_id) where status = 'open';
create unique index merchant_applications_tax_number on merchant_applications (tax_number) where status <> 'refused';
create unique index merchant_applications_merchant on merchant_applications (merchant_id) where merchant_id is not null;
create index merchant_applications_by_account on merchant_applications (account_id, id);
create index merchant_applications_waiting on merchant_applications (id) where status = 'open';

-- No role of a process may change the role of an account. An approval does, for the account that applied alone, and only to
-- own a merchant that has no account yet.
create function own_merchant() returns trigger language plpgsql security definer as $$
begin
    update accounts set role = 'merchant', merchant_id = new.merchant_id
    where id = new.account_id and role = 'customer' and active
      and not exists (select from accounts other where other.merchant_id = new.merchant_id);
    if not found then
        raise exception 'the account cannot own this merchant' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
do $$
begin -- so that no table of the caller's is taken for accounts
    execute format('alter function own_merchant() set search_path = %I, pg_temp', current_schema());
end $$;
create trigger merchant_applications_own before update of status on merchant_applications
    for each row when (new.status = 'approved' and old.status = 'open') execute function own_merchant();

-- A suspended merchant is not active: it takes no new orders, and finishes those that it has.
alter table merchants
    add column suspended_at timestamptz,
    add column suspended_reason text check (length(suspended_reason) between 1 and 500),
    add constraint merchants_suspended_with_a_reason
        check ((suspended_at is null) = (suspended_reason is null) and (suspended_at is null or not active)) not valid;
alter table merchants validate constraint merchants_suspended_with_a_reason;

-- Staff works the board of its merchant, and changes neither money nor people.
alter table accounts
    add column staff boolean not null default false,
    add constraint accounts_staff_of_a_merchant check (not staff or role = 'merchant') not valid;
alter table accounts validate constraint accounts_staff_of_a_merchant;

alter table one_time_tokens drop constraint one_time_tokens_purpose_check;
alter table one_time_tokens add constraint one_time_tokens_purpose_check
    check (purpose in ('verify', 'reset', 'join')) not valid;

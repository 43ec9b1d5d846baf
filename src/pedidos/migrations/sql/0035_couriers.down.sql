-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table, constraint-missing-not-valid
set local lock_timeout = '2s';
drop table delivery_codes, courier_assignments;
-- The accounts of couriers stay, and cannot be used.
update accounts set role = 'merchant', staff = true, active = false where role = 'courier';
alter table accounts
    drop constraint accounts_role_check,
    drop constraint accounts_check,
    add constraint accounts_role_check check (role in ('customer', 'merchant', 'operator')),
    add constraint accounts_check check ((role = 'merchant') = (merchant_id is not null));

-- squawk-ignore-file require-lock-timeout, require-statement-timeout, ban-drop-column, prefer-robust-stmts
-- Their account stays if orders belong to it.
delete from accounts a
where id = '00000000-0000-7000-8000-000000000000' and not exists (select from orders where customer_id = a.id);
alter table accounts drop column erased_at;

-- squawk-ignore-file require-lock-timeout, require-statement-timeout, prefer-robust-stmts -- it blocks no session
alter table orders validate constraint orders_status_check;

alter table orders validate constraint orders_payment_token_until_paid;

alter table orders validate constraint orders_waits_until;

alter table order_events validate constraint order_events_status_check;

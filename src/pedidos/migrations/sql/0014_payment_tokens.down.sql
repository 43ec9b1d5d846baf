-- squawk-ignore-file require-lock-timeout, require-statement-timeout, adding-not-nullable-field, prefer-robust-stmts, ban-drop-constraint
alter table orders drop constraint orders_payment_token_until_paid;
update orders set payment_token = 'forgotten' where payment_token is null;
alter table orders alter column payment_token set not null;

-- squawk-ignore-file require-lock-timeout, require-statement-timeout, prefer-robust-stmts -- it blocks no session
alter table orders validate constraint orders_payment_token_until_paid;

-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table, ban-drop-column -- one transaction
set local lock_timeout = '2s';
alter table order_items drop column product_cents, drop column choices;
drop function choices_cents(jsonb);
alter table products drop column sold_out_until, drop column needs_choices, drop column category;
drop table choices;
drop table option_groups;

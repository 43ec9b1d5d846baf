-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table
set local lock_timeout = '2s';
drop table saved_addresses;
drop table order_contacts;
drop table order_lines;
drop table delivery_terms;

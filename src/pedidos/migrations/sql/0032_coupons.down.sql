-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, ban-drop-table
set local lock_timeout = '2s';
drop table coupon_uses;
drop table coupon_counts;
drop table coupons;

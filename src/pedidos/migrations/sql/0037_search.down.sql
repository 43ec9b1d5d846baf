-- squawk-ignore-file require-statement-timeout, prefer-robust-stmts, require-concurrent-index-deletion -- the tables are small
set local lock_timeout = '2s';
drop index if exists merchants_by_words;
drop index if exists products_by_words;
drop function search_query(text);
drop function search_words(text);

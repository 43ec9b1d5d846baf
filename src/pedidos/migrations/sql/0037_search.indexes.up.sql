-- squawk-ignore-file require-lock-timeout, require-statement-timeout -- they block no session, and migrations have time
create index concurrently if not exists products_by_words on products using gin (array_to_tsvector(search_words(name)));

create index concurrently if not exists merchants_by_words on merchants using gin (array_to_tsvector(search_words(name)));

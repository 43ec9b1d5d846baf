-- squawk-ignore-file prefer-robust-stmts, require-table-schema -- one transaction
-- Search by name needs no extension: not every server has unaccent and pg_trgm, or lets us install them.

set local lock_timeout = '2s';
set local statement_timeout = '60s';

-- The words of a name, without accents, case and punctuation. Compatibility forms are their letters: ª is a, ﬁ is fi.
create or replace function search_words(name text) returns text[] language sql immutable parallel safe strict
return array_remove(string_to_array(regexp_replace(
    lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036F]', '', 'g')),
    '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u2000-\u206F]+', ' ', 'g'
), ' '), '');

-- Names that have, for each of the first eight words that were looked for, a word that begins with it. Null without words.
create or replace function search_query(wanted text) returns tsquery language sql immutable parallel safe strict
return (
    select string_agg(quote_literal(word) || ':*', ' & ')::tsquery
    from (select word from unnest(search_words(wanted)) as word limit 8) as first
);

"""The SQL that finds products (p) and merchants (m) by the words of their names, in any case and without accents.

Each word that is wanted is the beginning of a word of the name. An index has these words, so the expressions are as in
migration 0037. Without a word, such as in "%", nothing is found.
"""

from pedidos.storage.sql import Sql

MOST_MATCHES = 2000
"""What a search looks at. Somebody who looks for a word that more names have adds another word."""

PRODUCT_MATCHES = Sql("array_to_tsvector(search_words(p.name)) @@ search_query(%(wanted)s)")
MERCHANT_MATCHES = Sql("array_to_tsvector(search_words(m.name)) @@ search_query(%(wanted)s)")

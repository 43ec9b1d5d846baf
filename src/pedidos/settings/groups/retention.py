"""What is removed when."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from pedidos.settings.groups.orders import IdempotencySettings

AUDIT_DAYS_LEAST = 30

"""The trigger audit_log_keeps refuses to delete younger entries of the audit log."""


def _kept_long_enough(days: int) -> int:
    if 0 < days < AUDIT_DAYS_LEAST:
        raise PydanticCustomError("audit_days", "the last 30 days are always kept")
    return days


class RetentionSettings(IdempotencySettings):
    """What is removed when. 0: never."""

    events_days: int = Field(
        90, ge=0, description="Days after the end of an order for which its events are kept; 0: forever."
    )
    orders_days: int = Field(
        1826, ge=0, description="Days after which an order that has ended no longer says who placed it; 0: never."
    )
    contacts_days: int = Field(
        7, ge=1, description="Days after the end of an order for which its recipient, phone, address and note are kept."
    )
    dead_letters_days: int = Field(
        365, ge=0, description="Days for which dead letters are kept after they are closed; 0: forever."
    )
    mails_days: int = Field(
        30, ge=0, description="Days for which mails are kept; those that wait to be sent, 7 at least; 0: forever."
    )
    webhooks_days: int = Field(
        30, ge=0, description="Days for which deliveries of webhooks and their attempts are kept; 0: forever."
    )
    audit_days: Annotated[int, AfterValidator(_kept_long_enough)] = Field(
        730, ge=0, description="Days for which the audit log is kept, 30 or more; 0: forever."
    )

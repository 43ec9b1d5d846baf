"""Which mails there are, who gets them, what the link in each is for, and how long it can be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from pedidos.domain.acceptance import NOT_ACCEPTED
from pedidos.domain.order import PARTLY_REFUNDED, REFUNDED, Status, event_type

VERIFY_SECONDS = 24 * 3600
RESET_SECONDS = 3600
JOIN_SECONDS = 7 * 24 * 3600

MOST_PER_HOUR = 5
"""Mails with a link to one account. Who asks for more is told the same, and nothing is sent: a stranger can ask too."""

NEWS_SECONDS = 24 * 3600
"""An event that is older makes no mail: it is no news any more. So the events that Kafka keeps can be read again after
the mails about them are deleted, which are kept for a day at least."""


class Kind(StrEnum):
    """What a mail says."""

    CONFIRM_ADDRESS = "confirm_address"
    ACCOUNT_EXISTS = "account_exists"
    """Somebody registered with an address that has an account."""
    RESET_PASSWORD = "reset_password"  # noqa: S105  # not a password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # not a password
    STAFF_INVITED = "staff_invited"
    OPERATOR_INVITED = "operator_invited"
    MERCHANT_APPROVED = "merchant_approved"
    MERCHANT_REFUSED = "merchant_refused"
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    ORDER_SCHEDULED = "order_scheduled"
    ORDER_PLACED = "order_placed"
    ORDER_PAID = "order_paid"
    ORDER_DELIVERED = "order_delivered"
    ORDER_REJECTED = "order_rejected"
    ORDER_UNAVAILABLE = "order_unavailable"
    ORDER_DECLINED = "order_declined"
    ORDER_EXPIRED = "order_expired"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_REFUNDED = "order_refunded"
    NEW_ORDER = "new_order"
    """To a merchant: an order is paid, and waits to be prepared."""
    ORDER_MISSED = "order_missed"
    """To a merchant: an order was cancelled because it was not accepted in time."""
    WEBHOOK_HELD = "webhook_held"
    """To a shop's owner: an endpoint fails, and gets single trials only."""
    WEBHOOK_GIVEN_UP = "webhook_given_up"
    """To a shop's owner: an endpoint has not taken an event in any of its tries."""
    WEBHOOK_GONE = "webhook_gone"
    """To a shop's owner: an endpoint answered 410, and gets nothing any more."""


OF_ENDPOINTS = frozenset({Kind.WEBHOOK_HELD, Kind.WEBHOOK_GIVEN_UP, Kind.WEBHOOK_GONE})
"""Mails about an endpoint of webhooks."""


class Purpose(StrEnum):
    """What a link's token lets its holder do."""

    VERIFY = "verify"
    RESET = "reset"
    JOIN = "join"
    """Chooses the first password of an account that somebody else has made."""


PURPOSES: Mapping[Kind, Purpose] = MappingProxyType(
    {
        Kind.CONFIRM_ADDRESS: Purpose.VERIFY,
        Kind.ACCOUNT_EXISTS: Purpose.RESET,
        Kind.RESET_PASSWORD: Purpose.RESET,
        Kind.STAFF_INVITED: Purpose.JOIN,
        Kind.OPERATOR_INVITED: Purpose.JOIN,
    }
)
"""Kinds that have a link with a token."""

LIVES: Mapping[Purpose, int] = MappingProxyType(
    {Purpose.VERIFY: VERIFY_SECONDS, Purpose.RESET: RESET_SECONDS, Purpose.JOIN: JOIN_SECONDS}
)
"""How long a link can be used, in seconds. Afterwards its mail is of no use, and is not sent any more."""


class Audience(StrEnum):
    """Who gets a mail about an order."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    """Every account of the merchant but its couriers."""


class OrderMail(NamedTuple):
    """owed: it is sent even to those who want no mails, because it is about their money or is their receipt."""

    kind: Kind
    audience: Audience
    owed: bool


ORDER_MAILS: Mapping[str, OrderMail] = MappingProxyType(
    {
        event_type(Status.SCHEDULED): OrderMail(Kind.ORDER_SCHEDULED, Audience.CUSTOMER, owed=True),
        event_type(Status.RECEIVED): OrderMail(Kind.ORDER_PLACED, Audience.CUSTOMER, owed=True),
        event_type(Status.PAID): OrderMail(Kind.ORDER_PAID, Audience.CUSTOMER, owed=False),
        event_type(Status.CONFIRMED): OrderMail(Kind.NEW_ORDER, Audience.MERCHANT, owed=False),
        event_type(Status.DELIVERED): OrderMail(Kind.ORDER_DELIVERED, Audience.CUSTOMER, owed=False),
        event_type(Status.REJECTED): OrderMail(Kind.ORDER_REJECTED, Audience.CUSTOMER, owed=True),
        event_type(Status.UNAVAILABLE): OrderMail(Kind.ORDER_UNAVAILABLE, Audience.CUSTOMER, owed=True),
        event_type(Status.DECLINED): OrderMail(Kind.ORDER_DECLINED, Audience.CUSTOMER, owed=True),
        event_type(Status.EXPIRED): OrderMail(Kind.ORDER_EXPIRED, Audience.CUSTOMER, owed=True),
        event_type(Status.CANCELLED): OrderMail(Kind.ORDER_CANCELLED, Audience.CUSTOMER, owed=True),
        **dict.fromkeys((REFUNDED, PARTLY_REFUNDED), OrderMail(Kind.ORDER_REFUNDED, Audience.CUSTOMER, owed=True)),
    }
)
"""By the type of an event, the mail that it makes."""

MISSED = OrderMail(Kind.ORDER_MISSED, Audience.MERCHANT, owed=False)


def mails_about(event: str, cause: str | None) -> Sequence[OrderMail]:
    """The mails that an event of this type makes, at most one for each account. cause: in its detail."""
    made = [ORDER_MAILS[event]] if event in ORDER_MAILS else []
    if event == event_type(Status.CANCELLED) and cause == NOT_ACCEPTED:
        made.append(MISSED)
    return made


NOT_OWED = frozenset(mail.kind for mail in (*ORDER_MAILS.values(), MISSED) if not mail.owed)
"""Mails that their reader can refuse."""


@dataclass(frozen=True, slots=True)
class Link:
    """A mail with a link that is about to be written. token_hash: SHA-256. language: a locale of pedidos.texts."""

    mail_id: UUID
    token_hash: bytes
    language: str

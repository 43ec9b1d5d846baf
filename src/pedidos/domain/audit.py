"""The audit log's terms: what was done, by whom, to what, and whether it was allowed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class Action(StrEnum):
    """What an entry reports. The word before the dot says what the subject is: a session's or an account's id, for
    example."""

    SESSION_BEGAN = "session.began"
    SESSION_REFUSED = "session.refused"
    """A sign-in with a wrong password, or of an account that does not exist or is disabled."""
    SESSION_REUSED = "session.reused"
    """A refresh token was used again, and its session ended."""
    SESSION_ENDED = "session.ended"
    ACCOUNT_REGISTERED = "account.registered"
    ACCOUNT_REGISTERED_AGAIN = "account.registered_again"
    """Somebody registered with an address that has an account. The entry does not say which: its owner can read the
    entries about the account, and the client may be a stranger."""
    ACCOUNT_VERIFIED = "account.verified"
    ACCOUNT_MAIL_ASKED = "account.mail_asked"
    """Somebody asked for a mail with a link. Refused: there is no such account, or it got too many."""
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_INVITED = "account.invited"
    """A merchant's owner or an operator made an account for somebody, who chooses its password with the link of a
    mail."""
    ACCOUNT_JOINED = "account.joined"
    """Who was invited has chosen the password."""
    ACCOUNT_REMOVED = "account.removed"
    """A merchant's owner ended an account of its staff."""
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    ACCOUNT_ROLE_CHANGED = "account.role_changed"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"  # noqa: S105  # not a password
    ACCOUNT_PASSWORD_RESET = "account.password_reset"  # noqa: S105  # not a password
    """With the link of a mail."""
    ACCOUNT_SESSIONS_ENDED = "account.sessions_ended"
    """The owner ended all other sessions."""
    ACCOUNT_EXPORTED = "account.exported"
    ACCOUNT_ERASED = "account.erased"
    ACCOUNT_PICTURE_SET = "account.picture_set"
    ACCOUNT_PICTURE_REMOVED = "account.picture_removed"
    FACTOR_REFUSED = "second_factor.refused"
    """The password was right, and the code was not."""
    FACTOR_ADDED = "second_factor.added"
    FACTOR_REMOVED = "second_factor.removed"
    FACTOR_RESET = "second_factor.reset"
    """An operator took the second factor of somebody else away."""
    RECOVERY_CODE_USED = "second_factor.recovery_code_used"
    MAIL_READ = "mail.read"
    """An operator read a mail, and with it a link that lets its reader into the account."""
    MAILS_REFUSED = "account.mails_refused"
    """From now on, the account gets only the mails that are owed."""
    MAILS_WANTED = "account.mails_wanted"
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_ROTATED = "webhook.rotated"
    """It has new secrets; those before sign for a day longer."""
    MERCHANT_HOURS_SET = "merchant.hours_set"
    MERCHANT_CLOSED = "merchant.closed"
    """It closes from a time to a time, whatever its opening hours say."""
    MERCHANT_REOPENED = "merchant.reopened"
    """A closure was ended or withdrawn."""
    MERCHANT_DELIVERY_SET = "merchant.delivery_set"
    """What it asks for a delivery, or that it does not deliver any more."""
    MERCHANT_SUSPENDED = "merchant.suspended"
    """It takes no new orders."""
    MERCHANT_RESUMED = "merchant.resumed"
    APPLICATION_MADE = "application.made"
    """Somebody asks to sell here."""
    APPLICATION_APPROVED = "application.approved"
    APPLICATION_REFUSED = "application.refused"
    MERCHANT_COUPON_ADDED = "merchant.coupon_added"
    MERCHANT_COUPON_ENDED = "merchant.coupon_ended"
    MERCHANT_VIP_MARKED = "merchant.vip_marked"
    """A customer became a VIP of the merchant."""
    MERCHANT_VIP_UNMARKED = "merchant.vip_unmarked"
    PRODUCT_ADDED = "product.added"
    PRODUCT_CHANGED = "product.changed"
    PRODUCT_OPTIONS_SET = "product.options_set"
    """Its groups of choices were replaced."""
    PRODUCT_SOLD_OUT = "product.sold_out"
    """It, or one of its choices, is sold out until the end of the shop's day."""
    PRODUCT_BACK = "product.back"
    """It, or one of its choices, is there again on the same day."""
    PRODUCT_PICTURE_SET = "product.picture_set"
    PRODUCT_PICTURE_REMOVED = "product.picture_removed"
    PRODUCT_COUNTED = "product.counted"
    PRODUCT_RECEIVED = "product.received"
    """Units came, and were added to the stock."""
    ORDER_READ = "order.read"
    """An operator read an order of others. Customers and merchants read their own without an entry."""
    ORDER_LISTED = "order.listed"
    ORDER_WATCHED = "order.watched"
    """An operator opened a live stream."""
    ORDER_HINTED = "order.hinted"
    """An operator asked the platform to try an order again at once."""
    ORDER_CANCELLED = "order.cancelled"
    """An operator cancelled an order. Customers and merchants cancel without an entry: the order's event names them."""
    ORDER_PARTLY_REFUNDED = "order.partly_refunded"
    """A merchant or an operator gave a part of an order's money back."""
    DEAD_LETTER_READ = "dead_letter.read"
    DEAD_LETTER_LISTED = "dead_letter.listed"
    DEAD_LETTER_REPLAYED = "dead_letter.replayed"
    DEAD_LETTER_DISCARDED = "dead_letter.discarded"
    DEAD_LETTER_JOB_STOPPED = "dead_letter_job.stopped"
    """An operator stopped a dry run, a replay or a discard of many. What was done stays done."""
    CHARGE_RECONCILED = "charge.reconciled"
    EVENT_LOG_BEGAN = "event_log.began"
    """After a restore: a new log that continues the one before."""
    KEY_ROTATED = "key.rotated"
    KEY_DISCARDED = "key.discarded"
    FAULT_CAUSED = "fault.caused"
    """Something was broken on purpose, on a platform that only its own machine reaches."""
    FAULT_UNDONE = "fault.undone"
    """By a person. What ends with its time has no entry."""
    AUDIT_READ = "audit.read"
    AUDIT_EXPORTED = "audit.exported"


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts. account_id and role: of the account that is signed in. session_id: of its sign-in. client: the address
    of an HTTP request. local_user: of the operating system, for a command. request_id: in the log of requests too."""

    account_id: UUID | None = None
    role: str | None = None
    session_id: UUID | None = None
    client: str | None = None
    local_user: str | None = None
    request_id: str | None = None

    def __str__(self) -> str:
        """As a dead letter's trail names the person, such as "operator 0199… (ana)"."""
        account = f"{self.role} {self.account_id}" if self.account_id else None
        if account and self.local_user:
            return f"{account} ({self.local_user})"
        return account or self.local_user or "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to write. subject: what it is about, mostly an id. detail: what changed; never a secret, an e-mail
    address or a name."""

    action: Action
    who: Who
    subject: str | None = None
    outcome: Outcome = Outcome.DONE
    detail: Mapping[str, Any] = field(default_factory=dict)

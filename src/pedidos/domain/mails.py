"""Which mails there are, what the link in each is for, and how long it can be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

VERIFY_SECONDS = 24 * 3600
RESET_SECONDS = 3600

MOST_PER_HOUR = 5
"""Mails with a link to one account. Who asks for more is told the same, and nothing is sent: a stranger can ask too."""


class Kind(StrEnum):
    """What a mail says."""

    CONFIRM_ADDRESS = "confirm_address"
    ACCOUNT_EXISTS = "account_exists"
    """Somebody registered with an address that has an account."""
    RESET_PASSWORD = "reset_password"  # noqa: S105  # not a password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # not a password
    SECOND_FACTOR_ADDED = "second_factor_added"
    SECOND_FACTOR_REMOVED = "second_factor_removed"


class Purpose(StrEnum):
    """What a link's token lets its holder do."""

    VERIFY = "verify"
    RESET = "reset"


PURPOSES: Mapping[Kind, Purpose] = MappingProxyType(
    {
        Kind.CONFIRM_ADDRESS: Purpose.VERIFY,
        Kind.ACCOUNT_EXISTS: Purpose.RESET,
        Kind.RESET_PASSWORD: Purpose.RESET,
    }
)
"""Kinds that have a link."""

LIVES: Mapping[Purpose, int] = MappingProxyType({Purpose.VERIFY: VERIFY_SECONDS, Purpose.RESET: RESET_SECONDS})
"""How long a link can be used, in seconds."""


@dataclass(frozen=True, slots=True)
class Link:
    """A mail with a link that is about to be written. token_hash: SHA-256. language: a locale of pedidos.texts."""

    mail_id: UUID
    token_hash: bytes
    language: str

"""The links in mails: their tokens are made here, and found again by the process that sends the mail."""

import uuid
from uuid import UUID

from pedidos.domain.mails import Link
from pedidos.security import refreshing
from pedidos.security.account_keys import AccountKeys

PATTERN = refreshing.PATTERN
"""What a token looks like."""


def new(keys: AccountKeys, language: str) -> Link:
    """A link for a mail in this language. The token is not in it: token_of() computes it."""
    mail_id = uuid.uuid4()
    return Link(mail_id, kept(keys.link_token(mail_id)), language)


def kept(token: str) -> bytes:
    """The hash under which a token is stored. 256 random bits need no salt and no slow hash."""
    return refreshing.kept(token)


def token_of(keys: AccountKeys, mail_id: UUID, token_hash: bytes) -> str | None:
    """The token with this hash in the link of a mail; None if the key that made it is not known any more."""
    return next((token for token in keys.link_tokens(mail_id) if kept(token) == token_hash), None)

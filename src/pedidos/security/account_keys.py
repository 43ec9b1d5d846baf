"""The keys of what accounts have that is secret: the links of mails, second factors, and sign-ins between two steps.

PEDIDOS_ACCOUNT_KEYS is a list. The first key makes what is new, each is accepted. From each key, one key for each
purpose is derived (HKDF, RFC 5869), so that nothing made for one is accepted for another.

A link's token is an HMAC of its mail's id: the database holds the mail and the token's hash, and neither gives the
token without the key.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence

NONCE_BYTES = 12
"""As NIST SP 800-38D recommends for AES-GCM. Each account seals a few times, so a random one does not repeat."""

_LINKS, _FACTORS, _STEPS = b"links of mails", b"second factors", b"sign-ins between two steps"
_REFUSALS, _WEBHOOKS = b"refusals of mails", b"secrets of webhooks"


class Unreadable(Misconfigured):
    """What was encrypted with a key that is not in PEDIDOS_ACCOUNT_KEYS any more."""


class AccountKeys:
    """The keys in the list."""

    def __init__(self, listed: str) -> None:
        """listed: comma-separated, each of 16 characters or more."""
        self._keys = [each.encode() for each in listed.split(",")]

    def link_token(self, mail_id: UUID) -> str:
        """The token in the link of a mail that is written now: 256 bits, 43 characters of A-Z, a-z, 0-9, - and _."""
        return next(self.link_tokens(mail_id))

    def link_tokens(self, mail_id: UUID) -> Iterator[str]:
        """The token in the link of a mail, by each of the keys, the first one first."""
        for key in self._keys:
            digest = hmac.digest(_derived(key, _LINKS), mail_id.bytes, hashlib.sha256)
            yield _encoded(digest)

    def refusal_token(self, account_id: UUID) -> str:
        """The token with which the reader of a mail says that they want no more. It says for which account: 43
        characters as above."""
        return _encoded(account_id.bytes + self._refusal(self._keys[0], account_id))

    def refused_by(self, token: str) -> UUID | None:
        """The account whose token this is; None if none of the keys made it."""
        try:
            given = base64.urlsafe_b64decode(token + "=")
        except ValueError:
            return None
        if len(given) != 32:
            return None
        account_id = UUID(bytes=given[:16])
        made = (self._refusal(key, account_id) for key in self._keys)
        return account_id if any(hmac.compare_digest(each, given[16:]) for each in made) else None

    def _refusal(self, key: bytes, account_id: UUID) -> bytes:
        return hmac.digest(_derived(key, _REFUSALS), account_id.bytes, hashlib.sha256)[:16]

    def seal(self, secret: bytes, account_id: UUID) -> bytes:
        """The secret of an account's second factor, encrypted (AES-256-GCM). Of use for this account alone."""
        return self._seal(_FACTORS, secret, account_id)

    def unseal(self, sealed: bytes, account_id: UUID) -> bytes:
        """What seal() encrypted. Raises Unreadable."""
        opened = self._unseal(_FACTORS, sealed, account_id)
        if opened is None:
            raise Unreadable(
                Sentence(
                    "PEDIDOS_ACCOUNT_KEYS has no key that opens the second factor of an account. Add the key that was "
                    "in use before, or take the factor away with `pedidos accounts reset-second-factor EMAIL`."
                )
            )
        return opened

    def seal_webhook(self, secret: bytes, endpoint_id: UUID) -> bytes:
        """The secret of a webhook endpoint, encrypted in the same way. Of use for this endpoint alone."""
        return self._seal(_WEBHOOKS, secret, endpoint_id)

    def unseal_webhook(self, sealed: bytes, endpoint_id: UUID) -> bytes:
        """What seal_webhook() encrypted. Raises Unreadable."""
        opened = self._unseal(_WEBHOOKS, sealed, endpoint_id)
        if opened is None:
            raise Unreadable(
                Sentence(
                    "PEDIDOS_ACCOUNT_KEYS has no key that opens a secret of this webhook endpoint. Add the key that "
                    "was in use before, or rotate the endpoint's secrets."
                )
            )
        return opened

    def _seal(self, purpose: bytes, secret: bytes, owner: UUID) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(_derived(self._keys[0], purpose)).encrypt(nonce, secret, owner.bytes)

    def _unseal(self, purpose: bytes, sealed: bytes, owner: UUID) -> bytes | None:
        for key in self._keys:
            try:
                return AESGCM(_derived(key, purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], owner.bytes)
            except InvalidTag:
                continue
        return None

    def sign(self, message: bytes) -> bytes:
        """32 bytes that show that a message about a sign-in between two steps is ours."""
        return hmac.digest(_derived(self._keys[0], _STEPS), message, hashlib.sha256)

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether one of the keys made this signature."""
        made = (hmac.digest(_derived(key, _STEPS), message, hashlib.sha256) for key in self._keys)
        return any(hmac.compare_digest(each, signature) for each in made)


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@lru_cache(maxsize=64)
def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)

"""Refresh tokens: their form, how they are stored, and how each one follows from the previous one.

The successor of a token is computed from the token, from a random salt in the database, and from a secret that only the
api has. So a repeated request gets the same successor, without storing a token. None of the three gives a token without
the other two.
"""

import base64
import hashlib
import hmac
import secrets

from pedidos.domain.client import Client

PATTERN = r"^[A-Za-z0-9_-]{43}$"


class Chain:
    """The sequence of tokens in a session, for one client."""

    def __init__(self, secret: bytes, client: Client) -> None:
        """secret: 32 random bytes, the same in every api process."""
        self._secret = secret
        self._client = client

    def kept(self, token: str) -> bytes:
        """The hash under which a token is kept."""
        return kept(token)

    def after(self, token: str, salt: bytes) -> str:
        """The token that replaces this one; 256 bits, in the form of PATTERN."""
        return base64.urlsafe_b64encode(self._digest(b"successor", token, salt)).rstrip(b"=").decode()

    def mark(self, token: str, salt: bytes) -> bytes:
        """32 bytes, the same for the same client. Without the token they reveal nothing about it."""
        return self._digest(b"client", token, salt + self._client.seen())

    def _digest(self, purpose: bytes, token: str, data: bytes) -> bytes:
        key = hmac.digest(self._secret, purpose + b" of refresh token " + token.encode(), "sha256")
        return hmac.digest(key, data, "sha256")


def first() -> str:
    """The token of a new session."""
    return secrets.token_urlsafe(32)


def kept(token: str) -> bytes:
    """The hash under which a token is stored. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()

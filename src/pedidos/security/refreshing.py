"""Refresh tokens: their form, how they are stored, and how each one follows from the previous one.

The successor of a token is computed from the token, from a random salt in the database, and from a secret that only the
api has. So a repeated request gets the same successor, without storing a token. None of the three gives a token without
the other two.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

PATTERN = r"^[A-Za-z0-9_-]{43}$"


@dataclass(frozen=True, slots=True)
class Client:
    """The sender of a request, as far as visible: the address that the edge saw, and the header User-Agent."""

    address: str
    user_agent: str

    def seen(self) -> bytes:
        """A value that is equal for two requests of one client. For an IPv6 address only the network counts, because
        devices change the rest."""
        return f"{_network(self.address)}\n{self.user_agent}".encode()


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


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed.packed, 64), strict=False))

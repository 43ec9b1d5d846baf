"""Authenticates requests. Credentials are read in this module only: access tokens, and the cookies of browsers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pedidos.domain.access import Identity, Role
from pedidos.http import problems
from pedidos.security import refreshing
from pedidos.security.tokens import InvalidToken, TokenVerifier
from pedidos.sentence import Sentence
from pedidos.storage.accounts.cookie_sessions import CookieSession

_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer realm="pedidos", error="invalid_token"'}

SESSION_COOKIE = "__Host-session"
"""The cookie of a browser's session. The prefix means: set over HTTPS, for this host alone (RFC 6265bis, 4.1.3.2)."""


def cookie_hash(value: str | None) -> bytes | None:
    """The SHA-256 under which the session of this cookie is stored; None if it cannot be one of ours."""
    return refreshing.kept(value) if value and re.fullmatch(refreshing.PATTERN, value) else None


def identity_of(session: CookieSession) -> Identity:
    """The identity of a browser's session."""
    return Identity(
        session.account_id,
        Role(session.role),
        session.merchant_id,
        int(session.expires_at.timestamp()),
        session.account_version,
        session.id,
        session.verified,
        session.staff,
    )


@dataclass(frozen=True, slots=True)
class Authenticator:
    """revoked: whether the token of an identity is void although it has not expired (http/revocations.py)."""

    verifier: TokenVerifier
    revoked: Callable[[Identity], bool]

    def identity(self, authorization: str | None) -> Identity:
        """The identity in the Authorization header (RFC 6750, 2.1). Raises Unauthenticated, and Unavailable while it is
        not known what is revoked."""
        try:
            found = self.verifier.verify(bearer_token(authorization or ""))
        except InvalidToken as error:
            raise problems.Unauthenticated(error.reason, headers=_INVALID_TOKEN) from error
        self.require_valid(found)
        return found

    def require_valid(self, identity: Identity) -> None:
        """Raises Unauthenticated if the identity's token is revoked."""
        if self.revoked(identity):
            raise problems.Unauthenticated(Sentence("The access token is revoked."), headers=_INVALID_TOKEN)


def bearer_token(authorization: str) -> str:
    """The token in an Authorization header. Raises Unauthenticated if there is none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise problems.Unauthenticated
    return token

"""Authenticates requests. Credentials are read in this module only; session cookies will belong here too."""

from collections.abc import Callable
from dataclasses import dataclass

from pedidos.domain.access import Identity
from pedidos.http import problems
from pedidos.security.tokens import InvalidToken, TokenVerifier

_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer realm="pedidos", error="invalid_token"'}


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
            raise problems.Unauthenticated(str(error), headers=_INVALID_TOKEN) from error
        self.require_valid(found)
        return found

    def require_valid(self, identity: Identity) -> None:
        """Raises Unauthenticated if the identity's token is revoked."""
        if self.revoked(identity):
            raise problems.Unauthenticated("The access token is revoked.", headers=_INVALID_TOKEN)


def bearer_token(authorization: str) -> str:
    """The token in an Authorization header. Raises Unauthenticated if there is none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise problems.Unauthenticated
    return token

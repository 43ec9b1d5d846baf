"""Authenticates requests. Credentials are read in this module only; session cookies will belong here too."""

from pedidos.domain.access import Identity
from pedidos.http import problems
from pedidos.security.tokens import InvalidToken, TokenVerifier

_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer realm="pedidos", error="invalid_token"'}


def authenticate(verifier: TokenVerifier, authorization: str | None) -> Identity:
    """The identity in the Authorization header (RFC 6750, 2.1). Raises Unauthenticated."""
    try:
        return verifier.verify(bearer_token(authorization or ""))
    except InvalidToken as error:
        raise problems.Unauthenticated(str(error), headers=_INVALID_TOKEN) from error


def bearer_token(authorization: str) -> str:
    """The token in an Authorization header. Raises Unauthenticated if there is none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise problems.Unauthenticated
    return token

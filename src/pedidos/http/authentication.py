"""Who a request speaks for. Credentials are read here and nowhere else; a session cookie will be read here too."""

from pedidos.domain.access import Identity
from pedidos.http import problems
from pedidos.security.tokens import InvalidToken, TokenVerifier

_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer realm="pedidos", error="invalid_token"'}


def authenticate(verifier: TokenVerifier, authorization: str | None) -> Identity:
    """The identity that the request's header Authorization proves (RFC 6750, 2.1). Raises Unauthenticated."""
    try:
        return verifier.verify(bearer_token(authorization or ""))
    except InvalidToken as error:
        raise problems.Unauthenticated(str(error), headers=_INVALID_TOKEN) from error


def bearer_token(authorization: str) -> str:
    """The token in a header Authorization. Raises Unauthenticated when there is none."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise problems.Unauthenticated
    return token

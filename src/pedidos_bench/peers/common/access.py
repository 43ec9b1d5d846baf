"""Authenticates a request: the bearer token is a JWT signed with Ed25519."""

import os
import time
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt


class NotAllowed(Exception):
    """There is no token, or an invalid one."""


_KEYS = {key.key_id: key for key in jwt.PyJWKSet.from_json(Path(os.environ["JWKS_FILE"]).read_text("utf-8")).keys}


def customer_of(authorization: str | None) -> UUID:
    """The customer in the token of the Authorization header. Raises NotAllowed."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotAllowed("a bearer token is required")
    try:
        claims = _verified(token)
        customer, role, expires_at = UUID(claims["sub"]), claims["role"], claims["exp"]
    except (jwt.PyJWTError, KeyError, ValueError) as error:
        raise NotAllowed("the token is not valid") from error
    if role != "customer" or expires_at <= time.time():
        raise NotAllowed("the token has expired, or is not a customer's")
    return customer


@lru_cache(maxsize=10_000)  # a signature that was valid stays valid: only the expiry is checked again
def _verified(token: str) -> dict[str, Any]:
    key = _KEYS[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["EdDSA"], audience="pedidos", issuer="pedidos")

"""Access tokens: JWTs signed with Ed25519, created and checked as RFC 8725 and RFC 9068 require."""

import json
import math
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import jwt

from pedidos.domain.access import Identity, Role
from pedidos.errors import PedidosError
from pedidos.security.keys import ALGORITHM, public_jwk, read_public_keys, read_signing_key

ISSUER = "pedidos"
AUDIENCE = "pedidos"
TYPE = "at+jwt"
CLIENT = "pedidos"
"""The client_id that RFC 9068 requires. All clients belong to the platform, so there is one."""
MAX_LIFE_SECONDS = 24 * 3600
"""A token that is valid for longer is refused even with a good signature, so that one issued by mistake has an end."""
CLOCK_SKEW_SECONDS = 2
MAX_TOKEN_LENGTH = 2048
CACHED_TOKENS = 10_000

REQUIRED_CLAIMS = ["iss", "aud", "iat", "exp", "jti", "sub", "role"]


class InvalidToken(PedidosError):
    """The token was not issued by us, is not for us, or has expired. Its bearer may see the text."""


class TokenSigner:
    """Issues access tokens with the private key in signing.pem."""

    def __init__(self, signing_path: Path, lifetime_seconds: int) -> None:
        """Raises keys.BadKeys when the file holds no usable key."""
        self._key = read_signing_key(signing_path)
        self._kid = public_jwk(self._key.public_key())["kid"]
        self._lifetime = lifetime_seconds

    def sign(
        self,
        account_id: uuid.UUID,
        role: str,
        merchant_id: uuid.UUID | None,
        *,
        account_version: int = 0,
        session_id: uuid.UUID | None = None,
        most_seconds: float = math.inf,
    ) -> str:
        """A token for this account, valid from now for the signer's lifetime, or for most_seconds if that is less."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "client_id": CLIENT,
            "iat": now,
            "exp": now + int(min(self._lifetime, most_seconds)),
            "jti": str(uuid.uuid4()),
            "sub": str(account_id),
            "role": role,
            "account_version": account_version,
        }
        if session_id is not None:
            claims["sid"] = str(session_id)
        if merchant_id is not None:
            claims["merchant_id"] = str(merchant_id)
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._kid, "typ": TYPE})


class TokenVerifier:
    """Checks access tokens against the public keys in jwks.json. Threads may share one."""

    def __init__(self, jwks_path: Path) -> None:
        """Raises keys.BadKeys when the file holds no usable key set."""
        self._keys = read_public_keys(jwks_path)
        # Checking a signature costs more than the rest of a request: a checked token is valid until it expires.
        self._verified: dict[str, Identity] = {}
        self._eviction = threading.Lock()

    def verify(self, token: str) -> Identity:
        """Returns the account of the token; raises InvalidToken."""
        identity = self._verified.get(token)
        if identity is None:
            identity = self._check(token)
            self._remember(token, identity)
        if identity.expires_at <= time.time():
            self._verified.pop(token, None)
            raise InvalidToken("The access token has expired.")
        return identity

    def _check(self, token: str) -> Identity:
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidToken("The access token is too long.")
        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.get(header.get("kid", ""))
            if key is None or header.get("typ") != TYPE:
                raise InvalidToken("The access token was not issued here.")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],  # fixed: the token's header does not decide (RFC 8725, 3.1)
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": REQUIRED_CLAIMS, "strict_aud": True},
            )
            return _identity(claims)
        except jwt.ExpiredSignatureError as error:
            raise InvalidToken("The access token has expired.") from error
        except (jwt.PyJWTError, json.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidToken("The access token is not valid.") from error

    def _remember(self, token: str, identity: Identity) -> None:
        if len(self._verified) >= CACHED_TOKENS:
            with self._eviction:
                now = time.time()
                kept = {t: i for t, i in list(self._verified.items()) if i.expires_at > now}
                # Still full of valid ones: keep the newer half.
                self._verified = dict(list(kept.items())[-CACHED_TOKENS // 2 :])
        self._verified[token] = identity


def _identity(claims: dict[str, Any]) -> Identity:
    expires = int(claims["exp"])
    if expires - int(claims["iat"]) > MAX_LIFE_SECONDS:
        raise ValueError(f"it is valid for longer than {MAX_LIFE_SECONDS} s")
    role = Role(claims["role"])
    merchant = claims.get("merchant_id")
    if (role is Role.MERCHANT) != (merchant is not None):
        raise ValueError("merchant_id belongs to merchants, and to them alone")
    return Identity(
        account_id=uuid.UUID(claims["sub"]),
        role=role,
        merchant_id=uuid.UUID(merchant) if merchant else None,
        expires_at=expires,
        account_version=int(claims.get("account_version", 0)),
        session_id=uuid.UUID(claims["sid"]) if "sid" in claims else None,
    )

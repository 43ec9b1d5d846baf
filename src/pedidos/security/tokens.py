"""Access tokens: JWTs signed with Ed25519, created and checked as RFC 8725 and RFC 9068 require."""

import math
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pedidos.domain.access import OF_A_MERCHANT, Identity, Role
from pedidos.errors import Explained
from pedidos.security.keys import ALGORITHM, KeySet, public_jwk, read_key_set, read_signing_key
from pedidos.sentence import Sentence
from pedidos.watched_file import WatchedFile

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

LOOK_SECONDS = 1.0
"""How often a verifier looks whether its keys have changed."""

REQUIRED_CLAIMS = ["iss", "aud", "iat", "exp", "jti", "sub", "role"]


class InvalidToken(Explained):
    """The token was not issued by us, is not for us, or has expired."""


class TokenSigner:
    """Issues access tokens with the private key in signing.pem, also after it was replaced. Threads may share one."""

    def __init__(self, signing_path: Path, lifetime_seconds: int) -> None:
        """Raises keys.BadKeys when the file holds no usable key."""
        self._file = WatchedFile(signing_path, _read_signer)
        self._lifetime = lifetime_seconds

    def sign(
        self,
        account_id: uuid.UUID,
        role: str,
        merchant_id: uuid.UUID | None,
        *,
        account_version: int = 0,
        session_id: uuid.UUID | None = None,
        verified: bool = True,
        staff: bool = False,
        most_seconds: float = math.inf,
    ) -> str:
        """A token for this account, valid from now for the signer's lifetime, or for most_seconds if that is less.

        verified: whether the account's e-mail address is known to be its owner's. staff: of its merchant.
        """
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
        if not verified:
            claims["email_verified"] = False
        if staff:
            claims["staff"] = True
        if merchant_id is not None:
            claims["merchant_id"] = str(merchant_id)
        key, kid = self._file.fresh()
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid, "typ": TYPE})


class _Known:
    """A key set, and the tokens that it has verified: checking a signature costs more than the rest of a request."""

    def __init__(self, key_set: KeySet) -> None:
        self.key_set = key_set
        self.verified: dict[str, Identity] = {}
        self._eviction = threading.Lock()

    def remember(self, token: str, identity: Identity) -> None:
        if len(self.verified) >= CACHED_TOKENS:
            with self._eviction:
                now = time.time()
                kept = {t: i for t, i in list(self.verified.items()) if i.expires_at > now}
                # Still full of valid ones: keep the newer half.
                self.verified = dict(list(kept.items())[-CACHED_TOKENS // 2 :])
        self.verified[token] = identity


class TokenVerifier:
    """Checks access tokens against the public keys in jwks.json, also after it was replaced. Threads may share one.

    While there are requests, it looks every second whether the file has changed, and for each token with an unknown
    key. So however many tokens name unknown keys, each costs a stat, and the file is read once per change.
    """

    def __init__(self, jwks_path: Path) -> None:
        """Raises keys.BadKeys when the file holds no usable key set."""
        self._file = WatchedFile(jwks_path, lambda path: _Known(read_key_set(path)))
        self._looked_at = 0.0

    def verify(self, token: str) -> Identity:
        """Returns the account of the token; raises InvalidToken."""
        now = time.time()
        known = self._known(now)
        identity = known.verified.get(token)
        if identity is None:
            known, header = self._known_for(token, known)
            identity = _check(token, header, known.key_set, now)
            known.remember(token, identity)
        if identity.expires_at <= now:
            known.verified.pop(token, None)
            raise InvalidToken(Sentence("The access token has expired."))
        return identity

    def document(self) -> bytes:
        """The key set (RFC 7517)."""
        return self._known(time.time()).key_set.document

    def _known(self, now: float) -> _Known:
        if self._looked_at <= now < self._looked_at + LOOK_SECONDS:  # neither, if the clock was set back
            return self._file.value
        self._looked_at = now
        return self._file.fresh()

    def _known_for(self, token: str, known: _Known) -> tuple[_Known, dict[str, Any]]:
        """What has the key of this token, if anything does; and the token's header, which is not verified."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise InvalidToken(Sentence("The access token is too long."))
        # Only its first part: the library would decode all of it, as it does once more to verify it.
        try:
            header = jwt.get_unverified_header(f"{token.partition('.')[0]}..")
        except (jwt.PyJWTError, ValueError) as error:
            raise InvalidToken(Sentence("The access token is not valid.")) from error
        return known if header.get("kid") in known.key_set.keys else self._file.fresh(), header


def _check(token: str, header: dict[str, Any], key_set: KeySet, now: float) -> Identity:
    key = key_set.keys.get(header.get("kid", ""))
    if key is None or key.ends_at <= now or header.get("typ") != TYPE:
        raise InvalidToken(Sentence("The access token was not issued here."))
    try:
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[ALGORITHM],  # fixed: the token's header does not decide (RFC 8725, 3.1)
            issuer=ISSUER,
            audience=AUDIENCE,
            leeway=CLOCK_SKEW_SECONDS,
            options={"require": REQUIRED_CLAIMS, "strict_aud": True},
        )
        return _identity(claims)
    except jwt.ExpiredSignatureError as error:
        raise InvalidToken(Sentence("The access token has expired.")) from error
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidToken(Sentence("The access token is not valid.")) from error


def _identity(claims: dict[str, Any]) -> Identity:
    expires = int(claims["exp"])
    if expires - int(claims["iat"]) > MAX_LIFE_SECONDS:
        raise ValueError(f"it is valid for longer than {MAX_LIFE_SECONDS} s")
    role = Role(claims["role"])
    merchant = claims.get("merchant_id")
    if (role in OF_A_MERCHANT) != (merchant is not None):
        raise ValueError("merchant_id belongs to merchants and couriers, and to them alone")
    return Identity(
        account_id=uuid.UUID(claims["sub"]),
        role=role,
        merchant_id=uuid.UUID(merchant) if merchant else None,
        expires_at=expires,
        account_version=int(claims.get("account_version", 0)),
        session_id=uuid.UUID(claims["sid"]) if "sid" in claims else None,
        verified=claims.get("email_verified") is not False,
        staff=claims.get("staff", False) is not False,
    )


def _read_signer(path: Path) -> tuple[Ed25519PrivateKey, str]:
    key = read_signing_key(path)
    return key, public_jwk(key.public_key())["kid"]

"""Secrets of webhook endpoints and the signatures made with them.

Source: Standard Webhooks 1.0.0: v1 is HMAC-SHA256 with a shared secret, v1a is Ed25519, of which the owner has the
public key alone.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Scheme = Literal["v1", "v1a"]

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secret:
    """raw: the shared secret, or the private key."""

    scheme: Scheme
    raw: bytes

    @property
    def shown(self) -> str:
        """What the owner gets: the shared secret, or the public key."""
        if self.scheme == "v1":
            return f"whsec_{base64.b64encode(self.raw).decode()}"
        public = Ed25519PrivateKey.from_private_bytes(self.raw).public_key()
        return f"whpk_{base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()}"


def new_secrets() -> tuple[Secret, Secret]:
    """One of each scheme."""
    return Secret("v1", os.urandom(SECRET_BYTES)), Secret("v1a", os.urandom(SECRET_BYTES))


def signatures(secrets: Sequence[Secret], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header webhook-signature: one signature by each secret, separated by spaces."""
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return " ".join(f"{secret.scheme},{base64.b64encode(_signature(secret, signed)).decode()}" for secret in secrets)


def _signature(secret: Secret, signed: bytes) -> bytes:
    if secret.scheme == "v1":
        return hmac.digest(secret.raw, signed, hashlib.sha256)
    return Ed25519PrivateKey.from_private_bytes(secret.raw).sign(signed)

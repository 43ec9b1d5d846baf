"""Files of Ed25519 keys: private ones as PEM, public ones as a JSON Web Key Set.

A private key is used only if no other user of the machine can read or replace it. The rule is that of PostgreSQL for
its own private key (manual, "Secure TCP/IP Connections with SSL"): the file belongs to the user of the process and has
mode 0600 or less; or it belongs to root and has mode 0640 or less, so that an orchestrator can mount it as a secret for
a group.
"""

import base64
import hashlib
import json
import math
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence

SIGNING_FILE = "signing.pem"
NEXT_FILE = "next.pem"
JWKS_FILE = "jwks.json"
REFRESH_FILE = "refresh.key"
ALGORITHM = "EdDSA"
ROOT = 0


WHAT_TO_DO = Sentence(
    "Put a copy of it back, or remove it: the next start makes a new key, and clients get new tokens by "
    "their refresh tokens."
)


class BadKeys(Misconfigured):
    """A key file is missing or invalid."""


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """The private key in this PEM file; raises BadKeys, also if users other than its owner can read it."""
    try:
        key = load_pem_private_key(read_private_file(path), password=None)
    except ValueError as error:
        raise BadKeys(
            Sentence("{path} holds no readable private key. {what_to_do}", path=path, what_to_do=WHAT_TO_DO)
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKeys(
            Sentence("{path} holds a key of another kind than Ed25519. {what_to_do}", path=path, what_to_do=WHAT_TO_DO)
        )
    return key


def read_private_file(path: Path) -> bytes:
    """The content of a file that no other user of the machine can read or change; raises BadKeys."""
    try:
        with path.open("rb") as file:
            _refuse_exposed(path, os.fstat(file.fileno()))
            return file.read()
    except OSError as error:
        raise BadKeys(
            Sentence("{path} holds no readable private key. {what_to_do}", path=path, what_to_do=WHAT_TO_DO)
        ) from error


def is_exposed(owner: int, mode: int, user: int) -> bool:
    """Whether users other than root and the user of the process can read or change a private key with this owner and
    mode."""
    private = owner == user and not mode & 0o077
    mounted = owner == ROOT and not mode & 0o137
    return not (private or mounted)


def _refuse_exposed(path: Path, found: os.stat_result) -> None:
    mode, user = stat.S_IMODE(found.st_mode), os.geteuid()
    if is_exposed(found.st_uid, mode, user):
        raise BadKeys(
            Sentence(
                "Other users can read or change {path}: it belongs to user {st_uid} and has mode {mode:04o}. Run "
                "`chown {user} {path}` and `chmod 600 {path}`; for a secret that an orchestrator mounts, set mode "
                "0440 and the group of the process. If it may have been read, run `pedidos keys rotate --discard`.",
                path=path,
                st_uid=found.st_uid,
                mode=mode,
                user=user,
            )
        )


def derived_secret(key: Ed25519PrivateKey, purpose: str) -> bytes:
    """32 bytes that only the holder of the key can compute (HKDF, RFC 5869), different for each purpose."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(key.private_bytes_raw())


def public_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """The key as a JSON Web Key (RFC 8037); its kid is the RFC 7638 thumbprint."""
    required = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key.public_bytes_raw())}
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True).encode()
    return required | {"kid": _base64url(hashlib.sha256(canonical).digest()), "use": "sig", "alg": ALGORITHM}


class PublicKey(NamedTuple):
    """ends_at: when it may not verify any more, in seconds since the epoch."""

    key: Ed25519PublicKey
    ends_at: float


@dataclass(frozen=True, slots=True)
class KeySet:
    """The public keys by their kid, and the document that has them."""

    keys: Mapping[str, PublicKey]
    document: bytes


def read_key_set(path: Path) -> KeySet:
    """The public keys in this JWKS file; raises BadKeys."""
    try:
        document = path.read_bytes()
        keys = {key["kid"]: _public_key(key) for key in json.loads(document)["keys"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadKeys(Sentence("{path} holds no readable key set: {reason}", path=path, reason=error)) from error
    return KeySet(keys, document)


def _public_key(jwk: Mapping[str, Any]) -> PublicKey:
    return PublicKey(Ed25519PublicKey.from_public_bytes(_from_base64url(jwk["x"])), float(jwk.get("exp", math.inf)))


def as_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write(path: Path, content: bytes, *, mode: int) -> None:
    """Replaces the file as a whole: a reader never sees half of it, also after a power failure."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

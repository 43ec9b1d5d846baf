"""The Ed25519 key pair that signs access tokens, stored in a folder as signing.pem and jwks.json.

The private key is used only if no other user of the machine can read or replace it. The rule is that of PostgreSQL for
its own private key (manual, "Secure TCP/IP Connections with SSL"): the file belongs to the user of the process and has
mode 0600 or less; or it belongs to root and has mode 0640 or less, so that an orchestrator can mount it as a secret for
a group.
"""

import base64
import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from pedidos.errors import Misconfigured

SIGNING_FILE = "signing.pem"
JWKS_FILE = "jwks.json"
ALGORITHM = "EdDSA"
ROOT = 0


WHAT_TO_DO = (
    "Put a copy of it back, or remove it: the next start makes a new key, and clients get new tokens by their refresh"
    " tokens."
)


class BadKeys(Misconfigured):
    """A key file is missing or invalid."""


def ensure_keys(keys_dir: Path) -> None:
    """Creates the folder, the private key (readable only by its owner) and the public key set, if they are missing.

    Several processes may call it at the same time: the first private key written stays. Raises BadKeys if signing.pem
    exists and must not be used.
    """
    keys_dir.mkdir(parents=True, exist_ok=True)
    signing = keys_dir / SIGNING_FILE
    if not signing.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(signing, pem, mode=0o600, replace=False)
    public = read_signing_key(signing).public_key()
    document = json.dumps({"keys": [public_jwk(public)]}, indent=2).encode() + b"\n"
    jwks = keys_dir / JWKS_FILE
    if not jwks.exists() or jwks.read_bytes() != document:
        _write(jwks, document, mode=0o644, replace=True)


def read_signing_key(path: Path) -> Ed25519PrivateKey:
    """The private key in this PEM file; raises BadKeys, also if users other than its owner can read it."""
    try:
        with path.open("rb") as file:
            _refuse_exposed(path, os.fstat(file.fileno()))
            key = load_pem_private_key(file.read(), password=None)
    except (OSError, ValueError) as error:
        raise BadKeys(f"{path} holds no readable private key. {WHAT_TO_DO}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKeys(f"{path} holds a key of another kind than Ed25519. {WHAT_TO_DO}")
    return key


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
            f"Other users can read or change {path}: it belongs to user {found.st_uid} and has mode {mode:04o}."
            f" Run `chown {user} {path}` and `chmod 600 {path}`; for a secret that an orchestrator mounts, set mode"
            " 0440 and the group of the process. If it may have been read, remove it: the next start makes a new key."
        )


def derived_secret(key: Ed25519PrivateKey, purpose: str) -> bytes:
    """32 bytes that only the holder of the key can compute (HKDF, RFC 5869), different for each purpose."""
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(key.private_bytes_raw())


def public_jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """The key as a JSON Web Key (RFC 8037); its kid is the RFC 7638 thumbprint."""
    required = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key.public_bytes_raw())}
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True).encode()
    return required | {"kid": _base64url(hashlib.sha256(canonical).digest()), "use": "sig", "alg": ALGORITHM}


def read_public_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys in this JWKS file by their kid; raises BadKeys."""
    try:
        keys = json.loads(path.read_bytes())["keys"]
        return {key["kid"]: Ed25519PublicKey.from_public_bytes(_from_base64url(key["x"])) for key in keys}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadKeys(f"{path} holds no readable key set: {error}") from error


def _write(path: Path, content: bytes, *, mode: int, replace: bool) -> None:
    # Atomically: a reader never sees half a file, and another process's private key is not overwritten.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            try:
                path.hardlink_to(temporary)
            except FileExistsError:
                return  # another process was first: use its key
    finally:
        temporary.unlink(missing_ok=True)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

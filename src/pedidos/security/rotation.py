"""The keys that sign access tokens, in a folder: the current one, the next one, and the public halves of previous ones.

| file | holds | read by |
|---|---|---|
| signing.pem | the current private key, which signs | api |
| next.pem | the private key that signs after the next rotation | rotate() alone |
| jwks.json | the public keys of both, and of previous ones as long as a token can be valid | api, live, clients |
| refresh.key | the secret of the chains of refresh tokens, which no rotation changes | api |

A key is published long before it signs, so a client that keeps a copy of the key set knows it in time. Each file is
replaced as a whole, and ensure_keys() completes a rotation that ended between two files: the set is replaced first, so
that no file signs with a key that is not in it.
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pedidos.errors import Misconfigured
from pedidos.security.keys import (
    JWKS_FILE,
    NEXT_FILE,
    REFRESH_FILE,
    SIGNING_FILE,
    BadKeys,
    as_pem,
    derived_secret,
    public_jwk,
    read_private_file,
    read_signing_key,
    write,
)
from pedidos.security.tokens import MAX_LIFE_SECONDS
from pedidos.sentence import Sentence

COPY_SECONDS = 3600
"""How long clients may keep a copy of the key set (Cache-Control of /.well-known/jwks.json)."""

PREVIOUS_SECONDS = MAX_LIFE_SECONDS + 3600
"""How long a previous key is published: the longest life of a token, and an hour for clocks that differ."""

REFRESH_PURPOSE = "refresh tokens"

Jwk = dict[str, Any]


class State(StrEnum):
    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """published_at: when it entered the key set. signs_since: when it became the current key, if it did. ends_at: when
    a previous key leaves the set. Seconds since the epoch."""

    kid: str
    state: State
    published_at: int
    signs_since: int | None
    ends_at: int | None


class TooEarly(Misconfigured):
    """The next key is not known to all clients yet."""


def ensure_keys(keys_dir: Path) -> None:
    """Creates the folder and the files that are missing, and completes a rotation that was interrupted.

    Several processes may call it at the same time. Raises BadKeys if signing.pem exists and must not be used.
    """
    keys_dir.mkdir(parents=True, exist_ok=True)
    with _locked(keys_dir):
        _ensure(keys_dir)


def rotate(keys_dir: Path, *, at_once: bool = False) -> None:
    """Makes the next key the current one, the current one a previous one, and publishes a new next key.

    No token becomes invalid. Raises TooEarly if the next key has been published for less than an hour, unless at_once;
    BadKeys.
    """
    with _locked(keys_dir):
        current, following = _ensure(keys_dir)
        published = _published(keys_dir)
        wait = published[_kid(following)]["iat"] + COPY_SECONDS - time.time()
        if wait > 0 and not at_once:
            raise TooEarly(
                Sentence(
                    "The next key has been published for less than {copied} minutes, and clients may have an older "
                    "copy of the key set. Run it again in {wait:.0f} minutes, or with --now.",
                    copied=COPY_SECONDS // 60,
                    wait=wait // 60 + 1,
                )
            )
        newest = Ed25519PrivateKey.generate()
        published[_kid(current)]["exp"] = int(time.time()) + PREVIOUS_SECONDS
        _publish(keys_dir, following, newest, published, since=int(time.time()))
        write(keys_dir / SIGNING_FILE, as_pem(following), mode=0o600)
        write(keys_dir / NEXT_FILE, as_pem(newest), mode=0o600)


def discard(keys_dir: Path) -> None:
    """Replaces all keys, because others may have read them: every access token becomes invalid."""
    with _locked(keys_dir):
        current, following = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        _secret_of_refresh(keys_dir)
        # The set comes last: after an interruption, ensure_keys() publishes these keys and not the old ones.
        write(keys_dir / NEXT_FILE, as_pem(following), mode=0o600)
        write(keys_dir / SIGNING_FILE, as_pem(current), mode=0o600)
        _publish(keys_dir, current, following, {}, since=int(time.time()))


def published_keys(keys_dir: Path) -> list[PublishedKey]:
    """The keys in the key set: the next one, the current one, and previous ones, the newest first. Raises BadKeys."""
    current = _kid(read_signing_key(keys_dir / SIGNING_FILE))
    found = []
    for kid, jwk in _published(keys_dir).items():
        ends_at = jwk.get("exp")
        state = State.CURRENT if kid == current else State.NEXT if ends_at is None else State.PREVIOUS
        found.append(PublishedKey(kid, state, jwk["iat"], jwk.get("nbf"), ends_at))
    order = list(State)
    return sorted(found, key=lambda key: (order.index(key.state), -key.published_at))


def signing_since(keys_dir: Path) -> float:
    """When the current key began to sign, in seconds since the epoch; 0 if it cannot be read, which an alert shows.

    An orchestrator that mounts a key set of its own may not say it there: then the time of the file counts.
    """
    try:
        current = _kid(read_signing_key(keys_dir / SIGNING_FILE))
        since = _published(keys_dir).get(current, {}).get("nbf")
        return float(since or (keys_dir / SIGNING_FILE).stat().st_mtime)
    except (BadKeys, OSError):
        return 0.0


def refresh_secret(keys_dir: Path) -> bytes:
    """The secret of the chains of refresh tokens, 32 bytes. In a folder of an earlier version, it is derived from the
    signing key, as that version did. Raises BadKeys."""
    path = keys_dir / REFRESH_FILE
    if not path.exists():
        return derived_secret(read_signing_key(keys_dir / SIGNING_FILE), REFRESH_PURPOSE)
    content = read_private_file(path)
    if not re.fullmatch(rb"[0-9a-f]{64}", content):
        raise BadKeys(Sentence("{path} holds no secret. Remove it, and run `pedidos setup`.", path=path))
    return bytes.fromhex(content.decode())


def _ensure(keys_dir: Path) -> tuple[Ed25519PrivateKey, Ed25519PrivateKey]:
    """The current and the next key, whose files are there and published."""
    signing = keys_dir / SIGNING_FILE
    if not signing.exists():
        write(signing, as_pem(Ed25519PrivateKey.generate()), mode=0o600)
    current = read_signing_key(signing)
    following = _read_next(keys_dir)
    if following is None or _kid(following) == _kid(current):
        following = Ed25519PrivateKey.generate()
        write(keys_dir / NEXT_FILE, as_pem(following), mode=0o600)
    _secret_of_refresh(keys_dir)
    try:
        published = _published(keys_dir)
    except BadKeys:
        published = {}
    # A key set of an earlier version does not have it. Of a key that has just been made, this is now.
    _publish(keys_dir, current, following, published, since=int(signing.stat().st_mtime))
    return current, following


def _read_next(keys_dir: Path) -> Ed25519PrivateKey | None:
    """None if it is missing, damaged or exposed: it has signed nothing yet."""
    try:
        return read_signing_key(keys_dir / NEXT_FILE)
    except BadKeys:
        return None


def _secret_of_refresh(keys_dir: Path) -> None:
    try:
        secret = refresh_secret(keys_dir)
    except BadKeys:  # damaged or exposed: a repeated refresh may end its session, once
        secret = os.urandom(32)
    content = secret.hex().encode()
    path = keys_dir / REFRESH_FILE
    if not path.exists() or path.read_bytes() != content:
        write(path, content, mode=0o600)


def _publish(
    keys_dir: Path, current: Ed25519PrivateKey, following: Ed25519PrivateKey, before: Mapping[str, Jwk], *, since: int
) -> None:
    """Writes the key set: these two keys, and the previous ones of the set before, which have an end, until then.

    since: when the current key began to sign, in seconds since the epoch, unless the set before has it. A file's time
    would be that of its last copy or restoration.
    """
    now = int(time.time())
    keys = [public_jwk(key.public_key()) for key in (current, following)]
    document: list[Jwk] = [{**key, "iat": before.get(key["kid"], {}).get("iat", now)} for key in keys]
    document[0]["nbf"] = before.get(keys[0]["kid"], {}).get("nbf", since)
    kept = {key["kid"] for key in keys}
    document += [jwk for kid, jwk in before.items() if kid not in kept and now < jwk.get("exp", 0)]
    content = json.dumps({"keys": document}, indent=2).encode() + b"\n"
    path = keys_dir / JWKS_FILE
    if not path.exists() or path.read_bytes() != content:
        write(path, content, mode=0o644)


def _published(keys_dir: Path) -> dict[str, Jwk]:
    """The public keys in the key set by their kid. Raises BadKeys."""
    path = keys_dir / JWKS_FILE
    try:
        keys: list[Jwk] = json.loads(path.read_bytes())["keys"]
        return {key["kid"]: {"iat": int(time.time())} | key for key in keys}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadKeys(Sentence("{path} holds no readable key set: {reason}", path=path, reason=error)) from error


def _kid(key: Ed25519PrivateKey) -> str:
    return public_jwk(key.public_key())["kid"]


@contextmanager
def _locked(keys_dir: Path) -> Iterator[None]:
    """One process at a time. The lock goes with its process, and needs no file."""
    folder = os.open(keys_dir, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)

"""Passwords as argon2id hashes."""

import functools

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 128

# OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, so that a thread pool full of sign-ins stays small.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The password's argon2id hash with its salt and parameters, in the PHC string format."""
    return _hasher.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password has this hash. Takes tens of milliseconds, by design."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@functools.cache
def nobodys_hash() -> str:
    """A hash to check against when there is no account, so that the answer takes as long as when there is one."""
    return _hasher.hash("the password of an account that does not exist")

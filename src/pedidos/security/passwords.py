"""Passwords as argon2id hashes. The same characters are the same password on every keyboard, as RFC 8265 requires."""

import functools
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pedidos.sentence import Sentence

MIN_LENGTH = 12
MAX_LENGTH = 128
MAX_SENT = 4 * MAX_LENGTH
"""Maximum length of a password as it is sent: one character may be sent as several."""

# OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, so that a thread pool full of sign-ins stays small.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Unfit(ValueError):
    """The text cannot be a password. reason: for its reader."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a password matches a hash. better_hash: store it instead of that hash."""

    good: bool
    better_hash: str | None = None


def prepared(password: str) -> str:
    """The password in the form that is hashed: OpaqueString of RFC 8265, 4.2, for at most MAX_SENT characters.

    Every space becomes an ASCII space, and a letter with a separate accent becomes one character (NFC). The RFC also
    forbids characters that are invisible or not yet assigned in Unicode. They are accepted, because emoji contain them.
    Raises Unfit for control characters and for a password that is empty or too long.
    """
    if not 0 < len(password) <= MAX_SENT:  # for a long row of accents, NFC takes quadratic time
        raise Unfit(Sentence("Must have from {least} to {most} characters.", least=MIN_LENGTH, most=MAX_LENGTH))
    if any(unicodedata.category(each) == "Cc" for each in password):
        raise Unfit(Sentence("Must have no control characters, such as tabs and line breaks."))
    spaced = "".join(" " if unicodedata.category(each) == "Zs" else each for each in password)
    return unicodedata.normalize("NFC", spaced)


def hash_password(password: str) -> str:
    """The password's argon2id hash with its salt and parameters, in the PHC string format. Raises Unfit."""
    return _hasher.hash(prepared(password))


def matches(password_hash: str, password: str) -> Match:
    """Compares a password with a hash. This takes tens of milliseconds, by design, for any hash.

    Earlier versions hashed the characters as they were sent. That form is tried too, if it differs.
    """
    try:
        form = prepared(password)
    except Unfit:  # it may be from a time when control characters were accepted
        return Match(_verified(password_hash, password))
    if _verified(password_hash, form):
        return Match(good=True)
    if form != password and _verified(password_hash, password):
        return Match(good=True, better_hash=_hasher.hash(form))
    return Match(good=False)


@functools.cache
def nobodys_hash() -> str:
    """A hash to check if there is no account, so that the answer takes as long as with one."""
    return _hasher.hash("the password of an account that does not exist")


def _verified(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False

"""Codes of a second factor: TOTP (RFC 6238), with SHA-1, six digits and 30 seconds, as authenticator apps have it."""

import hmac
import secrets
from hashlib import sha256

import pyotp

STEP_SECONDS = 30
DIGITS = 6
SECRET_CHARACTERS = 32
"""160 bits in base32, as RFC 4226, 4 recommends."""

STEPS_EITHER_WAY = 1
"""Steps before and after the present one whose codes are accepted: clocks differ (RFC 6238, 5.2)."""

ISSUER = "pedidos"

RECOVERY_CODES = 10
RECOVERY_GROUPS, RECOVERY_GROUP = 6, 4
"""A recovery code has six groups of four letters: 120 bits, so that its hash needs no salt and no slow function."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # base32: none looks like another


def new_secret() -> str:
    """A random secret in base32."""
    return pyotp.random_base32(SECRET_CHARACTERS)


def address(secret: str, email: str) -> str:
    """What the QR code says: otpauth://totp/… (Key Uri Format)."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(name=email, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: float) -> int | None:
    """The number of the time step that the code belongs to; None if it is not a code of about now.

    now: seconds since the epoch. Each comparison takes the same time.
    """
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    present = int(now) // STEP_SECONDS
    steps = range(max(0, present - STEPS_EITHER_WAY), present + STEPS_EITHER_WAY + 1)
    good = [step for step in steps if hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode())]
    return max(good, default=None)


def new_recovery_codes() -> list[str]:
    """Codes to keep for the day on which the app is lost. Each can be used once."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def recovery_hash(code: str) -> bytes:
    """The hash under which a recovery code is stored. Case, spaces and hyphens do not matter."""
    return sha256("".join(code.upper().replace("-", " ").split()).encode()).digest()


def is_code(given: str) -> bool:
    """Whether it looks like a code of an app, and not like a recovery code."""
    return len(given) == DIGITS and given.isascii() and given.isdigit()


def _recovery_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(RECOVERY_GROUP)) for _ in range(RECOVERY_GROUPS))
    return "-".join(groups)

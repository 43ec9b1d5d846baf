"""Decides what becomes of a mail, from the answer of the mail server."""

from dataclasses import dataclass
from enum import StrEnum

from pedidos.domain.retry import RetryPolicy

LATER = RetryPolicy(base_seconds=60.0, cap_seconds=4 * 3600.0)
"""Pauses between the tries of one mail that the server refuses for now. RFC 5321, 4.5.4.1, wants 30 minutes or more for
all but the first ones."""

AWAY = RetryPolicy(base_seconds=1.0, cap_seconds=60.0)
"""Pauses while the server itself is away, or refuses all mails."""

KEEP_TRYING_SECONDS = 4 * 24 * 3600
"""After this time, a mail that is still refused is given up (RFC 5321, 4.5.4.1: four to five days)."""


class Stage(StrEnum):
    """What the server was asked when it refused."""

    SESSION = "session"
    """To talk to us: greeting, encryption, password, sender. It would refuse each mail."""
    RECIPIENT = "recipient"
    CONTENT = "content"


class Outcome(StrEnum):
    SENT = "sent"
    FAILED = "failed"
    """Trying again changes nothing."""
    LATER = "later"
    LAPSED = "lapsed"
    """It is of no use any more, and was not sent."""
    AWAY = "away"
    """It is not about this mail."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """code: of the reply (RFC 5321, 4.2)."""

    stage: Stage
    code: int

    def __str__(self) -> str:
        return f"the mail server refused the {self.stage} with {self.code}"


def outcome(refusal: Refusal, age_seconds: float) -> Outcome:
    """What a refusal means for a mail that was written this long ago."""
    if refusal.stage is Stage.SESSION or refusal.code == 421:  # 421: the server is about to close the connection
        return Outcome.AWAY
    if refusal.code >= 500 or age_seconds >= KEEP_TRYING_SECONDS:
        return Outcome.FAILED
    return Outcome.LATER

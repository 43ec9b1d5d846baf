"""The behaviour of each test token. The package's docstring has the same as a table."""

from dataclasses import dataclass
from enum import Enum, auto


class Trouble(Enum):
    ERROR = auto()
    """Answer 500."""
    CUT = auto()
    """Close the connection without an answer."""
    SILENCE = auto()
    """Answer nothing for SILENCE_SECONDS, then close the connection."""


SILENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """declined: the reason, or None for a capture that takes `seconds`.
    before: trouble of the first request (or of every one), instead of charging. after: trouble of the one that charged.
    """

    declined: str | None = None
    seconds: float = 0.0
    before: Trouble | None = None
    always: bool = False
    after: Trouble | None = None


_TOKENS = {
    "tok_ok": Behaviour(),
    "tok_declined": Behaviour(declined="insufficient_funds"),
    "tok_slow": Behaviour(seconds=5.0),
    "tok_timeout_after_charge": Behaviour(after=Trouble.SILENCE),
    "tok_error_then_ok": Behaviour(before=Trouble.ERROR),
    "tok_error": Behaviour(before=Trouble.ERROR, always=True),
    "tok_error_after_charge": Behaviour(after=Trouble.ERROR),
    "tok_cut": Behaviour(before=Trouble.CUT),
}

_UNKNOWN = Behaviour(declined="unknown_token")


def behaviour(token: str) -> Behaviour:
    return _TOKENS.get(token, _UNKNOWN)

"""What each session of ours at PostgreSQL is set to when it connects."""

from collections.abc import Mapping

from pedidos.settings import Settings

LOCK_SECONDS = 1.0
"""Longest wait for a lock. Transactions here are short: whatever is held for longer is held by something else."""
ABSENCE_SECONDS = 1.0
"""How often PostgreSQL looks, during a statement, whether we are still there."""
WITHIN = 0.8
"""Part of our own patience after which PostgreSQL ends a statement; the rest is for the way back."""


def session(settings: Settings, answer_seconds: float, lock_seconds: float = LOCK_SECONDS) -> dict[str, str]:
    """PostgreSQL's settings by name, as text. answer_seconds: how long we wait for an answer.

    A wait for a lock ends before its statement, and a statement before our patience. So we are told which of the two it
    was, and no backend goes on with what we gave up.
    """
    statement = min(settings.statement_timeout_seconds, answer_seconds * WITHIN)
    return {
        "statement_timeout": _milliseconds(statement),
        "lock_timeout": _milliseconds(min(lock_seconds, statement / 2)),
        "idle_in_transaction_session_timeout": _milliseconds(settings.statement_timeout_seconds),
        "client_connection_check_interval": _milliseconds(ABSENCE_SECONDS),
    }


def as_options(values: Mapping[str, str]) -> str:
    """The settings as libpq's parameter "options", which splits at spaces that no backslash precedes."""
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in values.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))  # 0 would mean: without a bound

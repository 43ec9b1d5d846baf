"""What each session of ours at PostgreSQL is set to when it connects."""

from collections.abc import Mapping

from pedidos.settings.groups import PoolSettings

LOCK_SECONDS = 0.75
"""Longest wait for a lock. Transactions here are short: whatever is held for longer is held by something else."""
ABSENCE_SECONDS = 1.0
"""How often PostgreSQL looks, during a statement, whether we are still there."""
WITHIN = 0.8
"""Part of our own patience after which PostgreSQL ends a statement; the rest is for the way back."""
TRANSACTION = 6
"""A transaction may take as long as this many of the longest statements. It holds rows, and what it writes to the event
log holds up all later events."""

SEMANTICS = {
    # What is read and written means the same. psycopg reads text in these forms alone.
    "client_encoding": "UTF8",
    "datestyle": "ISO, MDY",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "array_nulls": "on",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "search_path": '"$user", public',
    # Statements see what is committed, may write, and are on the disk when they are answered.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "synchronous_commit": "on",
    # A session outlives an error, and a pause.
    "exit_on_error": "off",
    "idle_session_timeout": "0",
}
"""PostgreSQL's own defaults, for what a role, a database or the server's configuration may have set otherwise, and what
our statements rely on. All can be set without a privilege."""


def session(settings: PoolSettings, answer_seconds: float, lock_seconds: float = LOCK_SECONDS) -> dict[str, str]:
    """PostgreSQL's settings by name, as text. answer_seconds: how long we wait for an answer.

    A wait for a lock ends before its statement, and a statement before our patience. So the error names the one that
    was too long, and no backend goes on with what we gave up.
    """
    statement = min(settings.statement_timeout_seconds, answer_seconds * WITHIN)
    return {
        **SEMANTICS,
        "statement_timeout": _milliseconds(statement),
        "lock_timeout": _milliseconds(min(lock_seconds, statement / 2)),
        "idle_in_transaction_session_timeout": _milliseconds(settings.statement_timeout_seconds),
        "transaction_timeout": _milliseconds(TRANSACTION * settings.statement_timeout_seconds),
        "client_connection_check_interval": _milliseconds(ABSENCE_SECONDS),
    }


def as_options(values: Mapping[str, str]) -> str:
    """The settings as libpq's parameter "options", which splits at spaces that no backslash precedes."""
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in values.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))  # 0 would mean: without a bound

"""The settings of each of our sessions at PostgreSQL, made when it connects."""

from collections.abc import Mapping
from enum import StrEnum

from pedidos.settings.groups.database import PoolSettings

LOCK_SECONDS = 0.75
"""Longest wait for a lock. Transactions here are short: a lock held for longer is held by something else."""
ABSENCE_SECONDS = 1.0
"""How often PostgreSQL checks, during a statement, whether the client is still connected."""
WITHIN = 0.8
"""PostgreSQL ends a statement after this part of our own time limit. The rest is for the answer to arrive."""
TRANSACTION = 6
"""A transaction may take as long as this number of the longest statements. It holds rows, and the events that it
writes hold up all later events."""

SEMANTICS = {
    # Values mean the same when they are written and read. psycopg only reads text in these forms.
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
    # Statements see what is committed, and may write. A commit is on disk when it is acknowledged.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "default_transaction_deferrable": "off",
    "synchronous_commit": "on",
    # A session survives an error, and a pause.
    "exit_on_error": "off",
    "idle_session_timeout": "0",
}
"""Defaults of PostgreSQL on which our statements rely. A role, a database or the server's configuration may have other
values. All can be set without a privilege."""


SINCE_17 = ("transaction_timeout",)
"""Settings that PostgreSQL 16 does not know. There, statements and pauses have their limits, and a transaction as a
whole has none."""


class Plans(StrEnum):
    """Whether PostgreSQL plans a statement that is repeated once, or for each set of values."""

    CHOSEN = "auto"
    """It keeps a plan if it expects that to pay: good for statements that find rows by their keys."""
    KEPT = "force_generic_plan"
    """For sessions that repeat a few statements, whose plans do not depend on their values. For the facts of a batch,
    planning was a third of PostgreSQL's time."""
    OWN = "force_custom_plan"
    """For sessions that read ranges of large tables, and not often. A plan for any values can read a whole table where
    one for these values reads a few rows, and PostgreSQL has only a guess at what it reads."""


def session(
    settings: PoolSettings, answer_seconds: float, lock_seconds: float = LOCK_SECONDS, plans: Plans = Plans.CHOSEN
) -> dict[str, str]:
    """PostgreSQL's settings by name, as text. answer_seconds: how long the client waits for an answer.

    The limit of a wait for a lock is shorter than that of its statement, and that is shorter than answer_seconds. So
    the error names the limit that was exceeded, and no backend continues with a statement that the client gave up.
    """
    statement = min(settings.statement_timeout_seconds, answer_seconds * WITHIN)
    return {
        **SEMANTICS,
        "plan_cache_mode": plans.value,
        "statement_timeout": _milliseconds(statement),
        "lock_timeout": _milliseconds(min(lock_seconds, statement / 2)),
        "idle_in_transaction_session_timeout": _milliseconds(settings.statement_timeout_seconds),
        "transaction_timeout": _milliseconds(TRANSACTION * settings.statement_timeout_seconds),
        "client_connection_check_interval": _milliseconds(ABSENCE_SECONDS),
    }


def as_options(values: Mapping[str, str]) -> str:
    """The settings as libpq's parameter "options", which is split at spaces without a backslash before them."""
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in values.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))  # 0 would mean no limit

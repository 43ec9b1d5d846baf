"""Explains a failure that a user can cause: one line that says what happened and what to do."""

import errno
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pedidos.errors import DatabaseUnavailable, Held, KafkaUnavailable, RecordRefused, TaskBrokerUnavailable, first_line

SERVER = "Start it with ./pedidos up; ./pedidos settings shows its address, ./pedidos doctor what may be wrong."


@dataclass(frozen=True, slots=True)
class Told:
    """words for standard error, and the exit status."""

    words: str
    status: int = 1


_OUTAGES = {
    (DatabaseUnavailable, Held): "PostgreSQL",
    (KafkaUnavailable, RecordRefused): "Kafka",
    (TaskBrokerUnavailable,): "The task broker",
}

Explanation = tuple[str, Callable[[Exception], Told | None]]
"""The module that raises a failure, and what to say of it. A module that is not loaded has raised nothing."""


def told(error: Exception, explanations: Iterable[Explanation] = ()) -> Told | None:
    """What to say of a failure; None for one that the user did not cause, which deserves its traceback."""
    if isinstance(error, OSError):
        return _of_files(error)
    known = (
        *explanations,
        ("pedidos.settings.base", _of_settings),
        ("pedidos.setup.accounts", _of_accounts),
        ("pedidos.errors", _of_outages),
        ("pedidos.servers.findings", _of_servers),
        ("pedidos.security.keys", _of_keys),
        ("pedidos.storage.engine", _of_postgres),
        ("pedidos.storage.migrations", _of_migrations),
    )
    found = (explain(error) for module, explain in known if module in sys.modules)
    return next((telling for telling in found if telling is not None), None)


def _of_settings(error: Exception) -> Told | None:
    from pedidos.env_file import Damaged
    from pedidos.settings.base import Invalid

    return Told(str(error), 2) if isinstance(error, Invalid | Damaged) else None


def _of_accounts(error: Exception) -> Told | None:
    from pedidos.setup.accounts import Broken

    return Told(str(error), 2) if isinstance(error, Broken) else None


def _of_keys(error: Exception) -> Told | None:
    from pedidos.security.keys import BadKeys

    return Told(str(error), 2) if isinstance(error, BadKeys) else None


def _of_files(error: OSError) -> Told | None:
    if error.errno == errno.ENOSPC:
        return Told(f"{first_line(error)}: free some, or set PEDIDOS_STATE_DIR to a folder on another disk.")
    if not isinstance(error.filename, str | bytes):
        return None
    from pedidos.settings.base import state_dir

    path, ours = Path(os.path.realpath(os.fsdecode(error.filename))), state_dir()
    if isinstance(error, FileNotFoundError) and ours in path.parents:
        return Told(f"There is no {path}: start the platform with ./pedidos up.")
    if path == ours or ours in path.parents or path in ours.parents:
        return Told(f"{path}: {error.strerror}. Set PEDIDOS_STATE_DIR to a folder that you may write to.")
    return Told(f"{path}: {error.strerror}. Name another one, or see that you may use it.")


def _of_outages(error: Exception) -> Told | None:
    for kinds, server in _OUTAGES.items():
        if isinstance(error, kinds):
            return Told(f"{server} cannot be used now ({first_line(error)}). {SERVER}")
    return None


def _of_servers(error: Exception) -> Told | None:
    from pedidos.servers.findings import Away, Unfit

    if isinstance(error, Unfit):
        return Told(str(error))
    return Told(f"{error} {SERVER}") if isinstance(error, Away) else None


def _of_postgres(error: Exception) -> Told | None:
    from sqlalchemy.exc import ProgrammingError

    if not isinstance(error, ProgrammingError):
        return None
    said = first_line(error.orig or error)
    match getattr(error.orig, "sqlstate", None):
        case "42P01":  # no such table
            return Told(f"The database is not of this version ({said}): ./pedidos migrate brings it there.")
        case "42501":  # not allowed
            return Told(f"PostgreSQL does not allow it ({said}): grant it to the user of PEDIDOS_DATABASE_URL.")
        case None:  # never got there
            return Told(f"PEDIDOS_DATABASE_URL: {said}", 2)
    return None


def _of_migrations(error: Exception) -> Told | None:
    from alembic.util import CommandError

    from pedidos.storage.migrations import Busy

    if isinstance(error, Busy):
        return Told(f"Not possible now: {error}. Try again when it is over.")
    if isinstance(error, CommandError):
        return Told(f"{first_line(error)}. The revisions are those in src/pedidos/migrations/versions, head and base.")
    return None

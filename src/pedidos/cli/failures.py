"""Explains failures that the user can correct: what happened, then what to do, without a traceback."""

import errno
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pedidos.cli.language import phrase, told
from pedidos.errors import (
    DatabaseUnavailable,
    Held,
    KafkaUnavailable,
    Misconfigured,
    RecordRefused,
    TaskBrokerUnavailable,
    first_line,
)
from pedidos.sentence import Sentence

SERVER = Sentence(
    "Start it with ./pedidos up. ./pedidos settings shows its address, ./pedidos doctor looks for the cause."
)

_OUTAGES = {
    (DatabaseUnavailable, Held): "PostgreSQL",
    (KafkaUnavailable, RecordRefused): "Kafka",
    (TaskBrokerUnavailable,): Sentence("The task broker"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """text: for standard error. status: the exit status; 2 if settings, files or servers have to be corrected."""

    text: str
    status: int = 1


Explanation = tuple[str, Callable[[Exception], Failure | None]]
"""The module that raises an error, and what explains the error. A module that is not loaded has raised nothing."""


def explain(error: Exception, explanations: Iterable[Explanation] = ()) -> Failure | None:
    """Explains an error. None if the user cannot correct it: then the traceback is needed."""
    if isinstance(error, Misconfigured):
        return Failure(told(error), 2)
    if isinstance(error, OSError):
        return _of_files(error)
    known = (
        *explanations,
        ("pedidos.errors", _of_outages),
        ("pedidos.server_checks.findings", _of_servers),
        ("pedidos.storage.engine", _of_postgres),
        ("pedidos.storage.migrations", _of_migrations),
    )
    found = (explanation(error) for module, explanation in known if module in sys.modules)
    return next((failure for failure in found if failure is not None), None)


def _of_files(error: OSError) -> Failure | None:
    if error.errno == errno.ENOSPC:
        return Failure(
            phrase(
                "{reason}. Free some space, or set PEDIDOS_STATE_DIR to a folder on another disk.",
                reason=first_line(error),
            )
        )
    if not isinstance(error.filename, str | bytes):
        return None
    from pedidos.settings.base import state_dir

    path, ours = Path(os.path.realpath(os.fsdecode(error.filename))), state_dir()
    if isinstance(error, FileNotFoundError) and ours in path.parents:
        return Failure(phrase("There is no {path}. Start the platform with ./pedidos up.", path=path))
    if path == ours or ours in path.parents or path in ours.parents:
        return Failure(
            phrase(
                "{path}: {strerror}. Set PEDIDOS_STATE_DIR to a folder that you may write to.",
                path=path,
                strerror=error.strerror,
            )
        )
    return Failure(
        phrase(
            "{path}: {strerror}. Choose another path, or make sure that you may use this one.",
            path=path,
            strerror=error.strerror,
        )
    )


def _of_outages(error: Exception) -> Failure | None:
    for kinds, server in _OUTAGES.items():
        if isinstance(error, kinds):
            return Failure(
                phrase(
                    "{server} cannot be used now ({reason}). {advice}",
                    server=server,
                    reason=first_line(error),
                    advice=SERVER,
                )
            )
    return None


def _of_servers(error: Exception) -> Failure | None:
    from pedidos.server_checks.findings import Away, Unfit

    if isinstance(error, Unfit):
        return Failure(told(error), 2)
    return Failure(f"{told(error)} {told(SERVER)}") if isinstance(error, Away) else None


def _of_postgres(error: Exception) -> Failure | None:
    from sqlalchemy.exc import ProgrammingError

    if not isinstance(error, ProgrammingError):
        return None
    said = first_line(error.orig or error)
    match getattr(error.orig, "sqlstate", None):
        case "42P01":  # no such table
            return Failure(
                phrase("The database has another version of the schema ({said}). Run ./pedidos migrate.", said=said)
            )
        case "42501":  # not allowed
            return Failure(
                phrase(
                    "PostgreSQL does not allow it ({said}). Grant it to the user of PEDIDOS_DATABASE_URL.", said=said
                )
            )
        case None:  # there was no connection: the driver rejects the URL
            return Failure(phrase("PEDIDOS_DATABASE_URL is wrong: {said}. Correct it.", said=said), 2)
    return None


def _of_migrations(error: Exception) -> Failure | None:
    from alembic.util import CommandError

    from pedidos.storage.migrations import Busy

    if isinstance(error, Busy):
        return Failure(phrase("The schema was not migrated: {reason}. Try again when that is over.", reason=error))
    if isinstance(error, CommandError):
        return Failure(
            phrase(
                "{reason}. Name a revision by its number, such as 0001, or use head or base.", reason=first_line(error)
            )
        )
    return None

"""What a failure that whoever is at the keyboard can cause is called: in one line, with what to do about it."""

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from pedidos.processes.running import first_line

SERVER = "Start it with ./pedidos up; ./pedidos settings shows its address, ./pedidos doctor what may be wrong."


@dataclass(frozen=True, slots=True)
class Told:
    """words for standard error, and the exit status."""

    words: str
    status: int = 1


def told(error: Exception) -> Told | None:
    """None for what is nobody's fault but ours: that deserves its traceback."""
    if isinstance(error, OSError):
        return _of_files(error)
    # What was not loaded has not raised anything, and need not be loaded now.
    families = (
        ("pedidos.settings", _of_settings),
        ("pedidos.local.credentials", _of_credentials),
        ("pedidos.servers.findings", _of_servers),
        ("pedidos.security.keys", _of_keys),
        ("pedidos.storage.engine", _of_postgres),
        ("pedidos.storage.migrations", _of_migrations),
        ("pedidos.events.kafka", _of_kafka),
        ("pedidos.client.person", _of_edge),
        ("pedidos.local.child", _of_start),
    )
    tellings = (tell(error) for module, tell in families if module in sys.modules)
    return next((telling for telling in tellings if telling is not None), None)


def _of_settings(error: Exception) -> Told | None:
    from pydantic import ValidationError

    from pedidos.env_file import Damaged
    from pedidos.settings import Missing, Settings

    if isinstance(error, Missing | Damaged):
        return Told(str(error), 2)
    if isinstance(error, ValidationError) and error.title == Settings.__name__:
        wrong = [f"PEDIDOS_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors()]
        return Told("\n".join(wrong), 2)
    return None


def _of_credentials(error: Exception) -> Told | None:
    from pedidos.local.credentials import Broken

    return Told(str(error), 2) if isinstance(error, Broken) else None


def _of_keys(error: Exception) -> Told | None:
    from pedidos.security.keys import BadKeys

    return Told(str(error), 2) if isinstance(error, BadKeys) else None


def _of_files(error: OSError) -> Told | None:
    if error.errno == errno.ENOSPC:
        return Told(f"{first_line(error)}: free some, or set PEDIDOS_STATE_DIR to a folder on another disk.")
    if not isinstance(error.filename, str | bytes):
        return None
    from pedidos.settings import state_dir

    path, ours = Path(os.path.realpath(os.fsdecode(error.filename))), state_dir()
    if isinstance(error, FileNotFoundError) and ours in path.parents:
        return Told(f"There is no {path}: start the platform with ./pedidos up.")
    if path == ours or ours in path.parents or path in ours.parents:
        return Told(f"{path}: {error.strerror}. Set PEDIDOS_STATE_DIR to a folder that you may write to.")
    return Told(f"{path}: {error.strerror}. Name another one, or see that you may use it.")


def _of_servers(error: Exception) -> Told | None:
    from pedidos.servers.findings import Away, Unfit

    if isinstance(error, Unfit):
        return Told(str(error))
    return Told(f"{error} {SERVER}") if isinstance(error, Away) else None


def _of_postgres(error: Exception) -> Told | None:
    from sqlalchemy.exc import DBAPIError, ProgrammingError

    from pedidos.storage.engine import TRANSIENT

    said = first_line(error.orig if isinstance(error, DBAPIError) and isinstance(error.orig, Exception) else error)
    if isinstance(error, TRANSIENT):
        return Told(f"PostgreSQL cannot be used now ({said}). {SERVER}")
    if not isinstance(error, ProgrammingError):
        return None
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
        return Told(f"{first_line(error)}. The revisions are those in migrations/versions, head and base.")
    return None


def _of_kafka(error: Exception) -> Told | None:
    from kafka.errors import KafkaError

    return Told(f"Kafka cannot be used now ({first_line(error)}). {SERVER}") if isinstance(error, KafkaError) else None


def _of_edge(error: Exception) -> Told | None:
    from pedidos.client.person import Unreachable

    return Told(f"{first_line(error)}. {SERVER}") if isinstance(error, Unreachable) else None


def _of_start(error: Exception) -> Told | None:
    """Of a platform that a drill starts for itself: all programs start at once, so there may be several."""
    from pedidos.local.child import StartFailed

    failed, others = error.split(StartFailed) if isinstance(error, ExceptionGroup) else (None, error)
    if failed is None or others is not None:
        return None
    first = failed.exceptions[0]
    while isinstance(first, ExceptionGroup):
        first = first.exceptions[0]
    last_words = first.log[-1:] if isinstance(first, StartFailed) else []
    return Told(": ".join([f"The platform did not start: {first}", *last_words]))

"""Settings in files, as an orchestrator mounts secrets: PEDIDOS_BROKER_URL_FILE in place of PEDIDOS_BROKER_URL."""

from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic_core import PydanticCustomError

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence
from pedidos.watched_file import WatchedFile

SUFFIX = "_FILE"

NAMES = frozenset(
    {
        *("PEDIDOS_DATABASE_URL", "PEDIDOS_DATABASE_OWNER_URL", "PEDIDOS_DATABASE_DIRECT_URL"),
        *("PEDIDOS_BROKER_URL", "PEDIDOS_SENTINEL_PASSWORD", "PEDIDOS_KAFKA_PASSWORD", "PEDIDOS_KAFKA_TOKEN"),
        *("PEDIDOS_RECORD_KEYS", "PEDIDOS_ACCOUNT_KEYS", "PEDIDOS_EDGE_KEY", "PEDIDOS_TRACE_KEY"),
        *("PEDIDOS_GATEWAY_KEY", "PEDIDOS_GATEWAY_ADMIN_KEY", "PEDIDOS_SMTP_PASSWORD"),
        "PEDIDOS_PAYMENT_EVENT_SECRETS",
        *("PEDIDOS_OPERATOR_TOKEN", "PEDIDOS_DEMO_PASSWORD"),
    }
)
"""The variables that are secrets, or addresses with a password."""

Check = Callable[[str], object]
"""Raises PydanticCustomError or ValueError for a value that the setting does not take."""


class BadFile(Misconfigured):
    """The file of a setting cannot be used. The message says what to do, and never what is in the file."""


def given(variables: Mapping[str, str]) -> dict[str, Path]:
    """The files that these variables name, by the names of the settings. Raises BadFile if one is given twice."""
    named = {name: variables.get(name + SUFFIX) for name in NAMES}
    found = {name: Path(path).absolute() for name, path in named.items() if path}
    for name in sorted(found):
        if variables.get(name):
            raise BadFile(
                Sentence("{name} and {name}{suffix} are both set. Set only one of them.", name=name, suffix=SUFFIX)
            )
    return found


def watch(name: str, path: Path, checks: tuple[Check, ...] = ()) -> WatchedFile[str]:
    """The file of this setting, read now, and again when it has changed. Raises BadFile."""

    def checked(path: Path) -> str:
        text = content(name, path)
        try:
            for check in checks:
                check(text)
        except (PydanticCustomError, ValueError) as error:
            raise BadFile(
                Sentence("{name}{suffix} names a file with a wrong value: {why}.", name=name, suffix=SUFFIX, why=error)
            ) from None
        return text

    return WatchedFile(path, checked)


def content(name: str, path: Path) -> str:
    """The text in the file, without the line break at its end. Raises BadFile."""
    try:
        text = path.read_text("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadFile(
            Sentence(
                "{name}{suffix} names {path}, which cannot be read: {reason}.",
                name=name,
                suffix=SUFFIX,
                path=path,
                reason=reason,
            )
        ) from None
    if not text:
        raise BadFile(Sentence("{name}{suffix} names {path}, which is empty.", name=name, suffix=SUFFIX, path=path))
    return text

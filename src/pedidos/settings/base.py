"""Reads settings from the environment and from the state folder's platform.env, and says what is missing or wrong."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, NamedTuple, Self, TypeVar, cast

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence
from pedidos.settings import env_file, secret_files
from pedidos.watched_file import WatchedFile

PREFIX = "PEDIDOS_"
ENV_FILE = "platform.env"
STATE_DIR = Path(".pedidos")

SECRET = WithJsonSchema({"writeOnly": True})
"""Marks a field whose value is never shown. Of an address, only the password is hidden."""

RENAMED = {"PEDIDOS_FORGOTTEN_SECONDS": "PEDIDOS_STALLED_AFTER_SECONDS"}
"""Variables whose old name works for one release, with a warning."""


SERVER_OF = {
    "PEDIDOS_DATABASE_OWNER_URL": "PEDIDOS_DATABASE_URL",
    "PEDIDOS_DATABASE_DIRECT_URL": "PEDIDOS_DATABASE_URL",
    "PEDIDOS_DATABASE_POOLER": "PEDIDOS_DATABASE_URL",
    "PEDIDOS_BROKER_CA_FILE": "PEDIDOS_BROKER_URL",
    "PEDIDOS_SENTINEL_MASTER": "PEDIDOS_BROKER_URL",
    "PEDIDOS_SENTINEL_USER": "PEDIDOS_BROKER_URL",
    "PEDIDOS_SENTINEL_PASSWORD": "PEDIDOS_BROKER_URL",
    "PEDIDOS_EDGE_KEY": "PEDIDOS_PUBLIC_URL",
    "PEDIDOS_KAFKA_USER": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_PASSWORD": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_READER": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_TLS": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_CA_FILE": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_CERTIFICATE_FILE": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_KEY_FILE": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_MECHANISM": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_TOKEN": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_TOKEN_URL": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_TOKEN_SCOPE": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_GATEWAY_KEY": "PEDIDOS_GATEWAY_URL",
    "PEDIDOS_GATEWAY_ADMIN_KEY": "PEDIDOS_GATEWAY_URL",
    "PEDIDOS_TRACE_KEY": "PEDIDOS_PUBLIC_URL",
    "PEDIDOS_SMTP_PORT": "PEDIDOS_SMTP_HOST",
    "PEDIDOS_SMTP_TLS": "PEDIDOS_SMTP_HOST",
    "PEDIDOS_SMTP_CA_FILE": "PEDIDOS_SMTP_HOST",
    "PEDIDOS_SMTP_USER": "PEDIDOS_SMTP_HOST",
    "PEDIDOS_SMTP_PASSWORD": "PEDIDOS_SMTP_HOST",
    "PEDIDOS_MAILBOX_DIR": "PEDIDOS_SMTP_HOST",
}
"""Variables of platform.env that belong to a server. They are ignored if platform.env names the server, and the
environment another one."""


G = TypeVar("G", bound="Settings")


class Invalid(Misconfigured):
    """Settings are missing or wrong. The message names all of them and says what to do."""


def _with_a_home(folder: Path) -> Path:
    try:
        folder.expanduser()
    except RuntimeError as error:
        raise PydanticCustomError("home", "there is no user with the home folder that ~ stands for") from error
    return folder


class Source(NamedTuple):
    """A value, where it comes from (platform.env, or an old name of the variable), and its file, if it is in one."""

    value: str
    origin: str
    file: Path | None = None


class Settings(BaseSettings):
    """The base of all settings. Groups of settings inherit from it, and each process inherits from its groups.

    A variable is named PEDIDOS_ and the field's name in capitals. The environment wins over platform.env. A secret can
    stand in a file: then the variable's name ends in _FILE.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    reader: ClassVar[str] = "pedidos"
    """The command that reads these settings, for messages."""

    state_dir: Annotated[Path, AfterValidator(_with_a_home)] = Field(
        STATE_DIR, description="Folder of platform.env, secrets.json, and the local platform's data, logs and keys."
    )

    _files: dict[str, tuple[str, WatchedFile[str]]] = PrivateAttr(default_factory=dict)
    """The files of the fields that come from one, each with what it held at first."""

    def __init__(self, **values: Any) -> None:
        """values: win over the environment. Raises ValidationError and secret_files.BadFile."""
        named = secret_files.given(os.environ)
        files = {
            field: secret_files.watch(variable(field), named[variable(field)], _checks(type(self), field))
            for field in type(self).model_fields
            if variable(field) in named and field not in values
        }
        super().__init__(**{field: file.value for field, file in files.items()} | values)
        self._files = {field: (file.value, file) for field, file in files.items()}

    def now(self, field: str) -> Any:
        """The value of a field. If it comes from a file that has changed, it is read again: an address or a secret that
        is rotated applies to the next connection."""
        value = getattr(self, field)
        first, file = self._files.get(field, (None, None))
        return value if file is None or value != first else file.fresh()

    def file_of(self, field: str) -> Path | None:
        """The file that the value of a field comes from, if it does."""
        first, file = self._files.get(field, (None, None))
        return None if file is None or getattr(self, field) != first else file.path

    def taking(self, field: str, source: str) -> Self:
        """A copy, in which the field has the value of another one, and its file."""
        taken = self.model_copy(update={field: getattr(self, source)})
        taken._files = {**self._files}
        taken._files.pop(field, None)
        if source in self._files:
            taken._files[field] = self._files[source]
        return taken

    def part(self, group: type[G]) -> G:
        """The same settings as those of one group."""
        shared = [field for field in group.model_fields if field in type(self).model_fields]
        made = group.make(**{field: getattr(self, field) for field in shared})
        made._files = {field: self._files[field] for field in shared if field in self._files}
        return made

    @classmethod
    def load(cls) -> Self:
        """Reads the environment, and platform.env for variables that the environment does not set.

        Raises Invalid, secret_files.BadFile and env_file.Damaged.
        """
        beside = beside_environment()
        names = [name for name in cls.model_fields if variable(name) in beside]
        for name in names:
            origin = beside[variable(name)].origin
            if origin in RENAMED:
                message = f"{origin} is now {variable(name)}; the old name works until the next release."
                warnings.warn(message, FutureWarning, 2)
        settings = cls.make(**{name: beside[variable(name)].value for name in names})
        for name in names:
            path = beside[variable(name)].file
            if path is not None:
                file = secret_files.watch(variable(name), path, _checks(cls, name))
                settings._files[name] = (file.value, file)
        return settings

    @classmethod
    def make(cls, **values: Any) -> Self:
        """Takes these values, which win over the environment. Raises Invalid and secret_files.BadFile."""
        try:
            settings = cls(**values)
        except ValidationError as error:
            raise Invalid(_explained(cls, error.errors())) from None
        settings.refuse_contradictions()
        return settings

    def refuse_contradictions(self) -> None:
        """Raises Invalid if settings do not go together. Each group that has such settings looks at its own."""


def variable(field: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}{field.upper()}"


def state_dir() -> Path:
    """The state folder, which contains platform.env. Never raises: the field reports an invalid value."""
    given = os.environ.get(variable("state_dir")) or STATE_DIR
    return Path(os.path.realpath(os.path.expanduser(given)))  # noqa: PTH111  # Path.expanduser() raises


def beside_environment() -> dict[str, Source]:
    """Variables that the environment does not set. Raises env_file.Damaged and secret_files.BadFile."""
    kept = {name: value for name, value in env_file.read(state_dir() / ENV_FILE).items() if value}
    found = {name: Source(value, ENV_FILE) for name, value in kept.items()}
    for name, path in secret_files.given(kept).items():
        found[name] = Source(secret_files.content(name, path), ENV_FILE, path)
    for old, new in RENAMED.items():
        value = os.environ.get(old) or kept.get(old)
        if value:
            found.setdefault(new, Source(value, old))
    given = in_environment()
    elsewhere = {name for name, value in given.items() if name in found and found[name].value != value}
    return {
        name: source for name, source in found.items() if name not in given and SERVER_OF.get(name) not in elsewhere
    }


def in_environment() -> dict[str, str]:
    """The variables that the environment sets, by name, and those that it gives in files. An empty variable counts as
    not set. Raises secret_files.BadFile."""
    named = {name.upper(): value for name, value in os.environ.items() if value}
    files = {name: secret_files.content(name, path) for name, path in secret_files.given(named).items()}
    return {**named, **files}


def _checks(settings: type[Settings], field: str) -> tuple[secret_files.Check, ...]:
    """What the setting asks of its value."""
    metadata = settings.model_fields[field].metadata
    return tuple(cast(secret_files.Check, each.func) for each in metadata if isinstance(each, AfterValidator))


def _about(settings: type[Settings], name: str) -> Sentence:
    return Sentence.described(settings.model_fields[name].description or "")


def _explained(settings: type[Settings], errors: Sequence[ErrorDetails]) -> Sentence:
    """The missing and the wrong settings, one line each. Values are left out: they may contain a password."""
    missing = [str(error["loc"][0]) for error in errors if error["type"] == "missing"]
    wrong = [(str(error["loc"][0]), error["msg"]) for error in errors if error["type"] != "missing"]
    lines = [Sentence("{reader}: settings are missing or wrong.", reader=settings.reader)]
    lines += [
        Sentence("  {name} is not set: {about}", name=variable(name), about=_about(settings, name)) for name in missing
    ]
    lines += [Sentence("  {name} is wrong: {why}.", name=variable(name), why=message) for name, message in wrong]
    if missing:
        lines.append(Sentence("Set what is missing in the environment. ./pedidos up does that for a local platform."))
    if wrong:
        lines.append(Sentence("Correct what is wrong. ./pedidos settings says where each value comes from."))
    return Sentence.lines(lines)

"""Reads settings from the environment and from the state folder's platform.env, and says what is missing or wrong."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pedidos.errors import Misconfigured
from pedidos.sentence import Sentence
from pedidos.settings import env_file

PREFIX = "PEDIDOS_"
ENV_FILE = "platform.env"
STATE_DIR = Path(".pedidos")

SECRET = WithJsonSchema({"writeOnly": True})
"""Marks a field whose value is never shown. Of an address, only the password is hidden."""

RENAMED = {"PEDIDOS_FORGOTTEN_SECONDS": "PEDIDOS_STALLED_AFTER_SECONDS"}
"""Variables whose old name works for one release, with a warning."""


SERVER_OF = {
    "PEDIDOS_DATABASE_OWNER_URL": "PEDIDOS_DATABASE_URL",
    "PEDIDOS_EDGE_KEY": "PEDIDOS_PUBLIC_URL",
    "PEDIDOS_KAFKA_USER": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_PASSWORD": "PEDIDOS_KAFKA_BOOTSTRAP",
    "PEDIDOS_KAFKA_READER": "PEDIDOS_KAFKA_BOOTSTRAP",
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


class Invalid(Misconfigured):
    """Settings are missing or wrong. The message names all of them and says what to do."""


def _with_a_home(folder: Path) -> Path:
    try:
        folder.expanduser()
    except RuntimeError as error:
        raise PydanticCustomError("home", "there is no user with the home folder that ~ stands for") from error
    return folder


class Settings(BaseSettings):
    """The base of all settings. Groups of settings inherit from it, and each process inherits from its groups.

    A variable is named PEDIDOS_ and the field's name in capitals. The environment wins over platform.env.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    reader: ClassVar[str] = "pedidos"
    """The command that reads these settings, for messages."""

    state_dir: Annotated[Path, AfterValidator(_with_a_home)] = Field(
        STATE_DIR, description="Folder of platform.env, secrets.json, and the local platform's data, logs and keys."
    )

    @classmethod
    def load(cls) -> Self:
        """Reads the environment, and platform.env for variables that the environment does not set.

        Raises Invalid and env_file.Damaged.
        """
        beside = beside_environment()
        names = [name for name in cls.model_fields if variable(name) in beside]
        for name in names:
            origin = beside[variable(name)][1]
            if origin in RENAMED:
                message = f"{origin} is now {variable(name)}; the old name works until the next release."
                warnings.warn(message, FutureWarning, 2)
        return cls.make(**{name: beside[variable(name)][0] for name in names})

    @classmethod
    def make(cls, **values: Any) -> Self:
        """Takes these values, which win over the environment. Raises Invalid."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise Invalid(_explained(cls, error.errors())) from None


def variable(field: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}{field.upper()}"


def state_dir() -> Path:
    """The state folder, which contains platform.env. Never raises: the field reports an invalid value."""
    given = os.environ.get(variable("state_dir")) or STATE_DIR
    return Path(os.path.realpath(os.path.expanduser(given)))  # noqa: PTH111  # Path.expanduser() raises


def beside_environment() -> dict[str, tuple[str, str]]:
    """Variables that the environment does not set, each with its value and the source: platform.env, or an old name of
    the variable. Raises env_file.Damaged."""
    kept = {name: value for name, value in env_file.read(state_dir() / ENV_FILE).items() if value}
    found = {name: (value, ENV_FILE) for name, value in kept.items()}
    for old, new in RENAMED.items():
        value = os.environ.get(old) or kept.get(old)
        if value:
            found.setdefault(new, (value, old))
    given = in_environment()
    elsewhere = {name for name, value in given.items() if kept.get(name, value) != value}
    return {name: value for name, value in found.items() if name not in given and SERVER_OF.get(name) not in elsewhere}


def in_environment() -> dict[str, str]:
    """The variables that the environment sets, by name. An empty variable counts as not set."""
    return {name.upper(): value for name, value in os.environ.items() if value}


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

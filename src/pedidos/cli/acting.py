"""Who runs a command, for the audit log."""

import os
import pwd
from typing import TYPE_CHECKING

import typer

from pedidos.cli.language import phrase, told

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.domain.audit import Who


def who() -> "Who":
    """The user of the operating system, and the operator whose access token PEDIDOS_OPERATOR_TOKEN is.

    Reports a token that is not valid in one line, with exit status 1.
    """
    from pedidos.domain.audit import Who
    from pedidos.settings.groups.identity import ActingSettings

    settings = ActingSettings.load()
    user = local_user()
    if settings.operator_token is None:
        return Who(local_user=user)
    if settings.keys_dir is None:
        raise _refused(phrase("PEDIDOS_KEYS_DIR is not set, so it cannot be checked"))
    from pedidos.domain.access import Role
    from pedidos.security.keys import JWKS_FILE
    from pedidos.security.tokens import InvalidToken, TokenVerifier

    try:
        identity = TokenVerifier(settings.keys_dir / JWKS_FILE).verify(settings.operator_token)
    except InvalidToken as error:
        raise _refused(told(error).rstrip(".")) from None
    if identity.role is not Role.OPERATOR:
        raise _refused(phrase("it is that of a {role}", role=identity.role))
    return Who(identity.account_id, identity.role, identity.session_id, local_user=user)


def local_user() -> str:
    """The name of the user that this process runs as. Not from the environment, where a user could set another."""
    uid = os.getuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # in a container, the user may have no name
        return f"uid {uid}"


def note(engine: "Engine", action: str, subject: str | None = None) -> None:
    """Records that the user of this command read something."""
    from pedidos.domain.audit import Action, Entry
    from pedidos.storage.audit_log.writing import record

    record(engine, Entry(Action(action), who(), subject))


def _refused(why: str) -> typer.Exit:
    typer.echo(
        phrase(
            "PEDIDOS_OPERATOR_TOKEN is not the access token of an operator: {why}. Sign in again, or unset it.", why=why
        ),
        err=True,
    )
    return typer.Exit(1)

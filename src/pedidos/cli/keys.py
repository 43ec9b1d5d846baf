"""keys: create the keys that sign access tokens, list them, and rotate them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli import acting
from pedidos.cli.language import phrase

if TYPE_CHECKING:
    from pedidos.domain.audit import Action
    from pedidos.settings.processes import KeysSettings


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(keys, name="keys")


keys = typer.Typer(no_args_is_help=True, help="Create the keys that sign access tokens, list them, and rotate them.")


@keys.command()
def create() -> None:
    """Create the keys that are missing in PEDIDOS_KEYS_DIR. No server is needed."""
    from pedidos.security.rotation import ensure_keys
    from pedidos.settings.processes import KeyFolderSettings

    ensure_keys(KeyFolderSettings.load().keys_dir)
    list_keys()


@keys.command(name="list")
def list_keys() -> None:
    """List the public keys: the next one, the current one, which signs, and previous ones."""
    from pedidos.security.rotation import State, published_keys
    from pedidos.settings.processes import KeyFolderSettings

    for key in published_keys(KeyFolderSettings.load().keys_dir):
        told = [phrase("published {at}", at=_moment(key.published_at))]
        if key.state is State.CURRENT and key.signs_since:
            told.append(phrase("signs since {at}", at=_moment(key.signs_since)))
        if key.ends_at:
            told.append(phrase("verifies until {at}", at=_moment(key.ends_at)))
        typer.echo("  ".join([f"{key.state:<8}", key.kid, *told]))


@keys.command()
def rotate(
    now: Annotated[
        bool, typer.Option("--now", help="Also if the next key has been published for less than an hour.")
    ] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Others may have read a key: replace all, and refuse all access tokens.")
    ] = False,
) -> None:
    """Sign with the next key from now on. Tokens of the current key stay valid, and no session ends."""
    from pedidos.domain.audit import Action
    from pedidos.security import rotation
    from pedidos.settings.processes import KeysSettings

    settings = KeysSettings.load()
    keys_dir = settings.keys_dir
    if discard:
        rotation.discard(keys_dir)
        typer.echo(
            phrase(
                "All keys are new. Every access token is refused within a second; clients get new ones by refreshing."
            )
        )
    else:
        rotation.rotate(keys_dir, at_once=now)
        typer.echo(phrase("The next key signs now. Access tokens of the previous one are valid until they expire."))
    list_keys()
    _note(settings, Action.KEY_DISCARDED if discard else Action.KEY_ROTATED)


def _note(settings: "KeysSettings", action: "Action") -> None:
    """Afterwards: a key that others have read is replaced also while PostgreSQL is away."""
    from pedidos.errors import Transient, first_line
    from pedidos.security.rotation import State, published_keys
    from pedidos.storage.engine import make_engine

    (current,) = (key.kid for key in published_keys(settings.keys_dir) if key.state is State.CURRENT)
    engine = make_engine(settings.as_owner(), "keys")
    try:
        acting.note(engine, action, current)
    except Transient as error:
        typer.echo(phrase("The audit log has no entry of this: {reason}", reason=first_line(error)), err=True)
    finally:
        engine.dispose()


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="minutes")

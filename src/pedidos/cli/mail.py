"""mail: list the mails to people that the platform has written, and show one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import UUID

import typer

from pedidos.cli import acting
from pedidos.domain.audit import Action

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.settings.processes import MailSettings
    from pedidos.storage.accounts.mails import Mail


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(mail, name="mail")


mail = typer.Typer(no_args_is_help=True, help="List the mails to people that the platform has written, or show one.")


@mail.command(name="list")
def list_mails(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this number of mails.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON array.")] = False,
) -> None:
    """List mails, newest first, without what they say."""
    from pedidos.storage.accounts.mails import newest

    with _engine() as (engine, _):
        found = newest(engine, limit)
    if as_json:
        typer.echo(json.dumps([_members(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        typer.echo(f"{each.id}  {each.created_at:%Y-%m-%d %H:%M:%S}  {each.kind:<21}  {each.recipient}")
    if not found:
        typer.echo("There are none.")


@mail.command()
def show(mail_id: Annotated[UUID, typer.Argument(help="Id of the mail.", show_default=False)]) -> None:
    """Show a mail with its link, to pass it on while nothing sends mails. The audit log says so."""
    from pedidos.domain.mails import Kind
    from pedidos.mails.letters import address, letter
    from pedidos.security.account_keys import AccountKeys
    from pedidos.security.mail_links import token_of
    from pedidos.storage.accounts.mails import by_id

    with _engine() as (engine, settings):
        found = by_id(engine, mail_id)
        if found is None:
            _fail(f"There is no mail {mail_id}: `pedidos mail list` shows them.")
        acting.note(engine, Action.MAIL_READ, str(mail_id))
    kind, link = Kind(found.kind), ""
    if found.token_hash is not None:
        token = token_of(AccountKeys(settings.account_keys), found.id, found.token_hash)
        if token is None:
            _fail("PEDIDOS_ACCOUNT_KEYS has no longer the key that made the link of this mail.")
        if settings.public_url is None:
            _fail("PEDIDOS_PUBLIC_URL is not set: the address in the link begins with it.")
        link = address(kind, token, settings.public_url)
    said = letter(kind, found.language, link)
    typer.echo(f"To: {found.recipient}\nSubject: {said.subject}\n\n{said.text}", nl=False)


@contextmanager
def _engine() -> "Iterator[tuple[Engine, MailSettings]]":
    """PostgreSQL as the owner of the tables: no operator's role may read what lets its reader into an account."""
    from pedidos.settings.processes import MailSettings
    from pedidos.storage.engine import make_engine

    settings = MailSettings.load()
    engine = make_engine(settings.as_owner(), "mail")
    try:
        yield engine, settings
    finally:
        engine.dispose()


def _members(found: "Mail") -> dict[str, str]:
    """The mail for JSON."""
    return {
        "id": str(found.id),
        "kind": found.kind,
        "recipient": found.recipient,
        "language": found.language,
        "written_at": found.created_at.isoformat(),
    }


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)

"""mail: list the mails to people that the platform has written, and show one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import UUID

import typer

from pedidos.cli import acting
from pedidos.cli.language import phrase
from pedidos.domain.audit import Action

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.settings.processes import MailSettings
    from pedidos.storage.accounts.mails import Mail
    from pedidos.storage.mails.queue import Delivery


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(mail, name="mail")


mail = typer.Typer(no_args_is_help=True, help="List the mails to people that the platform has written, or show one.")


@mail.command(name="list")
def list_mails(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this number of mails.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON array.")] = False,
) -> None:
    """List mails, newest first, with what became of them, without what they say."""
    from pedidos.storage.accounts.mails import newest
    from pedidos.storage.mails.queue import deliveries

    with _engine() as (engine, _):
        found = newest(engine, limit)
        became = deliveries(engine, [each.id for each in found])
    if as_json:
        listed = [_members(each, became.get(each.id)) for each in found]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for each in found:
        delivery = became.get(each.id)
        state = delivery.state if delivery else ""
        typer.echo(f"{each.id}  {each.created_at:%Y-%m-%d %H:%M:%S}  {each.kind:<21}  {state:<7}  {each.recipient}")
        if delivery and delivery.reason and delivery.state != "sent":
            typer.echo(f"    {delivery.reason}")
    if not found:
        typer.echo(phrase("There are none."))


@mail.command()
def show(mail_id: Annotated[UUID, typer.Argument(help="Id of the mail.", show_default=False)]) -> None:
    """Show a mail with its link, to pass it on where no mail server is set. The audit log says so."""
    from pedidos.mails.making import NoLetter, letter_of
    from pedidos.security.account_keys import AccountKeys
    from pedidos.storage.accounts.mails import by_id

    with _engine() as (engine, settings):
        found = by_id(engine, mail_id)
        if found is None:
            _fail(phrase("There is no mail {mail_id}: `pedidos mail list` shows them.", mail_id=mail_id))
        acting.note(engine, Action.MAIL_READ, str(mail_id))
        if settings.public_url is None and (found.token_hash or found.order_id or found.endpoint_id):
            _fail(phrase("PEDIDOS_PUBLIC_URL is not set: the address in the link begins with it."))
        try:
            said = letter_of(engine, AccountKeys(settings.account_keys), settings.public_url or "", found)
        except NoLetter as why:
            _fail(phrase("The mail cannot be shown: {reason}.", reason=why))
    typer.echo(
        phrase(
            "To: {recipient}\nSubject: {subject}\n\n{text}",
            recipient=found.recipient,
            subject=said.subject,
            text=said.text,
        ),
        nl=False,
    )


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


def _members(found: "Mail", delivery: "Delivery | None") -> dict[str, str | None]:
    """The mail for JSON."""
    return {
        "id": str(found.id),
        "kind": found.kind,
        "recipient": found.recipient,
        "language": found.language,
        "written_at": found.created_at.isoformat(),
        "order_id": str(found.order_id) if found.order_id else None,
        "state": delivery.state if delivery else None,
        "settled_at": delivery.settled_at.isoformat() if delivery and delivery.settled_at else None,
        "reason": delivery.reason if delivery else None,
    }


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)

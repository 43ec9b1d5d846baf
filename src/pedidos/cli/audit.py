"""audit: list and export the audit log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from pedidos.cli import acting
from pedidos.cli.language import phrase
from pedidos.cli.options import MOMENTS, moment
from pedidos.domain.audit import Action, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from pedidos.storage.audit_log.reading import Logged


def register(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.add_typer(audit, name="audit")


audit = typer.Typer(no_args_is_help=True, help="List or export the audit log: who did what.")

Since = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="TIME", help=f"Only entries since then: {MOMENTS}.", show_default=False),
]


def _known(action: str | None) -> str | None:
    words = {each.split(".")[0] for each in Action} | set(Action)
    if action is not None and action not in words:
        raise typer.BadParameter(
            phrase("{action} is not an action. Use one of {words}.", action=action, words=", ".join(sorted(words)))
        )
    return action


@audit.command(name="list")
def list_entries(
    since: Since = None,
    action: Annotated[
        str | None, typer.Option(callback=_known, help="An action, or the word before its dot.", show_default=False)
    ] = None,
    account: Annotated[UUID | None, typer.Option(help="Only entries that this account made or is in.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only entries about this id.", show_default=False)] = None,
    outcome: Annotated[Outcome | None, typer.Option(help="Only entries with this outcome.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Show at most this number of entries.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON array.")] = False,
) -> None:
    """List entries, newest first."""
    from pedidos.storage.audit_log.reading import Filter, newest

    wanted = Filter(action, None, subject, outcome, about=account, since=since)
    with _engine() as engine:
        found = newest(engine, wanted, None, limit)
        acting.note(engine, Action.AUDIT_READ)
    if as_json:
        typer.echo(json.dumps([_members(entry) for entry in found], ensure_ascii=False, indent=2))
        return
    for entry in found:
        typer.echo(_line(entry))
    if not found:
        typer.echo(phrase("There are none."))


@audit.command()
def export(
    after: Annotated[int, typer.Option(min=0, help="Go on after this number: that of the last line before.")] = 0,
    since: Since = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object per line.")] = False,
) -> None:
    """Print all entries, oldest first. Exit status 1 if one is missing in between."""
    from pedidos.storage.audit_log import reading

    last: int | None = None
    missing = 0
    with _engine() as engine:
        for entry in reading.after(engine, after, since):
            missing += 0 if last is None else entry.number - last - 1
            last = entry.number
            typer.echo(json.dumps(_members(entry), ensure_ascii=False) if as_json else _line(entry))
        acting.note(engine, Action.AUDIT_EXPORTED, str(last or after))
    if missing:
        typer.echo(
            phrase("{missing} numbers are missing between these entries: they were removed.", missing=missing), err=True
        )
        raise typer.Exit(1)


@contextmanager
def _engine() -> "Iterator[Engine]":
    from pedidos.settings.processes import AuditSettings
    from pedidos.storage.engine import make_engine

    engine = make_engine(AuditSettings.load(), "audit")
    try:
        yield engine
    finally:
        engine.dispose()


def _line(entry: "Logged") -> str:
    accounts = f"{entry.role or phrase('account')} {entry.account_id}" if entry.account_id else None
    who = " ".join(filter(None, (accounts, entry.local_user, entry.client))) or "?"
    about = "" if entry.subject is None else f"  {entry.subject}"
    detail = f"  {entry.detail}" if entry.detail else ""
    return f"{entry.number}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.outcome:7}  {entry.action:22}  {who}{about}{detail}"


def _members(entry: "Logged") -> dict[str, Any]:
    ids = {name: str(value) for name in ("account_id", "session_id") if (value := getattr(entry, name))}
    return asdict(entry) | ids | {"at": entry.at.isoformat()}

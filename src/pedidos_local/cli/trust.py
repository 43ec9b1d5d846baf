"""trust: makes the browsers of this machine accept the platform's certificate, or no longer."""

from typing import TYPE_CHECKING, Annotated

import typer

from pedidos.cli.language import phrase, told
from pedidos.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pedidos_local.trusting.authority import Authority
    from pedidos_local.trusting.store import Store

ELSEWHERE = Sentence(
    "On macOS and Windows, also for a platform that runs in WSL, add the certificate yourself:\n"
    "  macOS    security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db {file}\n"
    "  Windows  certutil -user -addstore Root {file}"
)


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(trust)


def trust(
    undo: Annotated[bool, typer.Option("--undo", help="Take the platforms' authorities out again.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make browsers on this machine accept the platform's certificate. Asks first, and can be undone."""
    import sys
    from pathlib import Path

    from pedidos_local import certificates
    from pedidos_local.settings import LocalSettings
    from pedidos_local.trusting import nss, system
    from pedidos_local.trusting.authority import Authority

    stores: list[Store] = list(nss.databases(Path.home())) if sys.platform == "linux" else []
    of_system = system.found()
    if of_system is not None:
        stores.append(of_system)
    usable = [store for store in stores if store.missing is None]
    if undo:
        _undo(usable, yes)
    else:
        _trust(Authority.read(certificates.folder_of(LocalSettings.load()) / "ca.pem"), usable, yes)
    for store in stores:
        if store.missing is not None:
            typer.echo(
                phrase(
                    "  ! {place} ({readers}) is unchanged: {missing}.",
                    place=store.place,
                    readers=told(store.readers),
                    missing=told(store.missing),
                )
            )
    if not usable:
        raise typer.Exit(1)


def _trust(authority: "Authority", stores: "Sequence[Store]", yes: bool) -> None:
    new = [store for store in stores if not store.trusts(authority)]
    if new:
        typer.echo(
            phrase(
                "{file}\n  SHA-256 {fingerprint}\n  can vouch for localhost, 127.0.0.1 and ::1 only, for {days_left} "
                "more days. Its key never leaves this machine.\n\nIt is added to:",
                file=authority.file,
                fingerprint=authority.fingerprint,
                days_left=authority.days_left(),
            )
        )
        for store in new:
            typer.echo(f"  {store.place} ({told(store.readers)})")
        if not yes:
            typer.confirm(phrase("Add it?"), abort=True)
        for store in new:
            store.add(authority)
        typer.echo(phrase("Added. Restart a browser that is open. `pedidos trust --undo` takes it out again."))
    elif stores:
        typer.echo(phrase("It is trusted already."))
    typer.echo(told(ELSEWHERE.filled(file=authority.file)))


def _undo(stores: "Sequence[Store]", yes: bool) -> None:
    for store in stores:
        typer.echo(f"  {store.place} ({told(store.readers)})")
    if stores and not yes:
        typer.confirm(phrase("Take the authorities of all local platforms out of these stores?"), abort=True)
    removed = sum(store.remove_ours() for store in stores)
    typer.echo(phrase("Removed {removed}.", removed=removed) if removed else phrase("There was nothing to remove."))

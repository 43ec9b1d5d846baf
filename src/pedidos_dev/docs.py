"""docs: writes the documents that are generated from the code, or names those that are stale."""

from collections.abc import Iterator
from typing import Annotated

import typer

from pedidos.cli.language import phrase


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command()(docs)


def docs(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit status 1 if a document is stale.")
    ] = False,
) -> None:
    """Write the documents that are made from the code. The one of the tables needs a running PostgreSQL."""
    from pedidos_dev.documents.catalogue import stale, write

    found_stale = [(name, text) for name, text in _documents() if stale(name, text)]
    for name, text in found_stale:
        if not check:
            write(name, text)
        typer.echo(f"{name}: {phrase('stale') if check else phrase('written again')}")
    if not found_stale:
        typer.echo(phrase("The documents are up to date."))
    elif check:
        typer.echo(phrase("Run `./pedidos docs` to write them again."), err=True)
        raise typer.Exit(1)


def _documents() -> Iterator[tuple[str, str]]:
    from pedidos.errors import Transient
    from pedidos.settings.base import Invalid
    from pedidos.settings.groups.database import OwnerSettings
    from pedidos.storage.engine import make_engine
    from pedidos_dev.documents.catalogue import FROM_CODE, SCHEMA
    from pedidos_dev.documents.schema import schema

    for name, make in FROM_CODE.items():
        yield name, make()
    try:
        settings = OwnerSettings.load()
    except Invalid:
        typer.echo(phrase("{schema}: left out, because no PostgreSQL is known (./pedidos up)", schema=SCHEMA))
        return
    try:
        yield SCHEMA, schema(make_engine(settings.as_owner(), "docs"))
    except Transient:
        typer.echo(phrase("{schema}: left out, because PostgreSQL does not answer (./pedidos up)", schema=SCHEMA))

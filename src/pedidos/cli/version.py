"""--version: which version this is."""

from typing import Annotated

import typer

from pedidos import __version__


def register(app: typer.Typer) -> None:
    """Adds the option to the application itself."""
    app.callback()(options)


def _show(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pedidos {__version__}")
        raise typer.Exit


def options(
    version: Annotated[  # its callback has done it
        bool, typer.Option("--version", callback=_show, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of no command."""

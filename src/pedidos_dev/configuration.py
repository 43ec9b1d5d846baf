"""settings: lists the settings of a checkout: the product's, and those of everything beside it."""

import typer

from pedidos.cli import configuration


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command(name="settings", help=configuration.show_settings.__doc__)(show_settings)


def show_settings() -> None:
    """List the settings of all readers."""
    from pedidos_dev.readers import READERS

    configuration.print_settings(READERS)

"""settings: every variable, its value, the source of the value, and the processes that read it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from pedidos.cli.language import phrase, told
from pedidos.sentence import Sentence

if TYPE_CHECKING:
    from pedidos.settings.base import Settings


def register(app: typer.Typer) -> None:
    """Adds the command of this module."""
    app.command(name="settings")(show_settings)


def show_settings() -> None:
    """List every setting: its value and source, its default, and the processes that read it. Passwords are hidden."""
    from pedidos.settings.processes import READERS

    print_settings(READERS)


def print_settings(readers: Sequence[type["Settings"]]) -> None:
    """Print the settings that these readers read. A missing or wrong value is listed like any other."""
    from rich.console import Console
    from rich.table import Table

    from pedidos.settings.addresses import masked
    from pedidos.settings.base import Source, beside_environment, in_environment
    from pedidos.settings.listing import variables

    beside, environment = beside_environment(), in_environment()
    columns = (phrase("variable"), phrase("value"), phrase("from"), phrase("default"), phrase("read by"))
    table = Table(*columns, phrase("meaning"), box=None, pad_edge=False, header_style="bold")
    for each in variables(readers):
        unset = Source(each.default, "–" if each.required else phrase("default"))
        given = environment.get(each.name)
        value, source, _ = Source(given, phrase("environment")) if given else beside.get(each.name, unset)
        shown = "***" if each.secret and value != each.default else masked(value)
        table.add_row(each.name, shown, source, each.default, each.read_by, told(Sentence.described(each.meaning)))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 400  # one line per setting, for grep
    console.print(table)

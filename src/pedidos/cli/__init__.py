"""The command line: `pedidos COMMAND`. Heavy imports are inside the commands, so that help is there at once."""

import sys

import typer

from pedidos.cli import (
    bench,
    configuration,
    data,
    dead_letters,
    demo,
    docs,
    drill,
    order,
    plan,
    platform,
    processes,
    reconcile,
    soak,
    testing,
    trust,
    watching,
)
from pedidos.cli.ending import ended_tidily
from pedidos.cli.terminal import make_printable
from pedidos.shell import COMMAND_LINE, keep_only

app = typer.Typer(
    name="pedidos",
    help="Processes orders asynchronously, on real servers, with one command to start it all.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode=None,
)
FAMILIES = (
    platform,
    processes,
    watching,
    order,
    demo,
    drill,
    dead_letters,
    reconcile,
    soak,
    trust,
    bench,
    plan,
    data,
    configuration,
    docs,
    testing,
)
for family in FAMILIES:
    family.register(app)


def main() -> None:
    """Run the command line. What whoever is at the keyboard can mend is told in a line, not with a traceback."""
    keep_only(COMMAND_LINE)
    make_printable()
    try:
        with ended_tidily():
            app(prog_name="pedidos")
    except Exception as error:
        from pedidos.cli.failures import told

        telling = told(error)
        if telling is None:
            raise
        typer.echo(telling.words, err=True)
        sys.exit(telling.status)

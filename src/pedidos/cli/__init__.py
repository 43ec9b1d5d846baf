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
    soak,
    testing,
    trust,
    watching,
)

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
    """Run the command line. A setting that is missing or wrong is told in a line, not with a traceback."""
    try:
        app(prog_name="pedidos")
    except Exception as error:
        told = _of_settings(error)
        if told is None:
            raise
        typer.echo(told, err=True)
        sys.exit(2)


def _of_settings(error: Exception) -> str | None:
    from pydantic import ValidationError

    from pedidos.settings import Missing, Settings

    if isinstance(error, Missing):
        return str(error)
    if isinstance(error, ValidationError) and error.title == Settings.__name__:
        return "\n".join(f"PEDIDOS_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
    return None
